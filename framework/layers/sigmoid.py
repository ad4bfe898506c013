"""Logistic sigmoid."""

import numpy as np

from ..validation import Tensor
from .base import BaseLayer


class Sigmoid(BaseLayer):
    """``1 / (1 + exp(-x))``, elementwise; the derivative needs only the activation y: ``y * (1 - y)``."""

    _activation: Tensor | None = None

    def forward(self, input_tensor: Tensor) -> Tensor:
        """Map any shape to the same shape, to values in [0, 1]."""
        input_tensor = self._checked_input(input_tensor)
        with np.errstate(over="ignore"):  # an infinite exponential is right: the activation is 0
            self._activation = 1 / (1 + np.exp(-input_tensor))
        return self._activation.copy()

    def backward(self, error_tensor: Tensor) -> Tensor:
        """Multiply the error by the derivative."""
        activation = self._of_latest_forward(self._activation)
        error_tensor = self._checked_error(error_tensor, activation.shape)
        input_error: Tensor = error_tensor * (activation * (1 - activation))
        return input_error
