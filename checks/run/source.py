"""Where sessions come from: a worker that is replaced when it dies, or this process."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import Any, Protocol

from ...sandbox import DirectSession, Launched, Limits, SessionLike, Worker, WorkerDied, WorkerError
from ...specs import Spec

MAX_RESTARTS = 50
SPARE_SESSIONS = 2


class Source(Protocol):
    """A loaded subject.

    Attributes:
        facts: what the adapter says of it.
        sandbox: the level of confinement, in words.
        protected: True if the subject cannot reach this process.
    """

    @property
    def facts(self) -> Mapping[str, Any]: ...

    @property
    def sandbox(self) -> str: ...

    @property
    def protected(self) -> bool: ...

    def session(self) -> SessionLike:
        """A fresh session."""

    def others(self) -> list[WorkerSource]:
        """Further sources of the same subject, for the caller to close; given once."""


class WorkerSource:
    """Sessions in the sandbox; may be used from several threads.

    Forking a session takes some milliseconds of waiting, so the next ones are forked while others work.

    Args:
        target: what to load.
        limits: budgets.
        others: how many further workers load the same, meanwhile.
        launched: processes that may be taken for workers.
        worker: one that has loaded it already; None: one is started.

    Raises:
        LoadFailed: it could not be loaded.
    """

    protected = True

    def __init__(
        self,
        target: Mapping[str, Any],
        limits: Limits,
        *,
        others: int = 0,
        launched: Launched | None = None,
        worker: Worker | None = None,
    ) -> None:
        self._target, self._limits = target, limits
        self._lock = threading.Lock()
        self._restarts = 0
        self._starters = ThreadPoolExecutor(max_workers=max(others, 1))
        self._started = [self._starters.submit(Worker.start, target, limits, launched=launched) for _ in range(others)]
        try:
            self._worker = worker or Worker.start(target, limits, launched=launched)
        except BaseException:
            self._close_others()
            raise
        self.facts: Mapping[str, Any] = self._worker.facts
        self.sandbox: str = self._worker.sandbox
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._spare: deque[Future[SessionLike]] = deque()

    def session(self) -> SessionLike:
        """A fresh session; starts another worker if this one is gone.

        Raises:
            WorkerError: no worker can be started any more.
        """
        with self._lock:
            future = self._spare.popleft() if self._spare else self._pool.submit(self._fork)
            while len(self._spare) < SPARE_SESSIONS:
                self._spare.append(self._pool.submit(self._fork))
        session = future.result()
        return session if session.alive else self.session()

    def others(self) -> list[WorkerSource]:
        """Sources with the further workers, of those that could be started."""
        started, self._started = self._started, []
        sources = []
        for future in started:
            with suppress(WorkerError):
                sources.append(WorkerSource(self._target, self._limits, worker=future.result()))
        return sources

    def close(self) -> None:
        """End the worker and everything in it."""
        self._close_others()
        self._pool.shutdown(cancel_futures=True)
        self._worker.close()

    def __enter__(self) -> WorkerSource:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _close_others(self) -> None:
        for source in self.others():
            source.close()
        self._starters.shutdown()

    def _fork(self) -> SessionLike:
        """A session of the worker, or of a new one; runs in the pool's only thread."""
        try:
            return self._worker.session()
        except WorkerDied:
            self._restarts += 1
            if self._restarts > MAX_RESTARTS:
                raise
            self._worker.close()
            self._worker = Worker.start(self._target, self._limits)
            return self._worker.session()


class DirectSource:
    """Sessions in this process, for a debugger and for notebooks: unprotected."""

    protected = False
    sandbox = "none: the subject runs in this process"

    def __init__(self, build: Callable[[Spec], Any], facts: Mapping[str, Any], prelude: str = "") -> None:
        self._build, self._prelude = build, prelude
        self.facts = facts

    def session(self) -> SessionLike:
        """A fresh session."""
        return DirectSession(self._build, prelude=self._prelude)

    def others(self) -> list[WorkerSource]:
        """None: this process is the only one."""
        return []

    def close(self) -> None:
        """Nothing to end."""
