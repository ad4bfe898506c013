"""Cross-entropy loss."""

import numpy as np

from ..validation import Tensor
from .base import Loss


class CrossEntropyLoss(Loss):
    """``-sum(label * log(prediction + epsilon))``, summed over classes and batch.

    Predictions and labels have the same shape, (batch, classes).

    Attributes:
        epsilon: Keeps the logarithm finite at a prediction of 0.
    """

    epsilon = float(np.finfo(float).eps)
    _prediction: Tensor | None = None  # with epsilon

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        """Return the loss of predicted probabilities."""
        prediction, label = self._checked_arguments(prediction_tensor, label_tensor)
        self._prediction = prediction + self.epsilon
        return float(-np.sum(label * np.log(self._prediction)))

    def backward(self, label_tensor: Tensor) -> Tensor:
        """Return ``-label / (prediction + epsilon)``."""
        prediction = self._of_latest_forward(self._prediction)
        return -self._checked_label(label_tensor, prediction.shape) / prediction
