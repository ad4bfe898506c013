"""Networks: the composition of the definitions of their layers and of their loss, with the parameters read."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...specs import BatchNormalization, FullyConnected, LayerSpec, NetworkSpec, PerceptronSpec, Phase, Trait
from ..numerics.compare import Array, Estimate
from .dispatch import Conventions, forward, is_defined, loss
from .vectorised import value

MOVES, MARGIN = 4, 4.0


def is_composed(spec: NetworkSpec) -> bool:
    """Tell whether every layer has a definition of its training forward, which draws nothing."""
    return all(is_defined(layer) and not layer.has(Trait.RANDOM_MASK, Phase.TRAIN) for layer in spec.layers)


def network_prediction(spec: NetworkSpec, x: Array, parameters: Mapping[str, Array], conventions: Conventions) -> Array:
    """The output of the last layer, in the train phase.

    Raises:
        LookupError: a parameter that a layer must have is not among `parameters`, which `INDEX.NAME` names.
    """
    for index, layer in enumerate(spec.layers):
        x = value(layer, x, {name: parameters[f"{index}.{name}"] for name in layer.parameters()}, conventions)
    return x


def network_loss(
    spec: NetworkSpec, x: Array, labels: Array, parameters: Mapping[str, Array], conventions: Conventions
) -> Array:
    """The loss of a network without penalties."""
    prediction = network_prediction(spec, x, parameters, conventions)
    return loss(spec.loss, prediction, labels, conventions).value


def network_estimate(
    spec: NetworkSpec, x: Array, labels: Array, parameters: Mapping[str, Array], conventions: Conventions
) -> Estimate:
    """`network_loss` with a bound of its rounding error.

    What enters a layer with an error leaves it with the error that the layer adds, and with what the layer makes of
    the first: the largest change under moves of that size with random signs, four times as much for the others.
    """
    rng = np.random.default_rng(0)
    carried = np.zeros_like(x)
    for index, layer in enumerate(spec.layers):
        own = {name: parameters[f"{index}.{name}"] for name in layer.parameters()}
        result = forward(layer, x, own, conventions)
        moved = [value(layer, each, own, conventions) for each in _moved(x, carried, rng)]
        changes = [np.abs(each - result.value) for each in moved]
        x, carried = result.value, result.error + result.slack + MARGIN * np.maximum.reduce(changes)
    result = loss(spec.loss, x, labels, conventions)
    changes = [
        np.abs(loss(spec.loss, each, labels, conventions).value - result.value) for each in _moved(x, carried, rng)
    ]
    return Estimate(result.value, result.error + MARGIN * np.maximum.reduce(changes), result.slack)


def _moved(x: Array, by: Array, rng: np.random.Generator) -> list[Array]:
    return [x + by * rng.choice([-1.0, 1.0], size=x.shape) for _ in range(MOVES)]


def perceptron_loss_value(
    spec: PerceptronSpec, x: Array, target: Array, parameters: Mapping[str, Array], conventions: Conventions
) -> Array:
    """The loss of a perceptron."""
    for layer, own in parts_of(spec, parameters):
        x = value(layer, x, own, conventions)
    return loss(spec.loss, x, target, conventions).value


def parts_of(spec: PerceptronSpec, parameters: Mapping[str, Array]) -> list[tuple[LayerSpec, Mapping[str, Array]]]:
    """The layers of a perceptron, each with its own parameters."""
    parts: list[tuple[LayerSpec, Mapping[str, Array]]] = []
    index = -1
    for layer in spec.layers():
        own: Mapping[str, Array] = {}
        if isinstance(layer, FullyConnected):
            index += 1
            none = np.zeros(layer.output_size)
            own = {"weights": parameters[f"{index}.weights"], "bias": parameters.get(f"{index}.bias", none)}
        elif isinstance(layer, BatchNormalization):
            own = {"weights": parameters[f"{index}.scale"], "bias": parameters[f"{index}.shift"]}
        parts.append((layer, own))
    return parts
