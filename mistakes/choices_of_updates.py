"""What is put in front of regularizers, optimizers and networks for another convention."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..framework import BaseLayer, FullyConnected, NeuralNetwork, Optimizer, Recurrent
from ..framework.validation import Tensor, Weights
from .in_front import RightRegularizer


class DoubleGradient(RightRegularizer):
    """The factor 2 of the derivative is kept."""

    def calculate_gradient(self, weights: Weights) -> Weights:
        return 2 * super().calculate_gradient(weights)


class HalfNorm(RightRegularizer):
    """Half of the sum of squares enters the loss."""

    def norm(self, weights: Tensor) -> float:
        return super().norm(weights) / 2


class RootOfNorm(RightRegularizer):
    """The root of the sum of squares enters the loss, times alpha: of `alpha * sum`, that is `sqrt(alpha * norm)`."""

    def norm(self, weights: Tensor) -> float:
        return float(np.sqrt(self.alpha * super().norm(weights)))


class EpsilonInsideRoot(Optimizer):
    """The sum of squares begins with the epsilon, which is the same as to add it inside of every root."""

    inside: float
    epsilon = 0.0

    def _previous(self, state: Any, gradient: Weights) -> Any:
        return self.inside if state is None else super()._previous(state, gradient)


class WithoutBias(NeuralNetwork):
    """The rows that are biases do not count in the regularization loss."""

    def regularization_loss(self) -> float:
        return super().regularization_loss() - sum(map(_of_biases, self.layers))


def _of_biases(layer: BaseLayer) -> float:
    """What the last rows, which are biases, add to the norms of a layer."""
    if not isinstance(layer, FullyConnected | Recurrent):
        return 0.0
    stacked = (layer.weights,) if isinstance(layer, FullyConnected) else (layer.weights, layer.output_weights)
    pairs = [(each.regularizer, weights) for each, weights in zip(layer.optimizers, stacked, strict=False)]
    return sum((each.norm(weights) - each.norm(weights[:-1]) for each, weights in pairs if each is not None), 0.0)
