"""The subject as the checks see it: the same whether it runs in a worker or in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn, Protocol

from ..specs import Phase, Spec, Unsupported
from .errors import SubjectError, SubjectRaised
from .outcomes import Failure, Outcome
from .values import Foreign, printable

Operation = tuple[str, tuple[Any, ...]]

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
    """

    method: str
    args: tuple[Any, ...]
    value: Any


class Transport(Protocol):
    """Carries operations to the subjects of one session."""

    def operate(self, handle: int, operations: Sequence[Operation]) -> Iterator[Outcome]:
        """Execute in order; ends after the first failure. Raises SubjectTimeout or SubjectDied."""

    def poison(self, handle: int, what: str) -> None:
        """Overwrite what the latest forward or backward returned or was given."""


class RemoteSubject:
    """A subject behind a transport, with the methods of every protocol in `specs.subject`.

    What a method may return is what may cross the wall: numbers, None, strings, lists, dicts, read-only numeric
    arrays, and `Foreign` for anything else. All methods raise `Unsupported` where the adapter does not offer the
    operation, and `SubjectRaised`, `SubjectTimeout` or `SubjectDied`.

    Attributes:
        spec: what it implements.
        mutations: calls that changed their arguments, in order.
        transcript: every call, in order.
        evaluations: number of calls of forward and its like (norm, update, initialize, train, test).
    """

    def __init__(self, spec: Spec, transport: Transport, handle: int) -> None:
        self.spec = spec
        self.mutations: list[Mutation] = []
        self.transcript: list[Call] = []
        self.evaluations = 0
        self._transport = transport
        self._handle = handle

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
        values = []
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
            values.append(outcome.value)
        return values

    def poison(self, what: str) -> None:
        """Overwrite with NaN, where the subject lives, the arrays of the latest forward or backward.

        Args:
            what: `result`: the very array object that it returned; `argument`: the arrays that it was given.
        """
        if what not in {"result", "argument"}:
            raise ValueError(f"what={what!r}, but should be 'result' or 'argument'")
        self._transport.poison(self._handle, what)

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
        return self._named("parameters")

    def assign(self, parameters: dict[str, Any]) -> None:
        """Set the parameters named."""
        self.call("assign", parameters)

    def gradients(self) -> dict[str, Any]:
        """Copies of the parameters' gradients by name; arrays, unless the subject holds something else."""
        return self._named("gradients")

    def reseed(self, seed: int) -> None:
        """Seed every source of randomness."""
        self.call("reseed", seed)

    def attach_optimizer(self, learning_rate: float, momentum: float) -> None:
        """Give a layer gradient descent with momentum."""
        self.call("attach_optimizer", learning_rate, momentum)

    def initialize(self, *args: Any) -> Any:
        """Layers take weights_value and bias_value; initializers take shape, fan_in, fan_out and return an array."""
        return self.call("initialize", *args)

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

    def _named(self, method: str) -> dict[str, Any]:
        value = self.call(method)
        if not isinstance(value, dict):
            found = value if isinstance(value, Foreign) else type(value).__name__
            text = f"{method}() returned {found}, but should return a mapping from names to arrays"
            raise SubjectRaised("TypeError", text)
        return value


@dataclass(frozen=True)
class _Changing:
    """A transport whose values are changed on their way."""

    transport: Transport
    change: Callable[[str, Any], Any]

    def operate(self, handle: int, operations: Sequence[Operation]) -> Iterator[Outcome]:
        outcomes = self.transport.operate(handle, operations)
        for (method, _), outcome in zip(operations, outcomes, strict=False):  # after a failure there are fewer
            yield replace(outcome, value=self.change(method, outcome.value))

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

    def build(self, spec: Spec, seed: int = 0) -> RemoteSubject:
        """Build a subject; `np.random` and `random` are seeded with `seed` before.

        Raises:
            Unsupported: the adapter does not offer the component.
            SubjectError: construction raised, did not end, or killed the process.
        """

    def limit(self, seconds: float) -> None:
        """Give the calls that follow, together, this much time."""

    def close(self) -> None:
        """End the session and everything in it."""


def raise_failure(failure: Failure) -> NoReturn:
    """Raise what a call raised behind the wall."""
    if failure.kind == "unsupported":
        raise Unsupported(printable(failure.text))
    raise SubjectRaised(failure.type_name, failure.text, failure.where, failure.detail)
