"""Regularization: what a penalty adds to a network's loss and to its updates, each once."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from ...specs import Case, Kind
from .. import definitions
from ..asking import assign, feed, gradients, network_backward, network_forward, parameters, reseed, test
from ..context import Context
from ..law import Component, Law, check
from ..measurement import agrees, failed, number, passed, same
from ..numerics.precision import current
from ..proof import Expression, Holds
from .network import probabilities
from .network_parts import (
    Array,
    findings_of_layers,
    findings_of_optimizer,
    findings_of_penalty,
    is_random,
    is_regularized,
    network_spec,
    penalty_of,
    prepared,
)
from .regularization_layer import COUNTED
from .selection import findings_of


@check(
    "regularization.network",
    Kind.NETWORK,
    when=is_regularized,
    needs=("contract.network",),
    components=findings_of_penalty,
)
def loss_contains_every_penalty_once(context: Context) -> Law:
    """The network's loss is the data loss plus the regularization loss of every trainable layer, each once."""
    network, x, labels, values = yield from prepared(context, context.rng())
    spec = network_spec(context.case)
    loss, answer = yield from network.ask(network_forward(), test(x))
    found = np.asarray(loss, dtype=float).reshape(())
    prediction = np.asarray(answer)
    yield probabilities(prediction)
    data = definitions.loss(spec.loss, prediction, labels, context.conventions)
    convention = context.conventions.get("L2 norm", "alpha sum w²")
    layers = sorted({name.partition(".")[0] for name in values})
    penalty = penalty_of(context.case)

    def total(chosen: Sequence[str], counted: Counted) -> float:
        penalties = []
        for layer in chosen:
            stacked = np.concatenate([values[f"{layer}.{name}"].ravel() for name in counted(layer)])
            penalties.append(float(definitions.penalty(penalty, stacked, convention).value))
        return float(data.value) + sum(penalties)

    ways = list(_ways_to_count(values))
    expected = total(layers, ways[-1])
    bound = np.asarray(data.bound + max(1e-11, 64 * current().eps) * abs(expected))
    if any(abs(float(found) - total(layers, counted)) <= bound for counted in ways):
        yield passed()
        return
    looks = [
        what
        for what, chosen in _miscounted(layers).items()
        if any(abs(float(found) - total(chosen, counted)) <= bound for counted in ways)
    ]
    reading = f": it contains {looks[0]}" if looks else ""
    penalties = list(dict.fromkeys(total(layers, counted) - float(data.value) for counted in ways))
    text = definitions.loss_text(spec.loss, context.conventions.get("loss reduction", "sum"))
    of_data = text.replace("$1", "$2").replace("$0", "$1")
    alike = f"np.isclose($0 - ({of_data}), {penalties}, rtol=0, atol={float(bound)!r}).any()"
    yield failed(
        f"forward() = {number(float(found))}, but should be {number(expected)}, of which {number(float(data.value))} "
        f"is the data loss{reading}",
        expected=number(expected),
        found=number(float(found)),
        hint="add norm(weights) of every trainable layer to the loss of the loss layer, in every forward",
        measured=abs(float(found) - expected),
        tolerance=float(bound),
        proof=Holds(
            statement=Expression(alike, (found, answer, labels)),
            text=f"the loss should be the data loss and a penalty of {' or '.join(map(number, penalties))}",
        ),
    )


def _miscounted(layers: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Which layers' penalties a wrong loss contains, by how a person says it."""
    return (
        {"no layer's penalty": ()}
        | {
            f"the penalty of layer {' and '.join(chosen)} only": chosen
            for count in range(1, len(layers))
            for chosen in itertools.combinations(layers, count)
        }
        | {f"the penalty of layer {layer} twice": (*layers, layer) for layer in layers}
        | {"every penalty twice": (*layers, *layers)}
    )


Counted = Callable[[str], tuple[str, ...]]
"""From a layer to the names of its parameters that count."""


def _ways_to_count(values: Mapping[str, Array]) -> Iterator[Counted]:
    """With the biases or without, and of recurrent layers the output's weights or not; everything comes last."""
    recurrent = {name.partition(".")[0] for name in values if name.endswith(".output_weights")}
    for plain in COUNTED[:2]:
        for of_recurrent in COUNTED if recurrent else COUNTED[:1]:

            def counted(
                layer: str, one: tuple[str, ...] = plain, other: tuple[str, ...] = of_recurrent
            ) -> tuple[str, ...]:
                return other if layer in recurrent else one

            yield counted


def _deterministic(case: Case) -> bool:
    return is_regularized(case) and not is_random(case)


def _update(case: Case) -> tuple[Component, ...]:
    """Findings of the layers' gradients, and of the optimizer with its penalty."""
    optimizer = network_spec(case).optimizer
    families = frozenset({"regularization"})
    layers = findings_of_layers("contract", "gradient")(case)
    penalty = findings_of(optimizer.penalty(), "regularization")
    return ((optimizer.name(), families), *penalty, *findings_of_optimizer(case), *layers)


@check(
    "regularization.network-update",
    Kind.NETWORK,
    when=_deterministic,
    needs=("contract.network",),
    components=_update,
)
def penalty_is_applied_once(context: Context) -> Law:
    """A penalty leaves the gradients alone, and each step subtracts learning_rate times its gradient once."""
    spec = network_spec(context.case)
    optimizer = spec.optimizer
    without = dataclasses.replace(spec, optimizer=optimizer.without_penalty())
    network, x, labels, values = yield from prepared(context, context.rng())
    plain = context.new(without)
    yield from plain.ask(feed(x, labels), assign(values), reseed(context.seed))
    asked = (network_forward(), network_backward(), gradients(), parameters())
    _, _, slopes, after = yield from network.ask(*asked)
    _, _, plain_slopes, plain_after = yield from plain.ask(*asked)
    convention = context.conventions.get("L2 gradient", "alpha w")
    for name, start in values.items():
        yield same(
            f"the gradient of {name} with a regularizer",
            slopes.get(name),
            plain_slopes[name],
            meaning="the penalty enters the gradient",
            hint="only the optimizer adds the penalty's gradient, in its step",
        )
        if name.endswith("bias") and np.array_equal(after[name], plain_after[name]):
            continue  # a bias beside the weights need not be regularized
        expected = next(definitions.trajectory(optimizer, start, [slopes[name]], l2_gradient=convention))
        measurement = agrees(
            f"{name} after one step",
            after[name],
            expected.widened(4),
            hint="the optimizer subtracts learning_rate times the penalty's gradient, and nobody else does",
        )
        yield dataclasses.replace(measurement, proof=None)  # what is expected comes from the gradients, by a definition
