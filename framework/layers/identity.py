"""Identity."""

from ..validation import Tensor
from .base import BaseLayer


class Identity(BaseLayer):
    """``x``: what stands for an activation in a linear layer."""

    _shape: tuple[int, ...] | None = None

    def forward(self, input_tensor: Tensor) -> Tensor:
        """Map any shape to the same shape."""
        input_tensor = self._checked_input(input_tensor)
        self._shape = input_tensor.shape
        return input_tensor.copy()

    def backward(self, error_tensor: Tensor) -> Tensor:
        """Let the error pass."""
        return self._checked_error(error_tensor, self._of_latest_forward(self._shape)).copy()
