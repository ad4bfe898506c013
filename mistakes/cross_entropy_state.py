"""Cross-entropy loss: mistakes that show in a sequence of calls."""

from __future__ import annotations

from ..framework import CrossEntropyLoss
from ..framework.validation import Tensor
from .registry import Declare

mistake = Declare(families=("state",))


@mistake(
    hint="return -label_tensor / (self.prediction + eps), without working on the stored prediction",
    cases=("9-by-4",),
    level="strict",
)
class PredictionOverwritten(CrossEntropyLoss):
    """Backward overwrites the stored prediction.

    The quotient is written into the stored array. A second backward for the same forward divides by the result of the
    first.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        input_error = super().backward(label_tensor)
        self._prediction = input_error + self.epsilon
        return input_error
