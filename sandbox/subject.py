"""The subject as the checks see it: the same whether it runs in a worker or in this process."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any, NoReturn, Protocol, TypeAlias, TypeVar, overload

import numpy as np

from ..specs import Answer, Phase, Question, Spec, Unsupported, operations
from .errors import SubjectError, SubjectRaised
from .outcomes import Failure, Outcome
from .values import Opaque, printable

Operation = tuple[str, tuple[Any, ...]]

_LONGEST_PHRASE = 1_000
_numbers = count()
R = TypeVar("R")
R2 = TypeVar("R2")
R3 = TypeVar("R3")
R4 = TypeVar("R4")
R5 = TypeVar("R5")
R6 = TypeVar("R6")


@dataclass(frozen=True)
class Mutation:
    """A call changed the array that it was given.

    Attributes:
        method: what was called, for example `forward`.
        argument: index of the argument, from 0; those of the latest forward follow a backward's own.
        call: the call's number.
    """

    method: str
    argument: int
    call: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True)
class Call:
    """One call of a subject, in the order of the calls; arguments and values by reference.

    Attributes:
        method: what was called.
        args: its arguments.
        value: what it returned; None if it raised.
        number: orders the calls of all subjects, and their constructions.
    """

    method: str
    args: tuple[Any, ...]
    value: Any
    number: int = field(default_factory=lambda: next(_numbers), compare=False, repr=False)


@dataclass(frozen=True)
class Asked:
    """What a law waits for: the answers of one subject to questions, in order, in one crossing.

    Attributes:
        subject: who is asked.
        questions: what.
    """

    subject: RemoteSubject
    questions: tuple[Question[Any], ...]


Asking: TypeAlias = Generator[Asked, Sequence[Any], R]
"""Steps that yield what is asked for, are sent the answers, and return what they have made of them."""


class Transport(Protocol):
    """Carries operations to the subjects of one session."""

    def operate(self, handle: int, operations: Sequence[Operation]) -> Iterator[Outcome]:
        """Execute in order; ends after the first failure. Raises SubjectTimeout or SubjectDied."""

    def poison(self, handle: int, what: str) -> None:
        """Overwrite what the latest forward or backward returned or was given."""


class RemoteSubject:
    """A subject behind a transport, with the operations of its spec's kind as methods.

    What an operation may return is what may come out: numbers, None, strings, lists, dicts, read-only numeric
    arrays, and `Opaque` for anything else. All operations raise `Unsupported` where the adapter does not offer them,
    and `SubjectRaised`, `SubjectTimeout` or `SubjectDied`. Arrays of float32 come back as float64, so that
    what is computed with them is exact.

    Attributes:
        spec: what it implements.
        dtype: the type in which arrays of float64 are handed over.
        single: True once an array of float32 has come back.
        mutations: calls that changed their arguments, in order.
        transcript: every call, in order, with its arguments and its value as they have crossed.
        evaluations: number of calls of the operations that evaluate the subject, such as forward.
        number: its place among the calls and constructions of all subjects.
        poisoned: True once `poison` was called, which the transcript does not show.
    """

    def __init__(self, spec: Spec, transport: Transport, handle: int) -> None:
        self.spec = spec
        self.dtype = "float64"
        self.single = False
        self.mutations: list[Mutation] = []
        self.transcript: list[Call] = []
        self.evaluations = 0
        self.number = next(_numbers)
        self.poisoned = False
        self._transport = transport
        self._handle = handle
        self._first: list[Operation] = []
        self._operations = operations(spec.kind)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """An operation of the spec's kind, as a method that asks for it at once."""
        if name.startswith("_") or name not in self._operations:
            raise AttributeError(f"a {self.spec.kind} has no operation {name}")
        return partial(self.call, name)

    def seen_as(self, change: Callable[[str, Any], Any]) -> RemoteSubject:
        """The same subject, with `change(method, value)` in place of every value that a method returns."""
        return RemoteSubject(self.spec, _Changing(self._transport, change), self._handle)

    @overload
    def call(self, asked: Question[R], /) -> R: ...

    @overload
    def call(self, asked: str, /, *args: Any) -> Any: ...

    def call(self, asked: Question[R] | str, /, *args: Any) -> Any:
        """Ask one question, or call any method by name, at once."""
        return self.many([(asked, args) if isinstance(asked, str) else asked])[0]

    def many(self, asked: Sequence[Operation]) -> list[Any]:
        """Several calls in one round trip; stops at the first error and raises it.

        Args:
            asked: questions, or pairs of a method's name and its arguments.

        Returns:
            The values in order.
        """
        asked = [(method, _carried(args, self.dtype)) for method, args in (*self._first, *asked)]
        asked_before, self._first = len(self._first), []
        values = []
        outcomes = self._transport.operate(self._handle, asked)
        for method, args in asked:
            known = self._operations.get(method)
            self.evaluations += known is not None and known.evaluates
            try:
                outcome = next(outcomes)
            except SubjectError:
                self.transcript.append(Call(method, args, None))
                raise
            self.transcript.append(Call(method, args, outcome.value))
            self.mutations += [Mutation(method, index, self.transcript[-1].number) for index in outcome.mutated]
            if outcome.failure is not None:
                raise_failure(outcome.failure)
            values.append(self._widened(outcome.value))
        for (method, _), value in zip(asked, values, strict=True):
            known = self._operations.get(method)
            if known is not None and known.answer is Answer.NAMED and not isinstance(value, dict):
                found = value if isinstance(value, Opaque) else type(value).__name__
                text = f"{method}() returned {found}, but should return a mapping from names to arrays"
                raise SubjectRaised("TypeError", text)
        return values[asked_before:]

    @overload
    def ask(self, one: Question[R], /) -> Asking[R]: ...

    @overload
    def ask(self, one: Question[R], two: Question[R2], /) -> Asking[tuple[R, R2]]: ...

    @overload
    def ask(self, one: Question[R], two: Question[R2], three: Question[R3], /) -> Asking[tuple[R, R2, R3]]: ...

    @overload
    def ask(
        self, one: Question[R], two: Question[R2], three: Question[R3], four: Question[R4], /
    ) -> Asking[tuple[R, R2, R3, R4]]: ...

    @overload
    def ask(
        self, one: Question[R], two: Question[R2], three: Question[R3], four: Question[R4], five: Question[R5], /
    ) -> Asking[tuple[R, R2, R3, R4, R5]]: ...

    @overload
    def ask(
        self,
        one: Question[R],
        two: Question[R2],
        three: Question[R3],
        four: Question[R4],
        five: Question[R5],
        six: Question[R6],
        /,
    ) -> Asking[tuple[R, R2, R3, R4, R5, R6]]: ...

    def ask(self, *asked: Question[Any]) -> Asking[Any]:
        """Ask for the answers of questions: alone for one, else as a tuple; a law says `yield from` before it.

        What is asked for together crosses together. An answer has the type that the operation declares if the subject
        is right; laws look before they compute with it, or leave that to `odd_value`.

        Raises:
            Unsupported: the adapter does not offer an operation.
            SubjectError: a call raised, did not end, or killed the process; later questions are not asked.
        """
        answers = yield Asked(self, asked)
        return answers[0] if len(asked) == 1 else tuple(answers)

    def ask_all(self, asked: Iterable[Question[R]]) -> Asking[list[R]]:
        """Ask for the answers of any number of questions, as `ask` does; those of one list have one type."""
        answers = yield Asked(self, tuple(asked))
        return list(answers)

    def begin_with(self, asked: Sequence[Operation]) -> None:
        """Calls that are made before the next one, in its round trip; what they return nobody asks for."""
        self._first += asked

    def poison(self, what: str) -> None:
        """Overwrite with NaN, where the subject lives, the arrays of the latest forward or backward.

        Args:
            what: `result`: the very array object that it returned; `argument`: the arrays that it was given.
        """
        if what not in {"result", "argument"}:
            raise ValueError(f"what={what!r}, but should be 'result' or 'argument'")
        self.poisoned = True
        self._transport.poison(self._handle, what)

    def code_templates(self) -> dict[str, str]:
        """How the calls of this subject read as Python code, in its own API; see `specs.subject.CodeTemplates`.

        Texts of the other side: plain, short, for a person to read and never executed here.

        Raises:
            Unsupported: the adapter does not say it, or says something else than texts.
        """
        outcome = next(iter(self._transport.operate(self._handle, [("code_templates", ())])))
        if outcome.failure is not None:
            raise_failure(outcome.failure)
        found = outcome.value
        if not isinstance(found, dict) or not all(isinstance(text, str) and _is_plain(text) for text in found.values()):
            raise Unsupported("the adapter says how its calls read as code in another form than plain short texts")
        return found

    def _widened(self, value: Any) -> Any:
        if isinstance(value, np.ndarray) and value.dtype == np.float32:
            self.single = True
            return value.astype(np.float64)
        if isinstance(value, dict):
            return {name: self._widened(item) for name, item in value.items()}
        return value


