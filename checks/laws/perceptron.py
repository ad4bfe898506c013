"""Perceptron: what the network makes of its layers: loss, prediction, gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ...specs import Activation, Case, Kind, MultilayerPerceptron, SoftmaxOutput
from ...wall import RemoteSubject
from .. import definitions
from ..bench import Bench
from ..law import Component, Level, check
from ..measurement import Measurement, agrees, describe, failed, same
from .contract import array_of_shape
from .gradient import factors
from .gradient_claim import NumberClaim, moved_by_a_unit
from .gradient_judging import CANCELLED, Gradient, Reference, judge
from .loss import finite_number

Array = NDArray[np.float64]


def spec_of(case: Case) -> MultilayerPerceptron:
    """The case's spec, which the selection has found to be a perceptron's."""
    if not isinstance(case.spec, MultilayerPerceptron):
        raise TypeError(f"{case.spec.name()} is no perceptron")
    return case.spec


def names_of(case: Case) -> tuple[str, ...]:
    """The names of a perceptron's parameters."""
    return tuple(spec_of(case).parameters())


def classifies(case: Case) -> bool:
    """Perceptrons that predict probabilities."""
    return isinstance(spec_of(case).loss, SoftmaxOutput)


def findings_of_parts(*families: str) -> Callable[[Case], tuple[Component, ...]]:
    """Findings of the layers and of the output."""

    def select(case: Case) -> tuple[Component, ...]:
        spec = spec_of(case)
        layers = spec.layers()
        named = [
            layer.layer for layer in layers if isinstance(layer, Activation)
        ]  # who offers these may lack the other
        names = dict.fromkeys(part.name() for part in (*layers, *named, spec.loss))
        return tuple((name, frozenset(families)) for name in names)

    return select


def drawn_values(bench: Bench, rng: np.random.Generator) -> dict[str, Array]:
    """Drawn values for every parameter."""
    return {
        name: bench.given(
            rng.choice([-1.0, 1.0], size=each.shape)
            * rng.uniform(0.5, 1.5, size=each.shape)
            / np.sqrt(float(each.fan_in or 1))
        )
        for name, each in spec_of(bench.case).parameters().items()
    }


def prepared(bench: Bench, rng: np.random.Generator) -> tuple[RemoteSubject, Array, Array, dict[str, Array]]:
    """A perceptron with drawn parameters; inputs, targets and the parameters.

    The weights are so small that scores stay near 1: probabilities of very different size would hide each other.
    """
    network, x, values = bench.new(), bench.data(rng), drawn_values(bench, rng)
    network.begin_with([("assign", (values,)), ("reseed", (bench.seed,))])
    return network, x, targets(bench, rng), values


def targets(bench: Bench, rng: np.random.Generator) -> Array:
    """One-hot rows in which every class occurs, or numbers."""
    shape = (bench.case.input_shape[0], spec_of(bench.case).widths[-1])
    if not classifies(bench.case):
        return bench.data(rng, shape)
    rows: Array = np.eye(shape[1])[np.arange(shape[0]) % shape[1]]
    return rng.permutation(rows)


@check(
    "contract.perceptron",
    Kind.PERCEPTRON,
    level=Level.CORE,
    needs=("contract.constructs",),
    components=findings_of_parts("contract"),
)
def perceptron_runs(bench: Bench) -> Iterator[Measurement]:
    """The loss is a finite number, there is one prediction per sample, and every parameter has a gradient."""
    network, x, target, values = prepared(bench, bench.rng())
    yield finite_number("the loss", network.call("loss", x, target))
    yield array_of_shape("predict(x)", network.call("predict", x), target.shape)
    gradients = network.call("differentiate", x, target)
    if not isinstance(gradients, dict) or set(gradients) != set(values):
        found = f"gradients of {', '.join(map(str, gradients))}" if isinstance(gradients, dict) else describe(gradients)
        yield failed("a layer has no gradients", expected=f"gradients of {', '.join(values)}", found=found)
        return
    for name, value in values.items():
        yield array_of_shape(f"the gradient of {name}", gradients[name], value.shape)


@check(
    "contract.perceptron-latest",
    Kind.PERCEPTRON,
    needs=("contract.perceptron",),
    components=findings_of_parts("contract"),
)
def gradients_belong_to_the_latest_batch(bench: Bench) -> Iterator[Measurement]:
    """The gradients are those of the latest batch alone: nothing is left of an earlier one, and nothing is updated."""
    rng = bench.rng()
    clean, x, target, values = prepared(bench, rng)
    reference = clean.call("differentiate", x, target)
    used = bench.new()
    used.assign(values)
    used.call("differentiate", bench.data(rng)[::-1], target)
    again = used.call("differentiate", x, target)
    for name in values:
        meaning = "something of an earlier batch is left"
        hint = "set dW and db in every backward pass, and store the inputs of every forward pass"
        yield same(f"the gradient of {name}", again.get(name), reference.get(name), meaning=meaning, hint=hint)
        meaning = "the backward pass, or the loss, changes parameters"
        yield same(f"the parameter {name}", used.parameters().get(name), values[name], meaning=meaning)


@check(
    "value.perceptron",
    Kind.PERCEPTRON,
    level=Level.CORE,
    needs=("contract.perceptron",),
    components=findings_of_parts("contract", "value"),
)
def outputs_equal_the_definition(bench: Bench) -> Iterator[Measurement]:
    """The prediction is that of the layers in order, and the loss is that of the prediction."""
    network, x, target, values = prepared(bench, bench.rng())
    spec = spec_of(bench.case)
    scores = definitions.scores(spec, x, values)
    hint = "predict must pass its input through all layers, from the first to the last"
    yield agrees("predict(x)", network.call("predict", x), definitions.prediction(spec, scores), hint=hint)
    found = np.asarray(network.call("loss", x, target), dtype=float).reshape(())
    expected = definitions.perceptron_loss(spec, scores, target, bench.conventions)
    yield agrees("the loss", found, expected, hint=f"the definition is: {spec.loss.definition}")


