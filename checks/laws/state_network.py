"""State: the model of a network.

What a network answers depends on its parameters, its optimizers' state and the batch alone. Losses, predictions and
gradients are those of a fresh network with the same parameters; updates follow the optimizer's definition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...sandbox import Asking
from ...specs import Question
from .. import definitions
from ..asking import assign, feed, gradients, network_backward, network_forward, parameters, test, train
from ..context import Context
from ..law import Law
from ..measurement import agrees, describe, failed
from ..numerics.compare import Estimate
from .network_parts import draw_labels, network_spec
from .state_program import Model, Step, equal

Array = NDArray[np.float64]


@dataclass
class NetworkState:
    """What a network's answers may depend on.

    Attributes:
        parameters: their values; updates replace them.
        origin: their values before the first update.
        gradients: of all updates so far, by parameter.
        name: how the calls name the parameters; empty after an update.
        batch: what the data layer hands out.
        live: whether backward may be called.
        learning: whether there was an update.
    """

    parameters: dict[str, Array]
    origin: dict[str, Array]
    name: str = "p1"
    batch: str = "1"
    live: bool = False
    learning: bool = False
    gradients: dict[str, list[Array]] = field(default_factory=dict)


def network_model(context: Context) -> Asking[NetworkModel]:
    """The model of a network, which is asked what parameters it has."""
    found = yield from context.new().ask(parameters())
    return NetworkModel(context, {name: value.shape for name, value in found.items()})


class NetworkModel(Model[NetworkState]):
    """A network without random layers, layers with phases, and penalties.

    Args:
        context: the case.
        shapes: those of its parameters, by name.
    """

    def __init__(self, context: Context, shapes: Mapping[str, tuple[int, ...]]) -> None:
        super().__init__(context)
        rng = context.rng()
        rows, *rest = context.case.input_shape
        self._batches: dict[str, tuple[Array, Array]] = {}
        for key, size in (("1", rows), ("2", rows), ("3", rows - 2)):
            labels = draw_labels(context.case, rng)[:size]
            self._batches[key] = context.data(rng, (size, *rest)), labels
        self._parameters = {
            key: {
                name: 0.5 * rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.3, 1.7, size=shape)
                for name, shape in shapes.items()
            }
            for key in ("p1", "p2")
        }
        self._known: dict[tuple[object, ...], list[Any]] = {}
        self.steps = (
            Step("forward"),
            Step("backward"),
            *(Step("feed", (f"x{key}", f"t{key}")) for key in self._batches),
            Step("train", ("1",)),
            *(Step("test", (f"x{key}",)) for key in self._batches),
            *(Step("assign", (name,)) for name in self._parameters),
        )
        self.idioms = (
            (Step("forward"), Step("backward")),
            (Step("train", ("1",)),),
            (Step("feed", ("x2", "t2")), Step("train", ("1",))),
            (Step("test", ("x3",)), Step("train", ("1",))),
        )
        self.legend = (
            f"x1, x2: inputs of {rows} samples, x3 of {rows - 2}; t1, t2, t3: their labels; feed: what the data layer "
            "hands out, x1 and t1 at first; p1, p2: parameters, p1 at first; other: a second network"
        )

    def start(self) -> NetworkState:
        return NetworkState(parameters=self._parameters["p1"], origin=self._parameters["p1"])

    def prelude(self) -> list[Question[Any]]:
        return [feed(*self._batches["1"]), assign(self._parameters["p1"])]

    def admits(self, state: NetworkState, step: Step) -> bool:
        match step.method:
            case "backward":
                return state.live
            case "feed":
                return state.batch != step.data[0][1:]
            case "assign":
                return not state.learning and state.name != step.data[0]
        return True

    def questions(self, state: NetworkState, step: Step) -> list[Question[Any]]:
        del state
        match step.method:
            case "backward":
                return [network_backward(), parameters()]
            case "feed":
                return [feed(*self._batches[step.data[0][1:]])]
            case "train":
                return [train(1), parameters()]
            case "test":
                return [test(self._batches[step.data[0][1:]][0])]
            case "assign":
                return [assign(self._parameters[step.data[0]])]
        return [network_forward()]

    def advance(self, state: NetworkState, step: Step) -> None:
        match step.method:
            case "feed":  # backward may still be asked for the batch of forward, but that is a law of its own
                state.batch, state.live = step.data[0][1:], False
            case "assign":
                state.name, state.live = step.data[0], False
                state.parameters = state.origin = self._parameters[step.data[0]]
            case "forward":
                state.live = True
            case _:
                state.live = False
                state.learning |= step.method in {"backward", "train"}

    def judge(self, state: NetworkState, step: Step, answers: Sequence[Any]) -> Law:
        if step.method == "test":
            (expected,) = yield from self._fresh(state, "test", step.data[0][1:])
            yield equal(str(step), answers[0], expected)
        if step.method == "forward":
            (expected,) = yield from self._fresh(state, "forward", state.batch)
            yield equal(str(step), _scalar(answers[0]), _scalar(expected))
        if step.method == "train":
            losses = answers[0]
            if not isinstance(losses, list) or not losses:
                yield failed(f"{step} leaves {describe(losses)}", expected="a list of losses", found=describe(losses))
                return
            (expected,) = yield from self._fresh(state, "forward", state.batch)
            yield equal(f"the loss that {step} records", _scalar(losses[-1]), _scalar(expected))
        if step.method in {"backward", "train"}:
            yield from self._judge_update(state, answers[1])

    def _judge_update(self, state: NetworkState, found: Any) -> Law:
        _, _, slopes = yield from self._fresh(state, "backward", state.batch)
        if not isinstance(found, Mapping):
            yield failed(f"the parameters are {describe(found)}", expected="arrays by name", found=describe(found))
            return
        optimizer = network_spec(self.context.case).optimizer
        for name, slope in slopes.items():
            state.gradients[name] = [*state.gradients.get(name, []), slope]
            *_, expected = definitions.trajectory(optimizer, state.origin[name], state.gradients[name])
            bounded = Estimate(expected.value, 4 * expected.error)
            updated = agrees(f"parameter {name} after the update", found.get(name), bounded)
            yield replace(updated, proof=None)  # what is expected comes from the answers to many calls
        # What was found goes on, so that a fresh network works with the same numbers to the last bit.
        state.parameters, state.name = dict(found), ""

    def _fresh(self, state: NetworkState, method: str, batch: str) -> Asking[list[Any]]:
        """What a fresh network with these parameters answers."""
        key = (tuple(value.tobytes() for value in state.parameters.values()), method, batch)
        if key not in self._known:
            asked: list[Question[Any]] = [feed(*self._batches[batch]), assign(state.parameters)]
            if method == "test":
                asked.append(test(self._batches[batch][0]))
            else:
                asked.append(network_forward())
                asked += [network_backward(), gradients()] if method == "backward" else []
            answers = yield from self.context.new().ask_all(asked)
            self._known[key] = answers[2:]
        return self._known[key]


def _scalar(value: Any) -> Any:
    return np.asarray(value, dtype=float).reshape(()) if np.size(value) == 1 else value
