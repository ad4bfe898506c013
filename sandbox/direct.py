"""Direct mode: the subject runs in this process, for a debugger and for notebooks. Unprotected."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any

import numpy as np

from ..specs import Spec
from .calls import SubjectHost
from .outcomes import Outcome
from .subject import Operation, RemoteSubject, raise_failure

SANDBOX = "none: the subject runs in this process (--direct)"


class DirectSession:
    """A session in this process, with the interface of `Session`; Ctrl-C passes through, time is not limited.

    The subject gets copies of its arguments and hands out copies of its results, as through the sandbox.

    Attributes:
        output: always empty; what the subject prints goes where this process prints.
        alive: always True.
        prelude: as `SessionLike` has it.
    """

    output = ""
    alive = True

    def __init__(self, build: Callable[[Spec], Any], roots: Sequence[str] = (), *, prelude: str = "") -> None:
        self.prelude = prelude
        self._roots = roots
        self._host = SubjectHost(build, roots=roots, reraise=(KeyboardInterrupt,))
        self._subjects = 0

    def build(self, spec: Spec, seed: int = 0, *, later: bool = False) -> RemoteSubject:
        """Build a subject, at once; raises Unsupported or SubjectRaised."""
        del later
        self._subjects += 1
        with _quiet():
            outcome = self._host.construct(self._subjects, spec, seed)
        if outcome.failure is not None:
            raise_failure(outcome.failure)
        return RemoteSubject(spec, self, self._subjects)

    def fresh(self) -> DirectSession:
        """Another session in this process: new subjects, of modules that stay as they are."""
        return DirectSession(self._host.build, self._roots, prelude=self.prelude)

    def limit(self, seconds: float) -> None:
        """Without effect: a debugger takes its time."""

    def operate(self, handle: int, operations: Sequence[Operation]) -> Iterator[Outcome]:
        """Execute in order; ends after the first failure."""
        for method, args in operations:
            with _quiet():
                outcome = self._host.execute(handle, method, [_copy(argument, writable=True) for argument in args])
            value = _copy(outcome.value, writable=False)
            yield Outcome(value=value, mutated=outcome.mutated, failure=outcome.failure)
            if outcome.failure is not None:
                return

    def poison(self, handle: int, what: str) -> None:
        """Overwrite what the latest forward or backward returned or was given."""
        self._host.poison(handle, what)

    def run_snippet(self, text: str) -> str:
        """Run a program in this process; the type of the exception that ends it, empty if none does."""
        with _quiet():
            return str(self._host.run_snippet(text).value)

    def close(self) -> None:
        """Forget the subjects."""
        self._host = SubjectHost(self._host.build)

    def __enter__(self) -> DirectSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _quiet() -> warnings.catch_warnings[None]:
    """A submission's warnings are neither printed nor turned into errors, as in a worker."""
    return warnings.catch_warnings(action="ignore")


def _copy(value: Any, *, writable: bool) -> Any:
    if isinstance(value, np.ndarray):
        copy = np.array(value, order="C")
        copy.flags.writeable = writable
        return copy
    if isinstance(value, dict):
        return {key: _copy(item, writable=writable) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_copy(item, writable=writable) for item in value)
    return value
