"""State: the models of losses, optimizers, regularizers and initializers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...specs import InitializerSpec, LossSpec, Question, RegularizerSpec
from .. import definitions
from ..asking import draw, loss_backward, loss_forward, norm, penalty_gradient, update
from ..context import Context
from ..law import Law
from ..measurement import agrees, failed
from ..numerics.compare import Estimate
from .initializer import single_draw
from .optimizer import expected_weights
from .state_program import Model, Step, equal

Array = NDArray[np.float64]


def _number(value: Any) -> Any:
    """A number as an array, so that it can be compared; anything else as it is."""
    return np.asarray(value, dtype=float).reshape(()) if isinstance(value, int | float | np.number) else value


def _scalar(value: Any) -> Any:
    """What stands for one number, if only by having a single entry, as an array; anything else as it is."""
    single = isinstance(value, np.ndarray) and value.size == 1 and value.dtype.kind in "fiu"
    return value.astype(float).reshape(()) if single else _number(value)


@dataclass
class LossState:
    """The batch of the latest forward, and whether backward may be called for it."""

    latest: str = ""
    live: bool = False


class LossModel(Model[LossState]):
    """A loss: forward is the definition, backward what a fresh loss answers after the same forward alone.

    Args:
        context: the case.
        again: whether backward may be called several times for one forward.
    """

    def __init__(self, context: Context, *, again: bool) -> None:
        super().__init__(context)
        self._again = again
        rng = context.rng()
        batch, *rest = context.case.input_shape
        shapes = {"1": (batch, *rest), "2": (batch, *rest), "3": (batch + 2, *rest)}
        self._batches = {key: (context.data(rng, shape), context.target(rng, shape)) for key, shape in shapes.items()}
        self._known: dict[str, Any] = {}
        backward = Step("backward", ("t",))
        self.steps = (*(Step("forward", (f"p{key}", f"t{key}")) for key in shapes), backward)
        first, second, third = self.steps[:3]
        self.idioms = (
            *((step, backward, backward) for step in (first, second, third)),
            (first, replace(second, other=True), backward),
        )
        self.legend = (
            f"p1, p2: predictions of shape {shapes['1']}, p3 of shape {shapes['3']}; t1, t2, t3: their targets; "
            "t: the target of the latest forward; other: a second instance"
        )

    def start(self) -> LossState:
        return LossState()

    def admits(self, state: LossState, step: Step) -> bool:
        return step.method == "forward" or state.live

    def questions(self, state: LossState, step: Step) -> list[Question[Any]]:
        if step.method == "forward":
            return [loss_forward(*self._batches[step.data[0][1:]])]
        return [loss_backward(self._batches[state.latest][1])]

    def advance(self, state: LossState, step: Step) -> None:
        if step.method == "forward":
            state.latest, state.live = step.data[0][1:], True
        else:
            state.live = self._again

    def judge(self, state: LossState, step: Step, answers: Sequence[Any]) -> Law:
        prediction, target = self._batches[state.latest]
        if step.method == "forward":
            expected = definitions.loss(self.context.spec_as(LossSpec), prediction, target, self.context.conventions)
            yield agrees(str(step), np.asarray(answers[0], dtype=float).reshape(()), expected)
            return
        if state.latest not in self._known:
            fresh = self.context.new()
            _, slope = yield from fresh.ask(loss_forward(prediction, target), loss_backward(target))
            self._known[state.latest] = slope
        yield equal(str(step), answers[0], self._known[state.latest])


@dataclass
class OptimizerState:
    """The gradients so far, by name: an optimizer belongs to one parameter."""

    gradients: tuple[str, ...] = ()


class OptimizerModel(Model[OptimizerState]):
    """An optimizer: the weights after each update follow from its own gradients alone."""

    steps = tuple(Step("update", ("w", name)) for name in ("g1", "g2", "g3"))
    turn = (*steps, *steps)
    legend = "w: the latest weights; g1, g2, g3: gradients; other: a second instance, with weights of its own"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        rng, shape = context.rng(), context.case.input_shape
        self._start = np.asarray(context.data(rng))
        self._gradients = {
            step.data[1]: rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.3, 2.0, size=shape) for step in self.steps
        }
        self._known: dict[tuple[str, ...], Estimate] = {}

    def start(self) -> OptimizerState:
        return OptimizerState()

    def questions(self, state: OptimizerState, step: Step) -> list[Question[Any]]:
        weights = self._expected(state.gradients).value if state.gradients else self._start
        return [update(weights, self._gradients[step.data[1]])]

    def advance(self, state: OptimizerState, step: Step) -> None:
        state.gradients += (step.data[1],)

    def judge(self, state: OptimizerState, step: Step, answers: Sequence[Any]) -> Law:
        yield agrees(str(step), _number(answers[0]), self._expected(state.gradients))

    def _expected(self, names: tuple[str, ...]) -> Estimate:
        if names not in self._known:
            steps = expected_weights(self.context, self._start, [self._gradients[name] for name in names])
            self._known.update({names[:count]: step for count, step in enumerate(steps, start=1)})
        return self._known[names]


class RegularizerModel(Model[None]):
    """A regularizer has no state: every answer is the definition's."""

    steps = tuple(Step(method, (name,)) for name in ("w1", "w2", "w3") for method in ("norm", "gradient"))

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        rng, shape = context.rng(), context.case.input_shape
        shapes = {"w1": shape, "w2": shape, "w3": (*shape, 2)}
        self._weights = {name: context.data(rng, size) for name, size in shapes.items()}
        self.legend = f"w1, w2: weights of shape {shape}, w3 of shape {shapes['w3']}; other: a second instance"

    def start(self) -> None:
        return None

    def questions(self, state: None, step: Step) -> list[Question[Any]]:
        del state
        weights = self._weights[step.data[0]]
        return [norm(weights) if step.method == "norm" else penalty_gradient(weights)]

    def advance(self, state: None, step: Step) -> None:
        pass

    def judge(self, state: None, step: Step, answers: Sequence[Any]) -> Law:
        del state
        spec, weights = self.context.spec_as(RegularizerSpec), self._weights[step.data[0]]
        if step.method == "norm":
            convention = self.context.conventions.get("L2 norm", "alpha sum w²")
            yield agrees(str(step), _scalar(answers[0]), definitions.penalty(spec, weights, convention))
        else:
            convention = self.context.conventions.get("L2 gradient", "alpha w")
            yield agrees(str(step), answers[0], definitions.penalty_gradient(spec, weights, convention))


