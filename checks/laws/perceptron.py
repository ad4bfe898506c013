"""Perceptron: what the network makes of its layers: loss, prediction, gradients."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...sandbox import Asking, RemoteSubject
from ...specs import Case, Kind, PerceptronSpec, Trait
from .. import definitions
from ..asking import (
    assign,
    differentiate,
    input_gradient,
    parameters,
    perceptron_loss,
    perceptron_predict,
    reseed,
)
from ..context import Context
from ..law import Component, Law, Level, check
from ..measurement import agrees, describe, failed, same
from .contract import array_of_shape
from .gradient import factors
from .gradient_claim import NumberClaim, moved_by_a_unit
from .gradient_judging import CANCELLED, Gradient, Reference, judge
from .loss import finite_number

Array = NDArray[np.float64]


def spec_of(case: Case) -> PerceptronSpec:
    """The case's spec, which the selection has found to be a perceptron's."""
    if not isinstance(case.spec, PerceptronSpec):
        raise TypeError(f"{case.spec.name()} is no perceptron")
    return case.spec


def names_of(case: Case) -> tuple[str, ...]:
    """The names of a perceptron's parameters."""
    return tuple(spec_of(case).parameters())


def classifies(case: Case) -> bool:
    """Perceptrons that predict probabilities."""
    return Trait.CATEGORICAL in spec_of(case).loss.traits


def findings_of_parts(*families: str) -> Callable[[Case], tuple[Component, ...]]:
    """Findings of the layers and of the output."""

    def select(case: Case) -> tuple[Component, ...]:
        spec = spec_of(case)
        layers = spec.layers()
        named = [layer.equivalent() for layer in layers]  # who offers these may lack the other
        names = dict.fromkeys(part.name() for part in (*layers, *named, spec.loss))
        return tuple((name, frozenset(families)) for name in names)

    return select


def drawn_values(context: Context, rng: np.random.Generator) -> dict[str, Array]:
    """Drawn values for every parameter."""
    return {
        name: context.given(
            rng.choice([-1.0, 1.0], size=each.shape)
            * rng.uniform(0.5, 1.5, size=each.shape)
            / np.sqrt(float(each.fan_in or 1))
        )
        for name, each in spec_of(context.case).parameters().items()
    }


def prepared(context: Context, rng: np.random.Generator) -> tuple[RemoteSubject, Array, Array, dict[str, Array]]:
    """A perceptron with drawn parameters; inputs, targets and the parameters.

    The weights are so small that scores stay near 1: probabilities of very different size would hide each other.
    """
    network, x, values = context.new(), context.data(rng), drawn_values(context, rng)
    network.begin_with([assign(values), reseed(context.seed)])
    return network, x, targets(context, rng), values


def targets(context: Context, rng: np.random.Generator) -> Array:
    """One-hot rows in which every class occurs, or numbers."""
    shape = (context.case.input_shape[0], spec_of(context.case).widths[-1])
    if not classifies(context.case):
        return context.data(rng, shape)
    rows: Array = np.eye(shape[1])[np.arange(shape[0]) % shape[1]]
    return rng.permutation(rows)


@check(
    "contract.perceptron",
    Kind.PERCEPTRON,
    level=Level.CORE,
    needs=("contract.constructs",),
    components=findings_of_parts("contract"),
)
def perceptron_runs(context: Context) -> Law:
    """The loss is a finite number, there is one prediction per sample, and every parameter has a gradient."""
    network, x, target, values = prepared(context, context.rng())
    loss = yield from network.ask(perceptron_loss(x, target))
    yield finite_number("the loss", loss)
    predicted = yield from network.ask(perceptron_predict(x))
    yield array_of_shape("predict(x)", predicted, target.shape)
    gradients: Any = yield from network.ask(differentiate(x, target))
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
def gradients_belong_to_the_latest_batch(context: Context) -> Law:
    """The gradients are those of the latest batch alone: nothing is left of an earlier one, and nothing is updated."""
    rng = context.rng()
    clean, x, target, values = prepared(context, rng)
    reference = yield from clean.ask(differentiate(x, target))
    used, earlier = context.new(), context.data(rng)[::-1]
    _, _, again = yield from used.ask(assign(values), differentiate(earlier, target), differentiate(x, target))
    for name in values:
        meaning = "something of an earlier batch is left"
        hint = "set dW and db in every backward pass, and store the inputs of every forward pass"
        yield same(f"the gradient of {name}", again.get(name), reference.get(name), meaning=meaning, hint=hint)
        meaning = "the backward pass, or the loss, changes parameters"
        after = yield from used.ask(parameters())
        yield same(f"the parameter {name}", after.get(name), values[name], meaning=meaning)


@check(
    "value.perceptron",
    Kind.PERCEPTRON,
    level=Level.CORE,
    needs=("contract.perceptron",),
    components=findings_of_parts("contract", "value"),
)
def outputs_equal_the_definition(context: Context) -> Law:
    """The prediction is that of the layers in order, and the loss is that of the prediction."""
    network, x, target, values = prepared(context, context.rng())
    spec = spec_of(context.case)
    scores = definitions.scores(spec, x, values)
    hint = "predict must pass its input through all layers, from the first to the last"
    predicted = yield from network.ask(perceptron_predict(x))
    yield agrees("predict(x)", predicted, definitions.prediction(spec, scores), hint=hint)
    loss = yield from network.ask(perceptron_loss(x, target))
    found = np.asarray(loss, dtype=float).reshape(())
    expected = definitions.perceptron_loss(spec, scores, target, context.conventions)
    yield agrees("the loss", found, expected, hint=f"the definition is: {spec.loss.definition}")


