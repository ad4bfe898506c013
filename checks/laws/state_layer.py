"""State: the model of a layer.

What a layer answers depends on its parameters, its phase, its running statistics and its latest forward alone. So a
fresh layer of the same implementation, brought into that state by the shortest way, must answer the same; optimizers,
random masks and, where there is one, forward follow their definitions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...specs import Phase, Trait, Unsupported
from ..context import Context
from ..measurement import Measurement, agrees, describe, failed
from ..numerics.compare import EPS, Estimate
from ..proof import Expression
from .contract import close_to
from .state_program import Model, Operation, Step, equal
from .value import defined

Array = NDArray[np.float64]

RATE, MOMENTUM = 0.125, 0.5
INPUTS = ("x1", "x2", "x3")
ERRORS = ("dy1", "dy2")
FALSE_ALARM = 1e-16  # per pair of masks; masks so small that they agree more often are not compared


@dataclass
class LayerState:
    """What a layer's answers may depend on.

    Attributes:
        parameters: their values; an update replaces them.
        name: how the calls name them; empty after an update.
        phase: the current one.
        batches: inputs of the training forwards, if the layer keeps running statistics.
        latest: input of the latest forward.
        live: whether backward may be called for it.
        output: what it returned, to judge a mask by.
        dropped: which entries the latest training forward dropped.
        velocity: the optimizer's, by parameter; None without an optimizer.
    """

    parameters: dict[str, Array]
    name: str = "p1"
    phase: Phase = Phase.TRAIN
    batches: tuple[str, ...] = ()
    latest: str = ""
    live: bool = False
    output: Array | None = None
    dropped: NDArray[np.bool_] | None = None
    velocity: dict[str, Array] | None = field(default=None)


class LayerModel(Model[LayerState]):
    """A layer's model.

    Args:
        context: the case.
        again: whether backward may be called several times for one forward, and in the test phase.
    """

    def __init__(self, context: Context, *, again: bool) -> None:
        super().__init__(context)
        self._again = again
        self._spec = context.layer_spec
        rng = context.rng()
        shape = context.case.input_shape
        longer = (shape[0] + 2, *shape[1:])
        self._inputs = {name: context.data(rng, longer if name == "x3" else shape) for name in INPUTS}
        self._errors = {
            (error, name): context.incoming(rng, self._spec.output_shape(x.shape))
            for error in ERRORS
            for name, x in self._inputs.items()
        }
        self._parameters = {name: context.parameters(rng) for name in ("p1", "p2")}
        self._known: dict[tuple[object, ...], list[Any]] = {}
        self._definitions: dict[tuple[object, ...], Estimate] = {}
        self._normalises = self._spec.has(Trait.BATCH_STATISTICS, Phase.TRAIN)
        self.draws = Trait.RANDOM_MASK in self._spec.traits
        self._momentum = MOMENTUM
        self.steps = tuple(self._steps())
        backward = [Step("backward", (name,)) for name in ERRORS]
        forward = [Step("forward", (name,)) for name in INPUTS]
        to_train, to_test = (Step("set_phase", (phase.value,)) for phase in (Phase.TRAIN, Phase.TEST))
        self.idioms = (
            *((step, backward[0]) for step in forward),
            *((to_test, step, to_train) for step in forward[:2]),
            *((step, to_test, step, to_train) for step in forward[1:]),
            (forward[1], backward[1], backward[0]),
            (forward[0], replace(forward[1], other=True), backward[0]),
            (replace(to_test, other=True), forward[0], backward[1], replace(to_train, other=True)),
        )
        if again:
            self.idioms += ((forward[0], to_test, forward[1], *backward, to_train),)
        if self._spec.parameters():
            self.turn = (Step("assign", ("p2",)),)
        if Step("attach_optimizer") in self.steps:
            passes = (forward[0], backward[0], forward[2], backward[1])
            self.ending = (Step("attach_optimizer"), *passes, to_test, forward[1], to_train, *passes)
        self.legend = f"x1, x2 of shape {shape}, x3 of shape {longer}; dy1, dy2: incoming gradients"
        if self._spec.parameters():
            self.legend += "; p1, p2: parameters, p1 at first"
        self.legend += "; other: a second instance"

    def _steps(self) -> Iterator[Step]:
        for name in INPUTS:
            yield Step("forward", (name,))
        for name in ERRORS:
            yield Step("backward", (name,))
        for phase in Phase:
            yield Step("set_phase", (phase.value,))
        if not self.draws:
            yield Step("reseed", ("7",))  # masks may repeat after it
        if self._spec.parameters():
            for name in self._parameters:
                yield Step("assign", (name,))
            for self._momentum in (MOMENTUM, 0.0):  # some layers know plain gradient descent alone
                with suppress(Unsupported):
                    self.context.new().attach_optimizer(RATE, self._momentum)
                    yield Step("attach_optimizer")
                    return

    def start(self) -> LayerState:
        return LayerState(parameters=self._parameters["p1"])

    def prelude(self) -> list[Operation]:
        given: list[Operation] = [("assign", (self._parameters["p1"],))] if self._spec.parameters() else []
        return [*given, ("set_phase", (Phase.TRAIN.value,))]

    def admits(self, state: LayerState, step: Step) -> bool:
        match step.method:
            case "forward":  # without a training batch there are no running statistics
                return state.phase is Phase.TRAIN or not self._normalises or bool(state.batches)
            case "backward":  # no text defines it in the test phase, and a layer may forget what it has used
                return state.live and (self._again or state.phase is Phase.TRAIN)
            case "set_phase":
                return state.phase.value != step.data[0]
            case "assign":
                return state.velocity is None and state.name != step.data[0]
            case "attach_optimizer":
                return state.velocity is None
        return True

    def operations(self, state: LayerState, step: Step) -> list[Operation]:
        match step.method:
            case "forward":
                return [("forward", (self._inputs[step.data[0]],))]
            case "backward":
                read: list[Operation] = [("gradients", ()), ("parameters", ())] if self._spec.parameters() else []
                return [("backward", (self._errors[step.data[0], state.latest],)), *read]
            case "assign":
                return [("assign", (self._parameters[step.data[0]],))]
            case "attach_optimizer":
                return [("attach_optimizer", (RATE, self._momentum))]
            case "reseed":
                return [("reseed", (int(step.data[0]),))]
        return [("set_phase", (step.data[0],))]

    def advance(self, state: LayerState, step: Step) -> None:
        match step.method:
            case "forward":
                state.latest, state.live = step.data[0], True
                if self._normalises and state.phase is Phase.TRAIN:
                    state.batches += step.data
            case "backward":  # after an update, backward could use the old parameters or the new ones
                state.live = self._again and state.velocity is None
                state.name = state.name if state.velocity is None else ""
            case "set_phase":
                state.phase, state.live = Phase(step.data[0]), False
            case "assign":
                state.parameters, state.name, state.live = self._parameters[step.data[0]], step.data[0], False
            case "attach_optimizer":
                state.velocity = {name: np.zeros_like(value) for name, value in state.parameters.items()}
                state.live = False

    def judge(self, state: LayerState, step: Step, answers: Sequence[Any]) -> Iterator[Measurement]:
        masked = self._spec.has(Trait.RANDOM_MASK, state.phase)
        if step.method == "forward":
            yield from self._judge_mask(state, answers[0]) if masked else self._judge_forward(state, answers[0])
            state.output = answers[0]
        elif step.method == "backward":
            dy = self._errors[step.data[0], state.latest]
            if masked and state.output is not None:
                terms = (dy, state.output, self._inputs[state.latest])
                expected, rule = close_to(dy * state.output / terms[2], 16), Expression("$0 * $1 / $2", terms)
                yield agrees(str(step), answers[0], expected, as_expected=rule)
            else:
                yield from self._judge_backward(state, step, answers)

    def _judge_forward(self, state: LayerState, found: Any) -> Iterator[Measurement]:
        name = f"forward({state.latest})"
        yield equal(name, found, self._fresh(state)[0])
        if state.phase is Phase.TRAIN or not self._spec.traits & {Trait.BATCH_STATISTICS, Trait.RANDOM_MASK}:
            with suppress(NotImplementedError):
                yield agrees(name, found, self._defined(state))

    def _defined(self, state: LayerState) -> Estimate:
        key = (*(value.tobytes() for value in state.parameters.values()), state.latest)
        if key not in self._definitions:
            self._definitions[key] = defined(self.context, self._inputs[state.latest], state.parameters)
        return self._definitions[key]

    def _judge_mask(self, state: LayerState, found: Any) -> Iterator[Measurement]:
        """Every entry is dropped or scaled, and not those that the latest training forward dropped."""
        x, name = self._inputs[state.latest], f"forward({state.latest})"
        keep = float(getattr(self._spec, "keep", 1.0))
        rule = Expression(f"np.where($0 == 0, 0.0, $1 / {keep})", (found, x))
        yield agrees(name, found, close_to(np.where(found == 0, 0.0, x / keep), 16), as_expected=rule)
        # Two masks of n entries agree with probability (keep² + (1 - keep)²)^n.
        differ = x.size * np.log(keep**2 + (1 - keep) ** 2) < np.log(FALSE_ALARM)
        previous, state.dropped = state.dropped, found == 0
        if differ and previous is not None and np.array_equal(previous, state.dropped):
            text = f"{name} drops the same units as the training forward before"
            yield failed(text, expected="a new mask in every forward", found="the same mask")

    def _judge_backward(self, state: LayerState, step: Step, answers: Sequence[Any]) -> Iterator[Measurement]:
        _, dx, *rest = self._fresh(state, step.data[0])
        yield equal(str(step), answers[0], dx)
        if not rest:
            return
        gradients, parameters = answers[1:]
        for name, expected in rest[0].items():
            if not isinstance(gradients, Mapping) or not isinstance(parameters, Mapping):
                yield failed(
                    f"the gradients are {describe(gradients)}", expected="arrays by name", found=describe(gradients)
                )
                return
            yield equal(f"the gradient of {name}", gradients.get(name), expected)
            if state.velocity is None:
                yield equal(f"the parameter {name}", parameters.get(name), state.parameters[name])
                continue
            velocity = self._momentum * state.velocity[name] - RATE * expected
            updated = state.parameters[name] + velocity
            size = float(np.abs(state.parameters[name]).max() + np.abs(velocity).max())
            bound = np.full(updated.shape, 1e3 * EPS * size)
            found = agrees(f"{name} after the update", parameters.get(name), Estimate(updated, bound))
            yield replace(found, proof=None)  # what is expected comes from the answers to many calls
            # What was found goes on, so that a fresh layer works with the same numbers to the last bit.
            state.velocity[name] = velocity
            state.parameters = {**state.parameters, name: parameters[name]}

    def _fresh(self, state: LayerState, error: str = "") -> list[Any]:
        """What a fresh layer in this state answers to forward of the latest input, and then to backward.

        An update has not happened yet for it: `state.parameters` are those of the forward.
        """
        history = state.batches if self._normalises and state.phase is Phase.TEST else ()
        values = tuple(value.tobytes() for value in state.parameters.values())
        key = (state.phase, history, values, state.latest, error)
        if key not in self._known:
            steps: list[Operation] = [("assign", (state.parameters,))] if state.parameters else []
            steps += [("set_phase", (Phase.TRAIN.value,))] if history else []
            steps += [("forward", (self._inputs[name],)) for name in history]
            steps += [("set_phase", (state.phase.value,)), ("forward", (self._inputs[state.latest],))]
            kept = 1
            if error:
                steps.append(("backward", (self._errors[error, state.latest],)))
                steps += [("gradients", ())] if state.parameters else []
                kept += 1 + bool(state.parameters)
            self._known[key] = self.context.new().many(steps)[-kept:]
        return self._known[key]
