"""Serving: what a session does until the parent closes its connection."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..specs import spec_from_wire
from .calls import BUILD, SubjectHost
from .errors import ProtocolError
from .link import Link
from .outcomes import Outcome, outcome_to_wire
from .shared import write_progress
from .values import Opaque, bytes_in, detached

_REPLY_BYTES = 64 * 2**10  # replies of one request are sent together up to here, so that few copies are held


@dataclass(frozen=True)
class Serving:
    """Executes what is asked for.

    Attributes:
        link: to the parent.
        host: where subjects are.
        memory: descriptor of the memory that is shared with the parent.
    """

    link: Link
    host: SubjectHost
    memory: int

    def run(self) -> None:
        """Until the parent closes the connection."""
        while True:
            try:
                identity, (kind, *rest) = self.link.receive()
            except (EOFError, ConnectionError):
                return
            if kind == "poison":
                self.host.poison(*rest)
                self._reply(identity, [Outcome()])
            elif kind == "run_snippet":
                self._reply(identity, [self.host.run_snippet(*rest)])
            else:
                self._execute(identity, *rest)

    def _execute(self, identity: int, handle: int, operations: Sequence[tuple[str, Sequence[Any]]]) -> None:
        """Execute up to the first failure; one reply if it is not large. The first may be to build the subject."""
        outcomes: list[Outcome] = []
        size = 0
        for index, (method, arguments) in enumerate(operations, start=1):
            write_progress(self.memory, index - 1)
            outcome = self._outcome(handle, method, arguments)
            size += bytes_in(outcome.value)
            if outcome.failure is None and index < len(operations) and size <= _REPLY_BYTES:
                # The operations that follow may write into the arrays that it returned.
                outcomes.append(Outcome(detached(outcome.value), outcome.mutated))
                continue
            self._reply(identity, [*outcomes, outcome])
            outcomes, size = [], 0
            if outcome.failure is not None:
                return

    def _outcome(self, handle: int, method: str, arguments: Sequence[Any]) -> Outcome:
        if method == BUILD:
            spec, seed = arguments
            return self.host.construct(handle, spec_from_wire(spec), seed)
        return self.host.execute(handle, method, arguments)

    def _reply(self, identity: int, outcomes: Sequence[Outcome]) -> None:
        flush()
        try:
            self.link.send(identity, [outcome_to_wire(outcome) for outcome in outcomes])
        except ProtocolError as error:  # too many entries for a header
            if len(outcomes) == 1:
                value = Opaque(type(outcomes[0].value).__name__, str(error))
                self.link.send(identity, [outcome_to_wire(Outcome(value=value, mutated=outcomes[0].mutated))])
                return
            for outcome in outcomes:
                self._reply(identity, [outcome])


def flush() -> None:
    """So that the output is complete when the reply arrives; the submission may have closed or replaced the streams."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # noqa: S112 - a stream that cannot be flushed holds nothing for us
            continue