def _left_out(context: Context, x: Array, target: Array, values: dict[str, Array]) -> float:
    """The share of the gradient that an epsilon of the loss is allowed to be."""
    if not classifies(context.case):
        return 0.0
    spec = spec_of(context.case)
    scores = definitions.scores(spec, x, values).value
    return CANCELLED * definitions.left_out(spec.loss, scores, target, context.conventions)


@check(
    "gradient.perceptron",
    Kind.PERCEPTRON,
    level=Level.CORE,
    needs=("contract.perceptron",),
    quantities=names_of,
    components=findings_of_parts("contract", "gradient"),
)
def gradient_of_every_parameter(context: Context, quantity: str) -> Law:
    """The gradient of every parameter of every layer is that of the loss: divided by the batch size once, not twice."""
    rng = context.rng()
    network, x, target, values = prepared(context, rng)
    moved = {name: moved_by_a_unit(value, rng) for name, value in values.items()}
    loss_there, slopes = perceptron_loss(x, target), differentiate(x, target)
    _, loss, gradients, _, _, others = yield from network.ask(
        assign(values), loss_there, slopes, assign(moved), loss_there, slopes
    )
    claim = NumberClaim([loss], gradients[quantity], others[quantity], values[quantity])

    def losses(points: Sequence[Array], known: Mapping[str, str]) -> list[Array]:
        return [_loss(context, x, target, {**values, quantity: point}, known) for point in points]

    def answers(other: Context, points: Sequence[Array]) -> Asking[list[Array]]:
        asked = network if other is context else prepared(other, other.rng())[0]
        steps = [each for point in points for each in (assign({quantity: point}), perceptron_loss(x, target))]
        found = yield from asked.ask_all(steps)
        return [np.asarray(loss, dtype=float).reshape(1) for loss in found[1::2]]

    judged = Gradient(
        name=f"the gradient of {quantity}",
        block=values[quantity],
        claim=claim,
        reference=_reference(context, (x, target), values, losses, claim),
        answers=answers,
        decoy=lambda drawn: drawn_values(context, drawn)[quantity],
        known=factors(context.case),
        slack=_left_out(context, x, target, values),
    )
    yield from judge(context, judged, rng)


@check(
    "gradient.perceptron-input",
    Kind.PERCEPTRON,
    needs=("gradient.perceptron",),
    components=findings_of_parts("contract", "gradient"),
)
def gradient_of_the_input(context: Context) -> Law:
    """The backward pass ends with the gradient of the loss at the input, in the scale of the output's gradient."""
    rng = context.rng()
    network, x, target, values = prepared(context, rng)
    scale = definitions.gradient_scale(spec_of(context.case).loss, len(x), context.conventions)
    moved = moved_by_a_unit(x, rng)
    loss, gradient, again = yield from network.ask(
        perceptron_loss(x, target), input_gradient(x, target), input_gradient(moved, target)
    )
    claim = NumberClaim([loss], gradient / scale, again / scale, x)

    def losses(points: Sequence[Array], known: Mapping[str, str]) -> list[Array]:
        return [_loss(context, point, target, values, known) for point in points]

    def answers(other: Context, points: Sequence[Array]) -> Asking[list[Array]]:
        asked = network if other is context else prepared(other, other.rng())[0]
        found = yield from asked.ask_all([perceptron_loss(point, target) for point in points])
        return [np.asarray(loss, dtype=float).reshape(1) for loss in found]

    judged = Gradient(
        name="the gradient at the input",
        block=x,
        claim=claim,
        reference=_reference(context, (x, target), values, losses, claim),
        answers=answers,
        decoy=context.data,
        known=factors(context.case),
        slack=_left_out(context, x, target, values),
    )
    yield from judge(context, judged, rng)


def _loss(context: Context, x: Array, target: Array, values: Mapping[str, Array], known: Mapping[str, str]) -> Array:
    return definitions.perceptron_loss_value(spec_of(context.case), x, target, values, known).reshape(1)


def _reference(
    context: Context,
    batch: tuple[Array, Array],
    values: dict[str, Array],
    losses: Callable[[Sequence[Array], Mapping[str, str]], list[Array]],
    claim: NumberClaim,
) -> Reference:
    """The definition of the loss as a function of a block, with the epsilon that the loss at the block shows.

    Args:
        context: of the law.
        batch: inputs and targets.
        values: the parameters.
        losses: the definition at several values of the block, by conventions.
        claim: what the subject has said.
    """
    (x, target), spec = batch, spec_of(context.case)
    expected = definitions.perceptron_loss(spec, definitions.scores(spec, x, values), target, context.conventions)
    with_largest = {**context.conventions, definitions.EPSILON: str(definitions.LARGEST_EPSILON)}
    largest = float(_loss(context, x, target, values, with_largest)[0])
    change = largest - float(expected.value)
    share = (float(np.asarray(claim.outputs[0]).item()) - float(expected.value)) / change if change else 0.0
    epsilon = definitions.LARGEST_EPSILON * float(np.clip(share, 0.0, 1.0))
    known = {**context.conventions, definitions.EPSILON: repr(epsilon)}

    def evaluate(points: Sequence[Array]) -> list[Array]:
        return losses(points, known)

    slack = _left_out(context, x, target, values)
    return Reference(evaluate=evaluate, expected=expected, slack=slack, noise=claim.noise)
