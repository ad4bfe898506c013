"""What one operation on a subject came to, and its form on the wire."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from .errors import ProtocolError

KINDS = ("raised", "unsupported")


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What a call raised.

    Attributes:
        kind: `raised` or `unsupported`.
        type_name: class of the exception.
        text: its text, capped.
        where: the innermost frame of the submission; may be empty.
        detail: the traceback, capped, only frames of the submission.
    """

    kind: str
    type_name: str
    text: str
    where: str = ""
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one operation came to.

    Attributes:
        value: the plain value; None if the call raised.
        mutated: indices of the arguments that the call changed.
        failure: what it raised, if it did.
    """

    value: Any = None
    mutated: tuple[int, ...] = ()
    failure: Failure | None = None


def outcome_to_wire(outcome: Outcome) -> dict[str, Any]:
    """The outcome as a value that frames can carry."""
    failure = None if outcome.failure is None else dataclasses.asdict(outcome.failure)
    return {"value": outcome.value, "mutated": list(outcome.mutated), "failure": failure}


def outcome_from_wire(data: Any, arguments: int) -> Outcome:
    """The inverse of `outcome_to_wire`, for data that may be forged.

    Args:
        data: what a worker sent.
        arguments: the number of arguments that the operation had.

    Raises:
        ProtocolError: it is no outcome of such an operation.
    """
    if not isinstance(data, dict) or data.keys() != {"value", "mutated", "failure"}:
        raise ProtocolError("a reply should have the fields value, mutated and failure")
    mutated, failure = data["mutated"], data["failure"]
    if not isinstance(mutated, list) or not all(type(index) is int and 0 <= index < arguments for index in mutated):
        raise ProtocolError(f"mutated={str(mutated)[:40]}, but should be a list of indices below {arguments}")
    if failure is None:
        return Outcome(value=data["value"], mutated=tuple(mutated))
    fields = {field.name for field in dataclasses.fields(Failure)}
    if not isinstance(failure, dict) or failure.keys() != fields or failure["kind"] not in KINDS:
        raise ProtocolError(f"a failure should have the fields {', '.join(sorted(fields))}, and a known kind")
    if not all(isinstance(text, str) for text in failure.values()):
        raise ProtocolError("the fields of a failure should be strings")
    return Outcome(mutated=tuple(mutated), failure=Failure(**failure))
