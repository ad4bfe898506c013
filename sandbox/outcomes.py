"""What one operation on a subject came to, and its form on the wire."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..specs import Kind, operations
from .errors import ProtocolError

KINDS = ("raised", "unsupported")


_FORWARDS = [table["forward"] for kind in Kind if "forward" in (table := operations(kind))]
_OF_FORWARD = max(len(forward.arguments) for forward in _FORWARDS)  # a loss takes the prediction and the target


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


class Outcome(NamedTuple):
    """What one operation came to.

    Attributes:
        value: the plain value; None if the call raised.
        mutated: indices of the arguments that the call changed; those of the latest forward follow a backward's own.
        failure: what it raised, if it did.
    """

    value: Any = None
    mutated: tuple[int, ...] = ()
    failure: Failure | None = None


def outcome_to_wire(outcome: Outcome) -> list[Any]:
    """The outcome as a value that frames can carry: value, mutated, failure; thousands of them cross in a run."""
    failure = None if outcome.failure is None else dataclasses.asdict(outcome.failure)
    return [outcome.value, list(outcome.mutated), failure]


def watched_arguments(method: str, arguments: Sequence[Any]) -> int:
    """How many arguments a call may be found to have changed, of itself and, if it is a backward, of a forward."""
    return len(arguments) + (_OF_FORWARD if method == "backward" else 0)


def outcomes_from_wire(data: Any, arguments: Sequence[int]) -> list[Outcome]:
    """The outcomes of the first operations of those with these numbers of arguments; one at least.

    Raises:
        ProtocolError: they are not, or they go on after a failure.
    """
    if not isinstance(data, list) or not 0 < len(data) <= len(arguments):
        raise ProtocolError(f"a reply should be a list of 1 to {len(arguments)} outcomes")
    outcomes = [outcome_from_wire(item, number) for item, number in zip(data, arguments, strict=False)]
    if any(outcome.failure is not None for outcome in outcomes[:-1]):
        raise ProtocolError("a reply should end with the first failure")
    return outcomes


def outcome_from_wire(data: Any, arguments: int) -> Outcome:
    """The inverse of `outcome_to_wire`, for data that may be forged.

    Args:
        data: what a worker sent.
        arguments: the number of arguments that the operation had.

    Raises:
        ProtocolError: it is no outcome of such an operation.
    """
    if not isinstance(data, list) or len(data) != 3:
        raise ProtocolError("an outcome should be a list of value, mutated and failure")
    value, mutated, failure = data
    if not isinstance(mutated, list) or not all(type(index) is int and 0 <= index < arguments for index in mutated):
        raise ProtocolError(f"mutated={str(mutated)[:40]}, but should be a list of indices below {arguments}")
    if failure is None:
        return Outcome(value=value, mutated=tuple(mutated))
    fields = {field.name for field in dataclasses.fields(Failure)}
    if not isinstance(failure, dict) or failure.keys() != fields or failure["kind"] not in KINDS:
        raise ProtocolError(f"a failure should have the fields {', '.join(sorted(fields))}, and a known kind")
    if not all(isinstance(text, str) for text in failure.values()):
        raise ProtocolError("the fields of a failure should be strings")
    return Outcome(mutated=tuple(mutated), failure=Failure(**failure))