def _left_out(bench: Bench, x: Array, target: Array, values: dict[str, Array]) -> float:
    """The share of the gradient that an epsilon of the loss is allowed to be."""
    if not classifies(bench.case):
        return 0.0
    spec = spec_of(bench.case)
    scores = definitions.scores(spec, x, values).value
    return CANCELLED * definitions.left_out(spec.loss, scores, target, bench.conventions)


@check(
    "gradient.perceptron",
    Kind.PERCEPTRON,
    level=Level.CORE,
    needs=("contract.perceptron",),
    quantities=names_of,
    components=findings_of_parts("contract", "gradient"),
)
def gradient_of_every_parameter(bench: Bench, quantity: str) -> Iterator[Measurement]:
    """The gradient of every parameter of every layer is that of the loss: divided by the batch size once, not twice."""
    rng = bench.rng()
    network, x, target, values = prepared(bench, rng)
    moved = {name: moved_by_a_unit(value, rng) for name, value in values.items()}
    given = [(("assign", (each,)), ("loss", (x, target)), ("differentiate", (x, target))) for each in (values, moved)]
    _, loss, gradients, _, _, others = network.many([step for steps in given for step in steps])
    claim = NumberClaim([loss], gradients[quantity], others[quantity])

    def losses(points: Sequence[Array], known: Mapping[str, str]) -> list[Array]:
        return [_loss(bench, x, target, {**values, quantity: point}, known) for point in points]

    def answers(other: Bench, points: Sequence[Array]) -> list[Array]:
        asked = network if other is bench else prepared(other, other.rng())[0]
        steps = [step for point in points for step in (("assign", ({quantity: point},)), ("loss", (x, target)))]
        return [np.asarray(loss, dtype=float).reshape(1) for loss in asked.many(steps)[1::2]]

    judged = Gradient(
        name=f"the gradient of {quantity}",
        block=values[quantity],
        claim=claim,
        reference=_reference(bench, (x, target), values, losses, claim),
        answers=answers,
        decoy=lambda drawn: drawn_values(bench, drawn)[quantity],
        known=factors(bench.case),
        slack=_left_out(bench, x, target, values),
    )
    yield from judge(bench, judged, rng)


@check(
    "gradient.perceptron-input",
    Kind.PERCEPTRON,
    needs=("gradient.perceptron",),
    components=findings_of_parts("contract", "gradient"),
)
def gradient_of_the_input(bench: Bench) -> Iterator[Measurement]:
    """The backward pass ends with the gradient of the loss at the input, in the scale of the output's gradient."""
    rng = bench.rng()
    network, x, target, values = prepared(bench, rng)
    scale = definitions.gradient_scale(spec_of(bench.case).loss, len(x), bench.conventions)
    moved = moved_by_a_unit(x, rng)
    loss, gradient, again = network.many(
        [("loss", (x, target)), ("input_gradient", (x, target)), ("input_gradient", (moved, target))]
    )
    claim = NumberClaim([loss], gradient / scale, again / scale)

    def losses(points: Sequence[Array], known: Mapping[str, str]) -> list[Array]:
        return [_loss(bench, point, target, values, known) for point in points]

    def answers(other: Bench, points: Sequence[Array]) -> list[Array]:
        asked = network if other is bench else prepared(other, other.rng())[0]
        found = asked.many([("loss", (point, target)) for point in points])
        return [np.asarray(loss, dtype=float).reshape(1) for loss in found]

    judged = Gradient(
        name="the gradient at the input",
        block=x,
        claim=claim,
        reference=_reference(bench, (x, target), values, losses, claim),
        answers=answers,
        decoy=bench.data,
        known=factors(bench.case),
        slack=_left_out(bench, x, target, values),
    )
    yield from judge(bench, judged, rng)


def _loss(bench: Bench, x: Array, target: Array, values: Mapping[str, Array], known: Mapping[str, str]) -> Array:
    return definitions.perceptron_loss_value(spec_of(bench.case), x, target, values, known).reshape(1)


def _reference(
    bench: Bench,
    batch: tuple[Array, Array],
    values: dict[str, Array],
    losses: Callable[[Sequence[Array], Mapping[str, str]], list[Array]],
    claim: NumberClaim,
) -> Reference:
    """The definition of the loss as a function of a block, with the epsilon that the loss at the block shows.

    Args:
        bench: of the law.
        batch: inputs and targets.
        values: the parameters.
        losses: the definition at several values of the block, by conventions.
        claim: what the subject has said.
    """
    (x, target), spec = batch, spec_of(bench.case)
    expected = definitions.perceptron_loss(spec, definitions.scores(spec, x, values), target, bench.conventions)
    with_largest = {**bench.conventions, definitions.EPSILON: str(definitions.LARGEST_EPSILON)}
    largest = float(_loss(bench, x, target, values, with_largest)[0])
    change = largest - float(expected.value)
    share = (float(np.asarray(claim.outputs[0]).item()) - float(expected.value)) / change if change else 0.0
    epsilon = definitions.LARGEST_EPSILON * float(np.clip(share, 0.0, 1.0))
    known = {**bench.conventions, definitions.EPSILON: repr(epsilon)}

    def evaluate(points: Sequence[Array]) -> list[Array]:
        return losses(points, known)

    slack = _left_out(bench, x, target, values)
    return Reference(evaluate=evaluate, expected=expected, slack=slack, noise=claim.noise)
