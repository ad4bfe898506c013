"""Hyperbolic tangent."""

import numpy as np

from ..validation import Tensor
from .base import BaseLayer


class TanH(BaseLayer):
    """``tanh(x)``, elementwise; the derivative needs only the activation y: ``1 - y²``."""

    _activation: Tensor | None = None

    def forward(self, input_tensor: Tensor) -> Tensor:
        """Map any shape to the same shape, to values in [-1, 1]."""
        self._activation = np.tanh(self._checked_input(input_tensor))
        return self._activation.copy()

    def backward(self, error_tensor: Tensor) -> Tensor:
        """Multiply the error by the derivative."""
        activation = self._of_latest_forward(self._activation)
        error_tensor = self._checked_error(error_tensor, activation.shape)
        input_error: Tensor = error_tensor * (1 - activation**2)
        return input_error
