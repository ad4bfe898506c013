"""Rectified linear unit."""

import numpy as np

from ..validation import Tensor
from .base import BaseLayer


class ReLU(BaseLayer):
    """``max(x, 0)``, elementwise, with derivative 0 at 0."""

    _positive: Tensor | None = None

    def forward(self, input_tensor: Tensor) -> Tensor:
        """Map any shape to the same shape."""
        input_tensor = self._checked_input(input_tensor)
        self._positive = input_tensor > 0
        return np.maximum(input_tensor, 0.0)

    def backward(self, error_tensor: Tensor) -> Tensor:
        """Let the error pass where the input was positive."""
        positive = self._of_latest_forward(self._positive)
        return self._checked_error(error_tensor, positive.shape) * positive
