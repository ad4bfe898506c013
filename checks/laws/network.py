"""Network: what the network adds to its layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...sandbox import Asking
from ...specs import Kind
from .. import definitions
from ..asking import assign, feed, gradients, network_backward, network_forward, parameters, test, train
from ..context import Context
from ..law import Law, Level, check
from ..measurement import Measurement, agrees, describe, failed, number, passed, same
from ..proof import Derivative, Expression, Holds
from .contract import array_of_shape
from .gradient_claim import NumberClaim, moved_by_a_unit
from .gradient_judging import CANCELLED, Gradient, Reference, judge
from .loss import finite_number
from .network_parts import (
    drawn_like,
    findings_of_everything,
    findings_of_layers,
    findings_of_optimizer,
    is_plain,
    network_spec,
    prepared,
)

Array = NDArray[np.float64]


@check(
    "contract.network",
    Kind.NETWORK,
    level=Level.CORE,
    needs=("contract.constructs",),
    components=findings_of_layers("contract"),
)
def network_runs(context: Context) -> Law:
    """Forward returns a finite loss, backward and test run, test returns one row of class scores per sample."""
    network, x, labels, _ = yield from prepared(context, context.rng())
    loss = yield from network.ask(network_forward())
    yield finite_number("forward()", loss)
    _, rows = yield from network.ask(network_backward(), test(x))
    yield array_of_shape("test(x)", rows, labels.shape)


@check(
    "network.gradient",
    Kind.NETWORK,
    when=is_plain,
    level=Level.CORE,
    needs=("contract.network",),
    components=findings_of_layers("contract", "gradient"),
)
def gradient_of_the_whole_network(context: Context) -> Law:
    """Backward computes the gradient of the network's loss with respect to every parameter of every layer."""
    rng = context.rng()
    network, x, labels, values = yield from prepared(context, rng)
    moved = {name: moved_by_a_unit(value, rng) for name, value in values.items()}
    one_pass = network_forward(), network_backward(), gradients()
    _, loss, _, slopes = yield from network.ask(assign(values), *one_pass)
    # All parameters are assigned again: backward may have updated any of them.
    _, _, _, others = yield from network.ask(assign(moved), *one_pass)
    for name in values:
        claim = NumberClaim([loss], slopes[name], others[name], values[name])

        def answers(other: Context, points: Sequence[Array], name: str = name) -> Asking[list[Array]]:
            asked = network if other is context else (yield from prepared(other, other.rng()))[0]
            given = [assign({**values, name: point}) for point in points]
            steps = [each for one in given for each in (one, network_forward())]
            found = yield from asked.ask_all(steps)
            return [np.asarray(loss, dtype=float).reshape(1) for loss in found[1::2]]

        def prove(v: Array, found: Array, expected: Array, name: str = name) -> Derivative:
            scale = float(v[0])  # the loss is a number, so a snippet takes 1 in place of the cotangent
            return Derivative(
                block=name, arguments=(), cotangent=None, target=None, found=found / scale, expected=expected / scale
            )

        def decoy(drawn: np.random.Generator, name: str = name) -> Array:
            return drawn_like(drawn, values[name])

        judged = Gradient(
            name=f"the gradient of {name}",
            block=values[name],
            claim=claim,
            reference=_composed(context, (x, labels), values, name, claim),
            answers=answers,
            decoy=decoy,
            known={},
            prove=prove,
        )
        yield from judge(context, judged, rng)


def _composed(
    context: Context, batch: tuple[Array, Array], values: Mapping[str, Array], name: str, claim: NumberClaim
) -> Reference | None:
    """The composition of the definitions as a function of one parameter; None if a part has none."""
    (x, labels), spec, known = batch, network_spec(context.case), context.conventions
    named = {f"{index}.{own}" for index, layer in enumerate(spec.layers) for own in layer.parameters()}
    if not definitions.is_composed(spec) or named != set(values):
        return None

    def evaluate(points: Sequence[Array]) -> list[Array]:
        losses = [definitions.network_loss(spec, x, labels, {**values, name: point}, known) for point in points]
        return [loss.reshape(1) for loss in losses]

    prediction = definitions.network_prediction(spec, x, values, known)
    return Reference(
        evaluate=evaluate,
        expected=definitions.network_estimate(spec, x, labels, values, known),
        slack=CANCELLED * definitions.left_out(spec.loss, prediction, labels, known),
        noise=claim.noise,
    )


