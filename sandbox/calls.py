"""Executes operations on subjects: the part that the worker and the direct mode share.

An operation takes plain values and gives an `Outcome`.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..specs import Phase, Spec, Unsupported
from .outcomes import Failure, Outcome
from .tracebacks import frames_of
from .values import Array, Encoder, cap, describe

REPLY_BYTES = 256 * 2**20
BUILD = ""
"""The operation that comes before all others of a subject; no method has this name."""


@dataclass
class _Held:
    """A subject, what its latest forward or backward was given and returned, and what its latest forward was given."""

    subject: Any
    arguments: Sequence[Any] = ()
    result: Any = None
    forwarded: Sequence[Any] = ()
    fingerprints: Sequence[list[tuple[Any, ...]]] = ()


class SubjectHost:
    """Builds subjects and executes operations on them.

    Attributes:
        build: the adapter's `build`.
        roots: folders and files of the submission, for tracebacks.
        reply_bytes: arrays above this size do not cross.
        may_refuse: whether the code in `roots` may leave something out by raising `Unsupported`: a user's adapter
            module may, a submission may not.
        reraise: exceptions that are not the subject's, for example Ctrl-C in direct mode.
    """

    def __init__(
        self,
        build: Callable[[Spec], Any],
        *,
        roots: Sequence[str] = (),
        reply_bytes: int = REPLY_BYTES,
        reraise: tuple[type[BaseException], ...] = (),
        may_refuse: bool = True,
    ) -> None:
        self.build = build
        self.roots = tuple(roots)
        self.reply_bytes = reply_bytes
        self.reraise = reraise
        self.may_refuse = may_refuse
        self._held: dict[int, _Held] = {}

    def construct(self, handle: int, spec: Spec, seed: int) -> Outcome:
        """Build a subject, to which operations refer by the handle."""
        np.random.seed(seed % 2**32)  # noqa: NPY002 - submissions draw from the global generator
        random.seed(seed)
        try:
            subject = self.build(spec)
        except BaseException as error:  # SystemExit and KeyboardInterrupt too
            return self._failed(error, ())
        if subject is None:
            return Outcome(failure=_unsupported(f"the adapter does not offer {spec.name()}"))
        self._held[handle] = _Held(subject)
        return Outcome()

    def execute(self, handle: int, method: str, arguments: Sequence[Any]) -> Outcome:
        """Call a method of a subject; the arrays in `arguments` are handed over, not copied."""
        held = self._held[handle]
        if method == "set_phase":
            arguments = [Phase(item) for item in arguments]
        before: list[list[tuple[Any, ...]]] = []
        watched = arguments
        try:
            if not callable(function := getattr(held.subject, method, None)):
                kind = type(held.subject).__name__
                return Outcome(failure=_unsupported(f"the adapter's {kind} has no method {method}"))
            before = list(map(_fingerprint, arguments))
            if method == "backward":  # the caller still needs what forward was given
                watched, before = [*arguments, *held.forwarded], [*before, *held.fingerprints]
            result = function(*arguments)
            after = list(map(_fingerprint, watched))
            if method in {"forward", "backward"}:
                held.arguments, held.result = arguments, result
            if method == "forward":
                held.forwarded, held.fingerprints = arguments, after
            return Outcome(value=self._plain(result), mutated=_changed(before, after))
        except BaseException as error:
            return self._failed(error, _changed(before, list(map(_fingerprint, watched[: len(before)]))))

    def run_snippet(self, text: str) -> Outcome:
        """Run a program that repeats calls of a subject, here, where the submission is.

        The value is the type of the exception that ends it; empty if none does.
        """
        path, modules, ended = list(sys.path), dict(sys.modules), ""
        try:
            exec(compile(text, "<snippet>", "exec"), {"__name__": "__main__"})  # noqa: S102 - what a person would do
        except BaseException as error:
            if isinstance(error, self.reraise):
                raise
            ended = type(error).__name__
        finally:
            sys.path[:] = path
            for name in set(sys.modules) - set(modules):
                del sys.modules[name]
            sys.modules.update(modules)
        return Outcome(value=cap(ended))

    def poison(self, handle: int, what: str) -> None:
        """Overwrite the arrays of the latest forward or backward: its `result` or its `argument`s."""
        held = self._held[handle]
        for array in _arrays_in(held.result if what == "result" else list(held.arguments)):
            _overwrite(array)

    def _plain(self, result: Any) -> Any:
        try:
            return Encoder(self.reply_bytes).plain(result)
        except Exception:  # a mapping of the submission's own may raise while it is read
            return describe(result)

    def _failed(self, error: BaseException, mutated: tuple[int, ...]) -> Outcome:
        if isinstance(error, self.reraise):
            raise error
        return Outcome(failure=failure_of(error, self.roots, may_refuse=self.may_refuse), mutated=mutated)


def failure_of(error: BaseException, roots: Sequence[str], *, may_refuse: bool = True) -> Failure:
    """Say what was raised, and where in the submission."""
    frames = frames_of(error, roots)
    if isinstance(error, Unsupported) and (may_refuse or not frames.where):
        return _unsupported(_text_of(error))
    return Failure(
        kind="raised", type_name=type(error).__name__, text=_text_of(error), where=frames.where, detail=frames.detail
    )


def _unsupported(text: str) -> Failure:
    return Failure(kind="unsupported", type_name="Unsupported", text=text)


def _text_of(error: BaseException) -> str:
    try:
        return cap(str(error))
    except KeyboardInterrupt:
        raise
    except BaseException:  # the submission's __str__ may raise anything
        return "its text cannot be read"


def _arrays_in(value: Any) -> list[Array]:
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, Mapping):
        return [array for item in value.values() for array in _arrays_in(item)]
    if isinstance(value, list | tuple):
        return [array for item in value for array in _arrays_in(item)]
    return []


def _fingerprint(argument: Any) -> list[tuple[Any, ...]]:
    """The arrays' bytes; a method of the array type itself, which a submission cannot replace."""
    return [(array.shape, array.dtype, array.tobytes()) for array in _arrays_in(argument)]


def _changed(before: Sequence[list[tuple[Any, ...]]], after: Sequence[list[tuple[Any, ...]]]) -> tuple[int, ...]:
    return tuple(index for index, (old, new) in enumerate(zip(before, after, strict=True)) if old != new)


def _overwrite(array: Array) -> None:
    """NaN, or the largest value where there is none; a read-only view cannot be written to and stays."""
    try:
        array.flags.writeable = True
    except ValueError:
        return
    if array.dtype.kind in "fc":
        array[...] = np.nan
    elif array.dtype.kind in "iu":
        array[...] = np.iinfo(array.dtype).max
    elif array.dtype.kind == "b":
        np.logical_not(array, out=array)
