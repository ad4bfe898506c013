"""Flatten: mistakes that show in a sequence of calls."""

from __future__ import annotations

from ..framework import Flatten
from ..framework.validation import Tensor
from .registry import Declare

mistake = Declare(families=("state",))


@mistake(hint="self.shape = input_tensor.shape in forward; backward reads it and does not pop it", level="strict")
class ShapeUsedUp(Flatten):
    """Backward uses the stored shape up.

    It takes the shape out of a list. A second backward for the same forward finds the list empty.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        input_error = super().backward(error_tensor)
        self._input_shape = None
        return input_error


@mistake(hint="self.shape = input_tensor.shape in every forward", families=("contract",))
class LargestBatchKept(Flatten):
    """Only a larger batch replaces the stored shape.

    The last batch of an epoch is smaller and keeps the shape of the batches before it, into which its error does not
    fit.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        kept = self._input_shape
        output = super().forward(input_tensor)
        if kept is not None and kept[0] > len(input_tensor):
            self._input_shape = kept
        return output
