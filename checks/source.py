"""Where sessions come from: a worker that is replaced when it dies, or this process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Protocol

from ..specs import Spec
from ..wall import DirectSession, Limits, SessionLike, Worker, WorkerDied

MAX_RESTARTS = 50


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


class WorkerSource:
    """Sessions behind the wall; may be used from several threads."""

    protected = True

    def __init__(self, target: Mapping[str, Any], limits: Limits) -> None:
        self._target, self._limits = target, limits
        self._lock = threading.Lock()
        self._restarts = 0
        self._worker = Worker.start(target, limits)
        self.facts: Mapping[str, Any] = self._worker.facts
        self.sandbox: str = self._worker.sandbox

    def session(self) -> SessionLike:
        """A fresh session; starts another worker if this one is gone.

        Raises:
            WorkerError: no worker can be started any more.
        """
        worker = self._worker
        try:
            return worker.session()
        except WorkerDied:
            with self._lock:
                if self._worker is worker:
                    self._restarts += 1
                    if self._restarts > MAX_RESTARTS:
                        raise
                    worker.close()
                    self._worker = Worker.start(self._target, self._limits)
            return self._worker.session()

    def close(self) -> None:
        """End the worker and everything in it."""
        self._worker.close()

    def __enter__(self) -> WorkerSource:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class DirectSource:
    """Sessions in this process, for a debugger and for notebooks: unprotected."""

    protected = False
    sandbox = "none: the subject runs in this process"

    def __init__(self, build: Callable[[Spec], Any], facts: Mapping[str, Any]) -> None:
        self._build = build
        self.facts = facts

    def session(self) -> SessionLike:
        """A fresh session."""
        return DirectSession(self._build)

    def close(self) -> None:
        """Nothing to end."""
