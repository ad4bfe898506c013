"""The multilayer perceptron: its layers one after another, with the rounding errors carried on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...specs import BatchNormalization, FullyConnected, PerceptronSpec, Trait
from ..numerics.compare import Array, Estimate
from .activations import softmax
from .composition import parts_of
from .dispatch import Conventions, forward, loss, loss_gradient
from .losses import gradient_scale


def scores(spec: PerceptronSpec, x: Array, parameters: Mapping[str, Array]) -> Estimate:
    """The output of the last layer.

    An error that enters a fully connected layer leaves it at most |W| times as large; activations have slopes of at
    most 1.
    """
    value, carried = x, np.zeros_like(x)
    for layer, own in parts_of(spec, parameters):
        if isinstance(layer, FullyConnected):
            carried = carried @ np.abs(own["weights"])
        elif isinstance(layer, BatchNormalization):
            carried = np.abs(own["weights"]) * _through_normalisation(value, carried)
        result = forward(layer, value, own)
        value, carried = result.value, carried + result.error + result.slack
    return Estimate(value, carried)


def _through_normalisation(x: Array, error: Array) -> Array:
    """The error of (x - mean) / std: of x itself, of the mean, and of the variance."""
    deviation = x.std(axis=0)
    normal = np.abs(x - x.mean(axis=0)) / deviation
    result: Array = (error + error.mean(axis=0) + normal * (normal * error).mean(axis=0)) / deviation
    return result


def prediction(spec: PerceptronSpec, of_scores: Estimate) -> Estimate:
    """Probabilities where the loss is one of scores, else the scores themselves."""
    if Trait.CATEGORICAL not in spec.loss.traits:
        return of_scores
    result = softmax(of_scores.value)
    # A probability changes by at most half the largest difference of two changes of scores.
    return Estimate(result.value, result.error + of_scores.error.max(axis=-1, keepdims=True))


def perceptron_loss(spec: PerceptronSpec, of_scores: Estimate, target: Array, conventions: Conventions) -> Estimate:
    """The loss of scores that have an error of their own."""
    result = loss(spec.loss, of_scores.value, target, conventions)
    slopes = loss_gradient(spec.loss, of_scores.value, target, conventions)
    size = (np.abs(slopes.value) + slopes.error) / gradient_scale(spec.loss, len(target), conventions)
    return Estimate(result.value, result.error + 2 * float(np.sum(size * of_scores.error)), result.slack)
