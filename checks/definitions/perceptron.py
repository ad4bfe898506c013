"""The multilayer perceptron: its layers one after another, with the rounding errors carried on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...specs import FullyConnected, MultilayerPerceptron, SoftMax, SoftmaxOutput
from ..numerics.compare import Array, Estimate
from .dispatch import Conventions, forward, loss, loss_gradient
from .losses import gradient_scale


def scores(spec: MultilayerPerceptron, x: Array, parameters: Mapping[str, Array]) -> Estimate:
    """The output of the last layer.

    An error that enters a fully connected layer leaves it at most |W| times as large; activations have slopes of at
    most 1.
    """
    value, carried, index = x, np.zeros_like(x), 0
    for layer in spec.layers():
        own: dict[str, Array] = {}
        if isinstance(layer, FullyConnected):
            own = {name: parameters[f"{index}.{name}"] for name in layer.parameters()}
            carried = carried @ np.abs(own["weights"])
            index += 1
        result = forward(layer, value, own)
        value, carried = result.value, carried + result.error
    return Estimate(value, carried)


def prediction(spec: MultilayerPerceptron, of_scores: Estimate) -> Estimate:
    """Probabilities where the loss is one of scores, else the scores themselves."""
    if not isinstance(spec.loss, SoftmaxOutput):
        return of_scores
    result = forward(SoftMax(), of_scores.value, {})
    # A probability changes by at most half the largest difference of two changes of scores.
    return Estimate(result.value, result.error + of_scores.error.max(axis=-1, keepdims=True))


def perceptron_loss(
    spec: MultilayerPerceptron, of_scores: Estimate, target: Array, conventions: Conventions
) -> Estimate:
    """The loss of scores that have an error of their own."""
    result = loss(spec.loss, of_scores.value, target, conventions)
    slopes = loss_gradient(spec.loss, of_scores.value, target, conventions)
    size = (np.abs(slopes.value) + slopes.error) / gradient_scale(spec.loss, len(target), conventions)
    return Estimate(result.value, result.error + 2 * float(np.sum(size * of_scores.error)), result.slack)
