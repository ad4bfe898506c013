"""Softmax."""

import numpy as np

from ..validation import Tensor
from .base import BaseLayer


class SoftMax(BaseLayer):
    """``exp(x) / sum(exp(x))`` of each row: scores become probabilities."""

    _probabilities: Tensor | None = None

    def forward(self, input_tensor: Tensor) -> Tensor:
        """Map scores (batch, classes) to probabilities (batch, classes)."""
        input_tensor = self._checked_input(input_tensor, ("batch", "classes"))
        with np.errstate(over="ignore"):  # a difference of -inf is right: its exponential is 0
            exponentials = np.exp(input_tensor - input_tensor.max(axis=1, keepdims=True))
        self._probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
        return self._probabilities.copy()

    def backward(self, error_tensor: Tensor) -> Tensor:
        """Map the error E (batch, classes) to ``y * (E - sum(E * y))``, row by row."""
        probabilities = self._of_latest_forward(self._probabilities)
        error_tensor = self._checked_error(error_tensor, probabilities.shape)
        expected_error = (error_tensor * probabilities).sum(axis=1, keepdims=True)
        input_error: Tensor = probabilities * (error_tensor - expected_error)
        return input_error
