"""Flatten layer."""

from math import prod

from ..validation import Tensor
from .base import BaseLayer


class Flatten(BaseLayer):
    """Reshapes every item of a batch to a vector, the last axis running fastest."""

    _input_shape: tuple[int, ...] | None = None

    def forward(self, input_tensor: Tensor) -> Tensor:
        """Map (batch, ...) to (batch, features)."""
        input_tensor = self._checked_input(input_tensor, ("batch", "..."))
        self._input_shape = input_tensor.shape
        return input_tensor.reshape(self._output_shape(input_tensor.shape)).copy()

    def backward(self, error_tensor: Tensor) -> Tensor:
        """Map (batch, features) back to the shape of the input."""
        input_shape = self._of_latest_forward(self._input_shape)
        return self._checked_error(error_tensor, self._output_shape(input_shape)).reshape(input_shape).copy()

    @staticmethod
    def _output_shape(input_shape: tuple[int, ...]) -> tuple[int, int]:
        return input_shape[0], prod(input_shape[1:])
