"""Fully connected layer."""

import numpy as np

from ..initializers import Initializer, UniformRandom
from ..validation import Tensor, checked_integer
from .base import BaseLayer


class FullyConnected(BaseLayer):
    """The affine map ``output = [input, 1] @ weights``.

    Args:
        input_size: Number of input features.
        output_size: Number of output features.

    Attributes:
        weights: (input_size + 1, output_size); the last row is the bias. Uniform on [0, 1) at first.
        gradient_weights: As the weights; None before the first ``backward``.

    Raises:
        ValueError: If a size is not a positive integer.
    """

    trainable = True
    gradient_weights: Tensor | None = None
    _cache: tuple[Tensor, Tensor] | None = None

    def __init__(self, input_size: int, output_size: int) -> None:
        self.input_size = checked_integer("input_size", input_size, 1)
        self.output_size = checked_integer("output_size", output_size, 1)
        self.weights: Tensor
        self.initialize(UniformRandom(), UniformRandom())

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        """Draw new weights: (input_size, output_size) from the first, (1, output_size) from the second initializer."""
        fans = self.input_size, self.output_size
        weights = weights_initializer.initialize((self.input_size, self.output_size), *fans)
        bias = bias_initializer.initialize((1, self.output_size), *fans)
        self.weights = np.vstack([weights, bias])

    def forward(self, input_tensor: Tensor) -> Tensor:
        """Map (batch, input_size) to (batch, output_size)."""
        input_tensor = self._checked_input(input_tensor, ("batch", self.input_size))
        ones = np.ones((len(input_tensor), 1), input_tensor.dtype)
        extended_input = np.hstack([input_tensor, ones])
        self._cache = extended_input, self.weights.copy()
        return extended_input @ self.weights

    def backward(self, error_tensor: Tensor) -> Tensor:
        """Map (batch, output_size) to (batch, input_size) with the weights of ``forward``, then update them."""
        extended_input, weights = self._of_latest_forward(self._cache)
        error_tensor = self._checked_error(error_tensor, (len(extended_input), self.output_size))
        self.gradient_weights = extended_input.T @ error_tensor
        if self.optimizer is not None:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
        return error_tensor @ weights[:-1].T
