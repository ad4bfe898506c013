"""Losses that are squared errors; they differ by a factor."""

from abc import abstractmethod

import numpy as np

from ..validation import Tensor
from .base import Loss, one_over


class _ScaledSquares(Loss):
    _prediction: Tensor | None = None

    @abstractmethod
    def _factor(self, prediction: Tensor) -> float:
        """Return what the sum of squares is multiplied by."""

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        """Return the loss."""
        prediction, label = self._checked_arguments(prediction_tensor, label_tensor)
        self._prediction = prediction.copy()
        return self._factor(prediction) * float(np.sum(np.square(prediction - label)))

    def backward(self, label_tensor: Tensor) -> Tensor:
        """Return the difference of prediction and label, twice the factor."""
        prediction = self._of_latest_forward(self._prediction)
        difference = prediction - self._checked_label(label_tensor, prediction.shape)
        return 2 * self._factor(prediction) * difference


class L2Loss(_ScaledSquares):
    """``sum((prediction - label)²)`` over everything; any shape (batch, ...)."""

    def _factor(self, prediction: Tensor) -> float:  # noqa: ARG002 - part of the interface
        return 1.0


class LinearOutput(_ScaledSquares):
    """``sum((prediction - label)²) / 2``, summed over the features, mean over the batch; any shape (batch, ...).

    Source: the loss of the same name of the Freiburg exercise.
    """

    def _factor(self, prediction: Tensor) -> float:
        return one_over(len(prediction), type(self).__name__) / 2


class MeanSquaredError(_ScaledSquares):
    """``mean((prediction - label)²)`` over everything; any shape (batch, ...)."""

    def _factor(self, prediction: Tensor) -> float:
        return one_over(prediction.size, type(self).__name__)