@dataclass
class InitializerState:
    """What an instance has drawn so far."""

    drawn: list[Array] = field(default_factory=list)


class InitializerModel(Model[InitializerState]):
    """An initializer has no state: every call draws anew, for the shape and the fans of this call."""

    draws = True

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        shape, (fan_in, fan_out) = context.case.input_shape, context.case.fans
        self._calls = {
            "a": (shape, fan_in, fan_out),
            "b": (shape[::-1], fan_out, fan_in),
            "c": ((4 * shape[0], *shape[1:]), 4 * fan_in, fan_out),
        }
        self.steps = tuple(Step("initialize", (name,)) for name in self._calls)
        texts = [f"{name}: shape {size}, fan_in {i}, fan_out {o}" for name, (size, i, o) in self._calls.items()]
        self.legend = "; ".join(texts) + "; other: a second instance"

    def start(self) -> InitializerState:
        return InitializerState()

    def questions(self, state: InitializerState, step: Step) -> list[Question[Any]]:
        del state
        return [draw(*self._calls[step.data[0]])]

    def advance(self, state: InitializerState, step: Step) -> None:
        pass

    def judge(self, state: InitializerState, step: Step, answers: Sequence[Any]) -> Law:
        shape, *fans = self._calls[step.data[0]]
        yield from single_draw(self.context.spec_as(InitializerSpec), answers[0], shape, (fans[0], fans[1]))
        if answers[0].ndim and np.unique(answers[0]).size > 1:
            if any(np.array_equal(answers[0].ravel(), earlier.ravel()) for earlier in state.drawn):
                text = f"{step} returns the numbers of an earlier call"
                yield failed(text, expected="fresh draws", found="the same numbers again")
            state.drawn.append(answers[0])
