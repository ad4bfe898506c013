"""Worker and Session: the parent's handles on what holds a submission."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any

from ..specs import Spec, spec_to_wire
from .channel import Channel, output_pipe
from .errors import LoadFailed, ProtocolError, SubjectDied, SubjectRaised, SubjectTimeout
from .launch import check_facts
from .limits import Limits
from .outcomes import Outcome, outcome_from_wire
from .subject import Operation, RemoteSubject, raise_failure
from .values import printable
from .zygote import GONE, Zygote, how_ended


class Worker:
    """The process that has loaded one submission; sessions are forks of it. A context manager.

    Attributes:
        facts: what the adapter says of itself, JSON types only.
        sandbox: the confinement achieved, in words.
    """

    def __init__(self, zygote: Zygote, facts: Mapping[str, Any], limits: Limits) -> None:
        self.facts = facts
        self.sandbox = zygote.sandbox
        self._zygote = zygote
        self._limits = limits
        self._lock = threading.Lock()
        self._sessions: set[Session] = set()

    @classmethod
    def start(cls, target: Mapping[str, Any], limits: Limits | None = None) -> Worker:
        """Start a worker and load the submission.

        Args:
            target: what to load, in the terms of the room `adapters`; JSON types.
            limits: budgets; None: the defaults.

        Raises:
            LoadFailed: the subject could not be loaded; the text is a sentence for the user.
        """
        if sys.platform == "win32":
            raise LoadFailed("Windows has no fork, which the wall needs; use --direct, or run Backproof in WSL")
        limits = limits or Limits()
        zygote = Zygote(limits)
        try:
            return cls(zygote, _facts(zygote.load(dict(target))), limits)
        except BaseException:
            zygote.close()
            raise

    def session(self) -> Session:
        """Fork a fresh copy of the loaded submission; may be called from several threads.

        Raises:
            WorkerDied: the worker is gone; start a new one.
        """
        ours, theirs = socket.socketpair()
        output, writing = output_pipe(self._limits.output_bytes)
        channel = Channel(ours, output, self._limits.reply_bytes)
        try:
            process = self._zygote.fork(theirs.fileno(), writing)
        except BaseException:
            channel.close()
            raise
        finally:
            theirs.close()
            os.close(writing)
        session = Session(self._zygote, process, channel, self._limits.check_seconds)
        with self._lock:
            self._sessions = {known for known in self._sessions if known.alive} | {session}
        return session

    def close(self) -> None:
        """Kill every process of the submission and remove its temporary folder."""
        with self._lock:
            for session in self._sessions:
                session.close()
        self._zygote.close()

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class Session:
    """A fresh fork of the loaded submission, in which subjects are built. A context manager; for one thread at a time.

    Attributes:
        alive: False once the subject timed out or died, or the session was closed; take a new session then.
    """

    def __init__(self, zygote: Zygote, process: int, channel: Channel, seconds: float) -> None:
        self.alive = True
        self._zygote = zygote
        self._process = process
        self._channel = channel
        self.limit(seconds)

    @property
    def output(self) -> str:
        """What the session printed, capped, with a note of how many bytes were dropped."""
        return self._channel.output.text()

    @property
    def remaining(self) -> float:
        """Seconds that are left of the budget; only time spent waiting for the subject counts."""
        return self._remaining

    def limit(self, seconds: float) -> None:
        """Start a new budget: the calls that follow may take this long together."""
        self._seconds = self._remaining = seconds

    def build(self, spec: Spec, seed: int = 0) -> RemoteSubject:
        """Build a subject, after seeding `np.random` and `random` with `seed`.

        Raises:
            Unsupported: the adapter does not offer the component.
            SubjectRaised, SubjectTimeout, SubjectDied: construction failed.
        """
        operation = f"build({spec.name()})"
        self._send(["build", spec_to_wire(spec), seed], operation)
        outcome = self._receive(operation, 0)
        if outcome.failure is not None:
            raise_failure(outcome.failure)
        if type(outcome.value) is not int:
            raise self._died(operation, "sent an invalid frame: a subject should have a number")
        return RemoteSubject(spec, self, outcome.value)

    def operate(self, handle: int, operations: Sequence[Operation]) -> Iterator[Outcome]:
        """Execute in order, in one round trip; ends after the first failure."""
        self._send(["call", handle, [(method, tuple(args)) for method, args in operations]], operations[0][0])
        for method, args in operations:
            outcome = self._receive(method, len(args))
            yield outcome
            if outcome.failure is not None:
                return

    def poison(self, handle: int, what: str) -> None:
        """Overwrite, in the session's process, what the latest forward or backward returned or was given."""
        self._send(["poison", handle, what], "poison")
        self._receive("poison", 0)

    def rehearse(self, text: str) -> str:
        """Run a program in the session's process; the type of the exception that ends it, empty if none does."""
        self._send(["rehearse", text], "rehearse")
        outcome = self._receive("rehearse", 0)
        return outcome.value if isinstance(outcome.value, str) else ""

    def close(self) -> None:
        """Kill the session's process."""
        if self.alive:
            self._end()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _send(self, request: list[Any], operation: str) -> None:
        if not self.alive:
            raise SubjectDied("the session has ended; take a new one", operation)
        started = time.monotonic()
        try:
            self._channel.send(request, started + self._remaining)
        except TimeoutError:
            self._end()
            raise SubjectTimeout(self._seconds, operation) from None
        except GONE:
            raise self._died(operation) from None
        self._remaining -= time.monotonic() - started

    def _receive(self, operation: str, arguments: int) -> Outcome:
        started = time.monotonic()
        try:
            outcome = outcome_from_wire(self._channel.receive(started + self._remaining), arguments)
        except TimeoutError:
            self._end()
            raise SubjectTimeout(self._seconds, operation) from None
        except GONE:
            raise self._died(operation) from None
        except ProtocolError as error:
            raise self._died(operation, f"sent an invalid frame: {error}") from error
        self._remaining -= time.monotonic() - started
        return outcome

    def _died(self, operation: str, how: str = "") -> SubjectDied:
        status = None if how else self._zygote.status(self._process)
        self._end(reaped=status is not None)
        if not how:
            how = "closed its connection" if status is None else how_ended(status)
        return SubjectDied(how, operation)

    def _end(self, *, reaped: bool = False) -> None:
        self.alive = False
        if not reaped:
            self._zygote.kill(self._process)
        self._channel.close()


def _facts(outcome: Outcome) -> Mapping[str, Any]:
    if outcome.failure is None:
        return check_facts(outcome.value)
    failure = outcome.failure
    if failure.kind == "unsupported":
        raise LoadFailed(printable(failure.text))
    raised = SubjectRaised(failure.type_name, failure.text, failure.where, failure.detail)
    raise LoadFailed(f"loading the subject raised {raised}") from raised
