"""Cross-entropy loss: mistakes that show in a sequence of calls."""

from __future__ import annotations

from ..framework import CrossEntropyLoss
from ..framework.validation import Tensor
from .registry import mistake


@mistake(
    "cross_entropy.loss-accumulates",
    hint="return -np.sum(label_tensor * np.log(prediction_tensor + eps)), without +=",
    families=("state",),
)
class LossAccumulates(CrossEntropyLoss):
    """The losses of all batches add up.

    forward adds to an attribute and returns it. The first batch is right, every later one contains all losses before
    it.
    """

    total = 0.0

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        self.total += super().forward(prediction_tensor, label_tensor)
        return self.total


@mistake(
    "cross_entropy.prediction-overwritten",
    hint="return -label_tensor / (self.prediction + eps), without working on the stored prediction",
    families=("state",),
    level="strict",
    cases=("9-by-4",),
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