@check(
    "network.value",
    Kind.NETWORK,
    when=is_plain,
    needs=("contract.network",),
    components=findings_of_layers("contract", "value"),
)
def loss_is_that_of_the_prediction(context: Context) -> Law:
    """Without penalties and random layers, forward is the loss of the prediction that test returns."""
    network, x, labels, _ = yield from prepared(context, context.rng())
    loss, answer = yield from network.ask(network_forward(), test(x))
    found, prediction = np.asarray(loss, dtype=float).reshape(()), np.asarray(answer)
    hint = "forward and test must pass their input through the same layers, in the same order"
    yield probabilities(prediction)
    expected = definitions.loss(network_spec(context.case).loss, prediction, labels, context.conventions)
    measurement = agrees("forward()", found, expected.widened(4), hint=hint)
    yield replace(measurement, proof=None)  # what is expected comes from the prediction, by a definition


def probabilities(prediction: Array) -> Measurement:
    """The prediction of a network that ends with SoftMax: the loss takes its logarithm."""
    lowest = float(prediction.min())
    if lowest > 0:
        return passed()
    return failed(
        f"test(x) has an entry {number(lowest)}, but should be the probabilities of the last layer",
        expected="probabilities",
        found=number(lowest),
        hint="test must pass its input through all layers",
    )


@check(
    "network.batch",
    Kind.NETWORK,
    when=is_plain,
    needs=("network.gradient",),
    components=findings_of_layers("contract"),
)
def backward_belongs_to_the_batch_of_forward(context: Context) -> Law:
    """Backward belongs to the batch of the latest forward, whatever the data layer would hand out next."""
    slopes = []
    for disturbed in (False, True):
        network, x, labels, _ = yield from prepared(context, context.rng())
        other = [feed(x[::-1], np.roll(labels, 1, axis=1))] if disturbed else []
        network.begin_with([network_forward(), *other])
        _, found = yield from network.ask(network_backward(), gradients())
        slopes.append(found)
    for name, reference in slopes[0].items():
        yield same(
            f"the gradient of {name}",
            slopes[1].get(name),
            reference,
            meaning="backward asks the data layer for another batch",
            hint="store the labels in forward and use the stored ones in backward",
        )


@check("optimizer.network", Kind.NETWORK, when=is_plain, needs=("contract.network",), components=findings_of_optimizer)
def every_layer_has_its_own_optimizer(context: Context) -> Law:
    """Every parameter of the network follows the optimizer's update from its own gradients: no state is shared."""
    network, _, _, values = yield from prepared(context, context.rng())
    optimizer = network_spec(context.case).optimizer
    slopes: dict[str, list[Array]] = {name: [] for name in values}
    visited: dict[str, list[Array]] = {name: [] for name in values}
    for _ in range(4):
        asked = (network_forward(), network_backward(), gradients(), parameters())
        _, _, latest, weights = yield from network.ask(*asked)
        for name in values:
            slopes[name].append(latest[name])
            visited[name].append(weights[name])
    for name, start in values.items():
        expected = definitions.trajectory(optimizer, start, slopes[name])
        for step, (found, reference) in enumerate(zip(visited[name], expected, strict=True), start=1):
            measurement = agrees(
                f"parameter {name} after {step} step{'s' if step > 1 else ''}",
                found,
                reference.widened(4),
                hint="append_layer must give every trainable layer its own copy of the optimizer (copy.deepcopy)",
            )
            yield replace(measurement, proof=None)  # what is expected comes from the gradients, by a definition


@check("network.train", Kind.NETWORK, when=is_plain, needs=("network.gradient",), components=findings_of_everything)
def training_reduces_the_loss(context: Context) -> Law:
    """train(n) records one loss per iteration, and training on one batch reduces the loss."""
    network, _, _, _ = yield from prepared(context, context.rng())
    losses: Any = yield from network.ask(train(60))
    if not isinstance(losses, list) or len(losses) != 60:
        text = f"{len(losses)} losses" if isinstance(losses, list) else describe(losses)
        proof = Holds(statement=Expression("len($0) == 60", (losses,)), text="60 iterations should leave 60 losses")
        yield failed(
            f"train(60) leaves {text} in the list of losses, but should leave 60",
            expected="60 losses",
            found=text,
            proof=proof,
        )
        return
    values = np.array([float(np.asarray(loss).item()) for loss in losses])
    if not np.isfinite(values).all() or not values[-1] < values[0]:
        yield failed(
            f"60 iterations change the loss from {values[0]:.6g} to {values[-1]:.6g}, but should reduce it",
            expected=f"less than {values[0]:.6g}",
            found=f"{values[-1]:.6g}",
            evidence={"profile": values.tolist()},
            proof=Holds(statement=Expression("$0[-1] < $0[0]", (losses,)), text="training should reduce the loss"),
        )
    yield passed()