def _is_plain(text: str) -> bool:
    return len(text) <= _LONGEST_PHRASE and all(line.isprintable() for line in text.split("\n"))


def _carried(args: tuple[Any, ...], dtype: str) -> tuple[Any, ...]:
    """Arguments as they cross: phases as words, arrays of float64 in the type that is given."""
    args = tuple(str(item) if isinstance(item, Phase) else item for item in args)
    return args if dtype == "float64" else tuple(_in_type(item, dtype) for item in args)


def _in_type(value: Any, dtype: str) -> Any:
    if isinstance(value, np.ndarray) and value.dtype == np.float64:
        with np.errstate(over="ignore", under="ignore"):
            return value.astype(dtype)
    if isinstance(value, dict):
        return {name: _in_type(item, dtype) for name, item in value.items()}
    return value


@dataclass(frozen=True)
class _Changing:
    """A transport whose values are changed on their way."""

    transport: Transport
    change: Callable[[str, Any], Any]

    def operate(self, handle: int, operations: Sequence[Operation]) -> Iterator[Outcome]:
        outcomes = self.transport.operate(handle, operations)
        for (method, _), outcome in zip(operations, outcomes, strict=False):  # after a failure there are fewer
            yield outcome._replace(value=self.change(method, outcome.value))

    def poison(self, handle: int, what: str) -> None:
        self.transport.poison(handle, what)


