"""Softmax and cross-entropy in one."""

import numpy as np

from ..layers import SoftMax
from ..validation import Tensor
from .base import Loss


class SoftMaxCrossEntropyLoss(Loss):
    """``-sum(label * log(softmax(score)))``, summed over classes and batch.

    Scores and labels have the same shape, (batch, classes). The logarithm is taken before anything can underflow, so
    there is no epsilon, and the loss is exact for scores of any size.
    """

    _probabilities: Tensor | None = None

    def predict(self, prediction_tensor: Tensor) -> Tensor:
        """Return the softmax of scores: probabilities (batch, classes)."""
        return SoftMax().forward(prediction_tensor)

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        """Return the loss of scores."""
        scores, label = self._checked_arguments(prediction_tensor, label_tensor, ("batch", "classes"))
        with np.errstate(over="ignore"):  # a difference of -inf is right: its exponential is 0
            differences = scores - scores.max(axis=1, keepdims=True)
        exponentials = np.exp(differences)
        sums = exponentials.sum(axis=1, keepdims=True)
        self._probabilities = exponentials / sums
        return float(-np.sum(label * np.where(label == 0, 0.0, differences - np.log(sums))))

    def backward(self, label_tensor: Tensor) -> Tensor:
        """Return ``softmax(score) - label``, for labels that sum to 1; if not, the softmax times their sum counts."""
        probabilities = self._of_latest_forward(self._probabilities)
        label = self._checked_label(label_tensor, probabilities.shape)
        gradient: Tensor = probabilities * label.sum(axis=1, keepdims=True) - label
        return gradient
