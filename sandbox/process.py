"""Worker and Session: the parent's handles on what holds a submission."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from ..specs import Spec, spec_to_wire
from .calls import BUILD
from .channel import Channel, output_pipe
from .errors import LoadFailed, ProtocolError, SubjectDied, SubjectRaised, SubjectTimeout, WorkerError
from .facts import check_facts
from .launch import Launched
from .limits import Limits
from .old_numpy import restoring_lines
from .outcomes import Outcome, outcomes_from_wire, watched_arguments
from .shared import MOST, read_progress, shared_memory
from .subject import Operation, RemoteSubject, raise_failure
from .values import printable
from .zygote import GONE, Zygote, how_ended


def _zygote(limits: Limits, launched: Launched | None) -> Zygote:
    if sys.platform == "win32":
        raise LoadFailed("Windows has no fork, which the sandbox needs; use --direct, or run Backproof in WSL")
    return Zygote(limits, launched.take() if launched else None)


class Worker:
    """The process that has loaded one submission; sessions are forks of it. A context manager.

    Attributes:
        facts: what the adapter says of itself, JSON types only.
        sandbox: the confinement achieved, in words.
    """

    def __init__(self, zygote: Zygote, facts: Mapping[str, Any], limits: Limits, prelude: str = "") -> None:
        self.facts = facts
        self._prelude = prelude
        self.sandbox = zygote.sandbox
        self._zygote = zygote
        self._limits = limits
        self._lock = threading.Lock()
        self._sessions: set[Session] = set()

    @classmethod
    def start(
        cls, target: Mapping[str, Any], limits: Limits | None = None, *, launched: Launched | None = None
    ) -> Worker:
        """Start a worker and load the submission.

        Args:
            target: what to load, in the terms of the room `adapters`; JSON types.
            limits: budgets; None: the defaults.
            launched: processes of which one may be taken.

        Raises:
            LoadFailed: the subject could not be loaded; the text is a sentence for the user.
        """
        limits = limits or Limits()
        zygote = _zygote(limits, launched)
        try:
            prelude = restoring_lines(target.get("compat", {}).get("numpy", ()))
            return cls(zygote, _facts(zygote.load(dict(target))), limits, prelude)
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
        memory = shared_memory()
        channel = Channel(ours, output, self._limits.reply_bytes, memory=memory)
        try:
            process = self._zygote.fork(theirs.fileno(), writing, memory)
        except BaseException:
            channel.close()
            os.close(memory)
            raise
        finally:
            theirs.close()
            os.close(writing)
        session = Session(self._zygote, process, channel, memory, seconds=self._limits.check_seconds, fork=self.session)
        session.prelude = self._prelude
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


@dataclass
class _Budget:
    """Seconds that the calls of a session, and of those forked from it, may take together, and what is left."""

    seconds: float
    remaining: float


class Session:
    """A fresh fork of the loaded submission, in which subjects are built. A context manager; for one thread at a time.

    Attributes:
        alive: False once the subject timed out or died, or the session was closed; take a new session then.
        prelude: as `SessionLike` has it.
    """

    prelude = ""

    def __init__(
        self,
        zygote: Zygote,
        process: int,
        channel: Channel,
        memory: int,
        *,
        seconds: float,
        fork: Callable[[], Session],
    ) -> None:
        self.alive = True
        self._fork = fork
        self._memory = memory
        self._subjects = 0
        self._unbuilt: dict[int, tuple[Spec, int]] = {}
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
        return self._budget.remaining

    def limit(self, seconds: float) -> None:
        """Start a new budget: the calls that follow may take this long together."""
        self._budget = _Budget(seconds, seconds)

    def fresh(self) -> Session:
        """Fork a session that has seen no call; the two share what is left of the budget.

        Raises:
            SubjectDied: the worker is gone, or refuses.
        """
        try:
            session = self._fork()
        except WorkerError as error:
            raise SubjectDied(f"its worker forks no other session: {error}", "fork") from error
        session._budget = self._budget
        return session

    def build(self, spec: Spec, seed: int = 0, *, later: bool = False) -> RemoteSubject:
        """Build a subject, after seeding `np.random` and `random` with `seed`; `later`: with its first call.

        Raises:
            Unsupported: the adapter does not offer the component.
            SubjectRaised, SubjectTimeout, SubjectDied: construction failed.
        """
        handle = self._subjects
        self._subjects += 1
        self._unbuilt[handle] = (spec, seed)
        if not later:
            list(self.operate(handle, []))
        return RemoteSubject(spec, self, handle)

    def operate(self, handle: int, operations: Sequence[Operation]) -> Iterator[Outcome]:
        """Build the subject if that is still to be done, then execute in order; ends after the first failure.

        One round trip, where the operations are few and their results small.
        """
        asked = [(method, tuple(args)) for method, args in operations]
        while asked or handle in self._unbuilt:
            part, asked = asked[: MOST - 1], asked[MOST - 1 :]  # with the building, if that is to be done
            for outcome in self._answers(handle, part):
                yield outcome
                if outcome.failure is not None:
                    return

    def _answers(self, handle: int, operations: Sequence[Operation]) -> Iterator[Outcome]:
        """The outcomes of operations that are asked for together; the subject is built before."""
        unbuilt = self._unbuilt.get(handle)
        asked, request = list(operations), [[method, list(args)] for method, args in operations]
        if unbuilt is not None:
            spec, seed = unbuilt
            asked.insert(0, (f"build({spec.name()})", ()))
            request.insert(0, [BUILD, [spec_to_wire(spec), seed]])
        self._send(["call", handle, request], asked[0][0])
        answered = 0
        while answered < len(asked):
            outcomes = self._receive(asked, answered)
            if unbuilt is not None and not answered:
                if outcomes[0].failure is not None:
                    raise_failure(outcomes[0].failure)
                del self._unbuilt[handle]
                yield from outcomes[1:]
            else:
                yield from outcomes
            answered += len(outcomes)
            if outcomes[-1].failure is not None:
                return

    def poison(self, handle: int, what: str) -> None:
        """Overwrite, in the session's process, what the latest forward or backward returned or was given."""
        self._send(["poison", handle, what], "poison")
        self._receive([("poison", ())])

    def run_snippet(self, text: str) -> str:
        """Run a program in the session's process; the type of the exception that ends it, empty if none does."""
        self._send(["run_snippet", text], "run_snippet")
        [outcome] = self._receive([("run_snippet", ())])
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
            self._channel.send(request, started + self._budget.remaining)
        except TimeoutError:
            self._end()
            raise SubjectTimeout(self._budget.seconds, operation) from None
        except GONE:
            raise self._died(operation) from None
        self._budget.remaining -= time.monotonic() - started

    def _receive(self, asked: Sequence[Operation], answered: int = 0) -> list[Outcome]:
        """The outcomes of the next of the operations that were asked for together: one at least."""
        started = time.monotonic()
        try:
            reply = self._channel.receive(started + self._budget.remaining)
            outcomes = outcomes_from_wire(reply, [watched_arguments(method, args) for method, args in asked[answered:]])
        except TimeoutError:
            operation = self._begun(asked, answered)
            self._end()
            raise SubjectTimeout(self._budget.seconds, operation) from None
        except GONE:
            raise self._died(self._begun(asked, answered)) from None
        except ProtocolError as error:
            raise self._died(self._begun(asked, answered), f"sent an invalid frame: {error}") from error
        self._budget.remaining -= time.monotonic() - started
        return outcomes

    def _begun(self, asked: Sequence[Operation], answered: int) -> str:
        """The operation that the subject was at, as far as it says: one that it has not answered."""
        name, _ = asked[max(answered, min(read_progress(self._memory), len(asked) - 1))]
        return name

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
        os.close(self._memory)


def _facts(outcome: Outcome) -> Mapping[str, Any]:
    if outcome.failure is None:
        return check_facts(outcome.value)
    failure = outcome.failure
    if failure.kind == "unsupported":
        raise LoadFailed(printable(failure.text))
    raised = SubjectRaised(failure.type_name, failure.text, failure.where, failure.detail)
    raise LoadFailed(f"loading the subject raised {raised.explained}") from raised
