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

from ...sandbox import Asking, SubjectRaised
from ...specs import Phase, Question, Trait, Unsupported
from ..asking import assign, attach_optimizer, backward, forward, gradients, parameters, reseed, set_phase
from ..context import Context
from ..law import Law
from ..measurement import agrees, describe, failed
from ..numerics.compare import EPS, Estimate
from ..proof import Expression
from .contract import close_to
from .selection import mask_keeps
from .state_program import Model, Step, equal
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


def layer_model(context: Context, *, again: bool) -> Asking[LayerModel]:
    """The model of a layer, which is asked what optimizer it takes: some know plain gradient descent alone."""
    momentum = None
    for offered in (MOMENTUM, 0.0) if context.layer_spec.parameters() else ():
        with suppress(Unsupported):
            yield from context.new().ask(attach_optimizer(RATE, offered))
            momentum = offered
            break
    return LayerModel(context, again=again, momentum=momentum)


class LayerModel(Model[LayerState]):
    """A layer's model.

    Args:
        context: the case.
        again: whether backward may be called several times for one forward, and in the test phase.
        momentum: that of the optimizer that is attached; None if the layer takes none.
    """

    def __init__(self, context: Context, *, again: bool, momentum: float | None) -> None:
        super().__init__(context)
        self._again = again
        self._takes_optimizer, self._momentum = momentum is not None, momentum or 0.0
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
        self.steps = tuple(self._steps())
        backwards = [Step("backward", (name,)) for name in ERRORS]
        forwards = [Step("forward", (name,)) for name in INPUTS]
        to_train, to_test = (Step("set_phase", (phase.value,)) for phase in (Phase.TRAIN, Phase.TEST))
        self.idioms = (
            *((step, backwards[0]) for step in forwards),
            (to_test, forwards[0], to_train, forwards[1], backwards[0]),  # the first training batch after testing
            (to_test, forwards[1], to_train),
            *((step, to_test, step, to_train) for step in forwards[1:]),
            (forwards[1], backwards[1], backwards[0]),
            (forwards[0], replace(forwards[1], other=True), backwards[0]),
            (replace(to_test, other=True), forwards[0], backwards[1], replace(to_train, other=True)),
        )
        if again:
            self.idioms += ((forwards[0], to_test, forwards[1], *backwards, to_train),)
        if self._spec.parameters():
            self.turn = (Step("assign", ("p2",)),)
        if self._takes_optimizer:
            passes = (forwards[0], backwards[0], forwards[2], backwards[1])
            self.ending = (Step("attach_optimizer"), *passes, to_test, forwards[1], to_train, *passes[:2])
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
        if self._takes_optimizer:
            yield Step("attach_optimizer")

    def start(self) -> LayerState:
        return LayerState(parameters=self._parameters["p1"])

    def prelude(self) -> list[Question[Any]]:
        given = [assign(self._parameters["p1"])] if self._spec.parameters() else []
        return [*given, set_phase(Phase.TRAIN)]

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

    def questions(self, state: LayerState, step: Step) -> list[Question[Any]]:
        match step.method:
            case "forward":
                return [forward(self._inputs[step.data[0]])]
            case "backward":
                read = [gradients(), parameters()] if self._spec.parameters() else []
                return [backward(self._errors[step.data[0], state.latest]), *read]
            case "assign":
                return [assign(self._parameters[step.data[0]])]
            case "attach_optimizer":
                return [attach_optimizer(RATE, self._momentum)]
            case "reseed":
                return [reseed(int(step.data[0]))]
        return [set_phase(Phase(step.data[0]))]

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

    def judge(self, state: LayerState, step: Step, answers: Sequence[Any]) -> Law:
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

    def _judge_forward(self, state: LayerState, found: Any) -> Law:
        name = f"forward({state.latest})"
        (y,) = yield from self._fresh(state)
        yield equal(name, found, y)
        if state.phase is Phase.TRAIN or not self._spec.traits & {Trait.BATCH_STATISTICS, Trait.RANDOM_MASK}:
            with suppress(NotImplementedError):
                yield agrees(name, found, self._defined(state))

    def _defined(self, state: LayerState) -> Estimate:
        key = (*(value.tobytes() for value in state.parameters.values()), state.latest)
        if key not in self._definitions:
            self._definitions[key] = defined(self.context, self._inputs[state.latest], state.parameters)
        return self._definitions[key]

    def _judge_mask(self, state: LayerState, found: Any) -> Law:
        """Every entry is dropped or scaled, and not those that the latest training forward dropped."""
        x, name = self._inputs[state.latest], f"forward({state.latest})"
        keep = mask_keeps(self._spec)
        rule = Expression(f"np.where($0 == 0, 0.0, $1 / {keep})", (found, x))
        yield agrees(name, found, close_to(np.where(found == 0, 0.0, x / keep), 16), as_expected=rule)
        # Two masks of n entries agree with probability (keep² + (1 - keep)²)^n.
        differ = x.size * np.log(keep**2 + (1 - keep) ** 2) < np.log(FALSE_ALARM)
        previous, state.dropped = state.dropped, found == 0
        if differ and previous is not None and np.array_equal(previous, state.dropped):
            text = f"{name} drops the same units as the training forward before"
            yield failed(text, expected="a new mask in every forward", found="the same mask")

    def _judge_backward(self, state: LayerState, step: Step, answers: Sequence[Any]) -> Law:
        _, dx, *rest = yield from self._fresh(state, step.data[0])
        yield equal(str(step), answers[0], dx)
        if not rest:
            return
        slopes, after = answers[1:]
        for name, expected in rest[0].items():
            if not isinstance(slopes, Mapping) or not isinstance(after, Mapping):
                said = describe(slopes)
                yield failed(f"the gradients are {said}", expected="arrays by name", found=said)
                return
            yield equal(f"the gradient of {name}", slopes.get(name), expected)
            if state.velocity is None:
                yield equal(f"the parameter {name}", after.get(name), state.parameters[name])
                continue
            velocity = self._momentum * state.velocity[name] - RATE * expected
            updated = state.parameters[name] + velocity
            size = float(np.abs(state.parameters[name]).max() + np.abs(velocity).max())
            bound = np.full(updated.shape, 1e3 * EPS * size)
            found = agrees(f"{name} after the update", after.get(name), Estimate(updated, bound))
            yield replace(found, proof=None)  # what is expected comes from the answers to many calls
            # What was found goes on, so that a fresh layer works with the same numbers to the last bit.
            state.velocity[name] = velocity
            state.parameters = {**state.parameters, name: after[name]}

    def _fresh(self, state: LayerState, error: str = "") -> Asking[list[Any]]:
        """What a fresh layer in this state answers to forward of the latest input, and then to backward.

        An update has not happened yet for it: `state.parameters` are those of the forward. Who asks for forward alone
        will mostly ask for a backward next.
        """
        history = state.batches if self._normalises and state.phase is Phase.TEST else ()
        values = tuple(value.tobytes() for value in state.parameters.values())
        key = (state.phase, history, values, state.latest, error)
        if key not in self._known and not error and state.phase is Phase.TRAIN:
            with suppress(SubjectRaised):  # what backward raises is no answer to forward
                yield from self._fresh(state, ERRORS[0])
        if key not in self._known:
            asked: list[Question[Any]] = [assign(state.parameters)] if state.parameters else []
            asked += [set_phase(Phase.TRAIN)] if history else []
            asked += [forward(self._inputs[name]) for name in history]
            asked += [set_phase(state.phase), forward(self._inputs[state.latest])]
            kept = 1
            if error:
                asked.append(backward(self._errors[error, state.latest]))
                asked += [gradients()] if state.parameters else []
                kept += 1 + bool(state.parameters)
            answers = yield from self.context.new().ask_all(asked)
            self._known[key] = answers[-kept:]
            self._known[*key[:-1], ""] = answers[-kept:][:1]
        return self._known[key]
