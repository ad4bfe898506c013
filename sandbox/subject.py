"""The subject as the checks see it: the same whether it runs in a worker or in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NoReturn, Protocol

import numpy as np

from ..specs import Phase, Spec, Unsupported
from .errors import SubjectError, SubjectRaised
from .outcomes import Failure, Outcome
from .values import Opaque, printable

Operation = tuple[str, tuple[Any, ...]]

_NAMED = {"parameters", "gradients"}  # these return mappings
_LONGEST_PHRASE = 1_000
_numbers = count()

_EVALUATIONS = frozenset({"forward", "norm", "update", "initialize", "train", "test"})


@dataclass(frozen=True)
class Mutation:
    """A call changed the array that it was given.

    Attributes:
        method: what was called, for example `forward`.
        argument: index of the argument, from 0.
    """

    method: str
    argument: int


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


class Transport(Protocol):
    """Carries operations to the subjects of one session."""

    def operate(self, handle: int, operations: Sequence[Operation]) -> Iterator[Outcome]:
        """Execute in order; ends after the first failure. Raises SubjectTimeout or SubjectDied."""

    def poison(self, handle: int, what: str) -> None:
        """Overwrite what the latest forward or backward returned or was given."""


class RemoteSubject:
    """A subject behind a transport, with the methods of every protocol in `specs.subject`.

    What a method may return is what may come out: numbers, None, strings, lists, dicts, read-only numeric
    arrays, and `Opaque` for anything else. All methods raise `Unsupported` where the adapter does not offer the
    operation, and `SubjectRaised`, `SubjectTimeout` or `SubjectDied`. Arrays of float32 come back as float64, so that
    what is computed with them is exact.

    Attributes:
        spec: what it implements.
        dtype: the type in which arrays of float64 are handed over.
        single: True once an array of float32 has come back.
        mutations: calls that changed their arguments, in order.
        transcript: every call, in order, with its arguments and its value as they have crossed.
        evaluations: number of calls of forward and its like (norm, update, initialize, train, test).
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

    def seen_as(self, change: Callable[[str, Any], Any]) -> RemoteSubject:
        """The same subject, with `change(method, value)` in place of every value that a method returns."""
        return RemoteSubject(self.spec, _Changing(self._transport, change), self._handle)

    def call(self, method: str, *args: Any) -> Any:
        """Call any method by name."""
        return self.many([(method, args)])[0]

    def many(self, operations: Sequence[Operation]) -> list[Any]:
        """Several calls in one round trip; stops at the first error and raises it.

        Args:
            operations: pairs of a method's name and its arguments.

        Returns:
            The values in order.
        """
        operations = [*self._first, *operations]
        asked_before, self._first = len(self._first), []
        values = []
        if self.dtype != "float64":
            operations = [(method, _in_type(args, self.dtype)) for method, args in operations]
        outcomes = self._transport.operate(self._handle, operations)
        for method, args in operations:
            self.evaluations += method in _EVALUATIONS
            try:
                outcome = next(outcomes)
            except SubjectError:
                self.transcript.append(Call(method, args, None))
                raise
            self.mutations += [Mutation(method, index) for index in outcome.mutated]
            self.transcript.append(Call(method, args, outcome.value))
            if outcome.failure is not None:
                raise_failure(outcome.failure)
            values.append(self._widened(outcome.value))
        for (method, _), value in zip(operations, values, strict=True):
            if method in _NAMED and not isinstance(value, dict):
                found = value if isinstance(value, Opaque) else type(value).__name__
                text = f"{method}() returned {found}, but should return a mapping from names to arrays"
                raise SubjectRaised("TypeError", text)
        return values[asked_before:]

    def begin_with(self, operations: Sequence[Operation]) -> None:
        """Calls that are made before the next one, in its round trip; what they return nobody asks for."""
        self._first += operations

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

    # Layers and networks.

    def set_phase(self, phase: Phase) -> None:
        """Switch between the train and the test phase."""
        self.call("set_phase", str(phase))

    def forward(self, *arrays: Any) -> Any:
        """One evaluation; of a layer: x, of a loss: prediction and target, of a network: no arguments."""
        return self.call("forward", *arrays)

    def backward(self, *arrays: Any) -> Any:
        """One backward pass; of a layer: dy, of a loss: target, of a network: no arguments."""
        return self.call("backward", *arrays)

    def parameters(self) -> dict[str, Any]:
        """Copies of the parameters by name; arrays, unless the subject holds something else."""
        values: dict[str, Any] = self.call("parameters")
        return values

    def assign(self, parameters: dict[str, Any]) -> None:
        """Set the parameters named."""
        self.call("assign", parameters)

    def gradients(self) -> dict[str, Any]:
        """Copies of the parameters' gradients by name; arrays, unless the subject holds something else."""
        values: dict[str, Any] = self.call("gradients")
        return values

    def reseed(self, seed: int) -> None:
        """Seed every source of randomness."""
        self.call("reseed", seed)

    def attach_optimizer(self, learning_rate: float, momentum: float) -> None:
        """Give a layer gradient descent with momentum."""
        self.call("attach_optimizer", learning_rate, momentum)

    def initialize(self, *args: Any) -> Any:
        """Layers take weights_value and bias_value; initializers take shape, fan_in, fan_out and return an array."""
        return self.call("initialize", *args)

    def memorize(self, on: bool) -> None:
        """Let a recurrent layer keep its state from one sequence to the next, or start each from zeros."""
        self.call("memorize", on)

    def attach_penalty(self, alpha: float) -> None:
        """Give a recurrent layer an optimizer with learning rate 0 and the penalty alpha sum |w|."""
        self.call("attach_penalty", alpha)

    def regularization_loss(self) -> Any:
        """The penalty that a recurrent layer reports."""
        return self.call("regularization_loss")

    # Regularizers and optimizers.

    def norm(self, weights: Any) -> Any:
        """The loss that a regularizer adds."""
        return self.call("norm", weights)

    def gradient(self, weights: Any) -> Any:
        """The (sub-)gradient that a regularizer adds."""
        return self.call("gradient", weights)

    def update(self, weights: Any, gradient: Any) -> Any:
        """The new weights that an optimizer computes."""
        return self.call("update", weights, gradient)

    # Networks.

    def feed(self, inputs: Any, labels: Any) -> None:
        """Set the batch that the data layer hands out."""
        self.call("feed", inputs, labels)

    def train(self, iterations: int) -> Any:
        """Train; the losses recorded so far."""
        return self.call("train", iterations)

    def test(self, inputs: Any) -> Any:
        """The prediction in the test phase."""
        return self.call("test", inputs)

    def seen_phases(self) -> Any:
        """The phase that each layer was in during its latest forward."""
        return self.call("seen_phases")

    def _widened(self, value: Any) -> Any:
        if isinstance(value, np.ndarray) and value.dtype == np.float32:
            self.single = True
            return value.astype(np.float64)
        if isinstance(value, dict):
            return {name: self._widened(item) for name, item in value.items()}
        return value


def _is_plain(text: str) -> bool:
    return len(text) <= _LONGEST_PHRASE and all(line.isprintable() for line in text.split("\n"))


def _in_type(value: Any, dtype: str) -> Any:
    if isinstance(value, np.ndarray) and value.dtype == np.float64:
        with np.errstate(over="ignore", under="ignore"):
            return value.astype(dtype)
    if isinstance(value, dict):
        return {name: _in_type(item, dtype) for name, item in value.items()}
    return tuple(_in_type(item, dtype) for item in value) if isinstance(value, tuple) else value


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