class SessionLike(Protocol):
    """A place where subjects are built: `Session` in a worker, `DirectSession` in this process."""

    @property
    def output(self) -> str:
        """What the subjects printed, capped."""

    @property
    def alive(self) -> bool:
        """False once the subject timed out or died; take a new session then."""

    @property
    def prelude(self) -> str:
        """Lines that a program needs after `import numpy as np`, to find the NumPy that the subjects have here."""

    def build(self, spec: Spec, seed: int = 0, *, later: bool = False) -> RemoteSubject:
        """Build a subject; `np.random` and `random` are seeded with `seed` before.

        Args:
            spec: what is built.
            seed: of the generators that all share.
            later: it may be built with its first call, which then raises what construction raises.

        Raises:
            Unsupported: the adapter does not offer the component.
            SubjectError: construction raised, did not end, or killed the process.
        """

    def fresh(self) -> SessionLike:
        """Another session of the same subject, which has seen no call; for the caller to close.

        In this process only new subjects are fresh: what their modules remember, they remember.
        """

    def limit(self, seconds: float) -> None:
        """Give the calls that follow, together, this much time."""

    def run_snippet(self, text: str) -> str:
        """Run a program that repeats calls of a subject where subjects live.

        Returns:
            The type of the exception that ends it, as the other side says; empty if none does.
        """

    def close(self) -> None:
        """End the session and everything in it."""


def raise_failure(failure: Failure) -> NoReturn:
    """Raise what a call raised in the sandbox."""
    if failure.kind == "unsupported":
        raise Unsupported(printable(failure.text))
    raise SubjectRaised(failure.type_name, failure.text, failure.where, failure.detail)
