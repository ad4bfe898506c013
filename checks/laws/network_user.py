"""Network user: what is loaded, and how it is run, in a test and by a predictor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...sandbox import Asking
from ...specs import Case, EvaluatorSpec, Kind
from ..asking import user_predict, user_test
from ..context import Context
from ..law import Law, Level, check
from ..measurement import describe, failed, passed, same
from ..numerics.compare import Array

USES = ("test", "predictor")
_HINTS = {
    "test": "network = network_class(**network_params), then network.load_state_dict(torch.load(path))",
    "predictor": "load the stored parameters in get_predictor as in test_network",
}


@dataclass(frozen=True)
class Use:
    """What has been done with a trained network.

    Attributes:
        spec: the configured component.
        stored: the parameters that training has ended with.
        inputs, labels: the test data; a third of it is not predicted to be of its class.
        size: number of samples in a batch; the last one may have fewer.
        said: what the subject tells; see `specs.EvaluatorSubject`.
    """

    spec: EvaluatorSpec
    stored: dict[str, Array]
    inputs: Array
    labels: Array
    size: int
    said: Mapping[str, Any]

    def batches(self) -> list[slice]:
        """The rows of each test batch."""
        return [slice(start, start + self.size) for start in range(0, len(self.inputs), self.size)]

    def scores(self) -> Array:
        """What the stored network makes of the inputs."""
        result: Array = self.inputs @ self.stored["weights"] + self.stored["bias"]
        return result


def spec_of(case: Case) -> EvaluatorSpec:
    """The case's spec, which the selection has found to be a network user's."""
    if not isinstance(case.spec, EvaluatorSpec):
        raise TypeError(f"{case.spec.name()} uses no trained network")
    return case.spec


def uses(case: Case) -> tuple[str, ...]:
    """A test, and the use of a predictor."""
    del case
    return USES


def use(context: Context, quantity: str, salt: int = 0) -> Asking[Use]:
    """Test a trained network, or predict with it, on drawn data."""
    spec, rng = spec_of(context.case), context.rng(salt)
    size, features = context.case.input_shape
    samples = size * spec.batches - spec.rest
    inputs = context.data(rng, (samples, features))
    stored, fresh = (
        {
            "weights": context.given(rng.normal(size=(features, spec.classes))),
            "bias": context.given(rng.normal(size=spec.classes)),
        }
        for _ in range(2)
    )
    labels = (inputs @ stored["weights"] + stored["bias"]).argmax(axis=1)
    wrong = rng.permutation(samples)[: samples // 3]
    labels[wrong] = (labels[wrong] + 1) % spec.classes
    tests, predicts = user_test(stored, fresh, inputs, labels, size), user_predict(stored, fresh, inputs)
    said: Any = yield from context.new().ask(tests if quantity == "test" else predicts)
    if not isinstance(said, dict):
        raise TypeError(f"{quantity} returned {describe(said)}, but should return arrays by name")
    return Use(spec, stored, inputs, labels, size, said)


@check("contract.user", Kind.EVALUATOR, level=Level.CORE, needs=("contract.constructs",))
def every_test_batch_is_visited(context: Context) -> Law:
    """A test passes each batch of the test data through the network once, and none of other data."""
    done = yield from use(context, "test")
    order = np.asarray(done.said["batch"], dtype=int)
    if (order < 0).any():
        text = "a test passes something else than the batches of the test data through the network"
        yield failed(text, expected="batches of data_loader('test')", found="others", hint="data_loader('test')")
    visits = np.bincount(order[order >= 0], minlength=done.spec.batches)
    wrong = np.flatnonzero(visits != 1)
    if wrong.size:
        found = f"{visits[wrong[0]]} times"
        text = f"test batch {wrong[0] + 1} of {done.spec.batches} passes through the network {found}"
        yield failed(text, expected="once", found=found, hint="one loop over data_loader('test')")
    yield passed()


@check("network.user", Kind.EVALUATOR, level=Level.CORE, needs=("contract.constructs",), quantities=uses)
def network_has_the_stored_parameters(context: Context, quantity: str) -> Law:
    """The network that is tested, or predicts, has the parameters that training has stored."""
    done = yield from use(context, quantity)
    for name, value in done.stored.items():
        meaning = "it is not the trained network"
        first = np.asarray(done.said[name])[0]
        yield same(f"{name} in the first pass of the {quantity}", first, value, meaning=meaning, hint=_HINTS[quantity])


@check("contract.user-frozen", Kind.EVALUATOR, needs=("network.user",), quantities=uses)
def use_changes_no_parameters(context: Context, quantity: str) -> Law:
    """Testing and predicting leave the parameters as they were."""
    done = yield from use(context, quantity)
    for name, value in done.stored.items():
        meaning = f"the {quantity} changes the network"
        hint = "no loss.backward() and no optimizer.step() behind the training"
        places = [*np.asarray(done.said[name]), np.asarray(done.said[f"final_{name}"])]
        yield same(
            f"{name} in all passes and after them",
            np.stack(places),
            np.stack([value] * len(places)),
            meaning=meaning,
            hint=hint,
        )


@check("phase.user", Kind.EVALUATOR, needs=("contract.constructs",), quantities=uses)
def network_is_in_the_test_phase(context: Context, quantity: str) -> Law:
    """A trained network is tested, and predicts, in the test phase."""
    done = yield from use(context, quantity)
    trains = np.flatnonzero(np.asarray(done.said["training"]))
    if trains.size:
        text = f"the {quantity} runs the network in the train phase, first in pass {trains[0] + 1}"
        hint = "network.eval() after loading the parameters: a new network is in the train phase"
        yield failed(text, expected="the test phase", found="the train phase", hint=hint)
    yield passed()


@check("phase.user-gradients", Kind.EVALUATOR, needs=("contract.constructs",))
def test_computes_no_gradients(context: Context) -> Law:
    """A test computes no gradients."""
    done = yield from use(context, "test")
    if np.asarray(done.said["differentiated"]).any():
        text = "test batches pass through the network with gradients being recorded"
        hint = "with torch.no_grad(): around the loop over the test batches"
        yield failed(text, expected="no gradients", found="gradients", hint=hint)
    yield passed()


@check("value.user", Kind.EVALUATOR, needs=("network.user",))
def predictor_gives_the_likeliest_class(context: Context) -> Law:
    """The predictor gives the class with the largest score, or scores whose largest is that class's."""
    done = yield from use(context, "predictor")
    found, expected = np.asarray(done.said["classes"]), done.scores().argmax(axis=1)
    wrong = np.flatnonzero(found != expected)
    if wrong.size:
        where = wrong[0]
        text = f"the predictor gives class {found[where]} for a sample whose largest score is that of {expected[where]}"
        hint = "lambda x: network(x).argmax(dim=1)"
        yield failed(text, expected=f"class {expected[where]}", found=f"class {found[where]}", hint=hint)
    yield passed()
