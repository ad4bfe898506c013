"""Softmax and mean cross-entropy in one."""

import numpy as np

from ..validation import Tensor
from .base import one_over
from .softmax_cross_entropy import SoftMaxCrossEntropyLoss


class SoftmaxOutput(SoftMaxCrossEntropyLoss):
    """``-sum(label * log(softmax(score) + epsilon))``, summed over classes, mean over the batch.

    Scores and labels have the same shape, (batch, classes). By the convention of the Freiburg exercise, which has this
    loss, ``backward`` is the derivative without the epsilon: right to a relative error of epsilon / probability.

    Attributes:
        epsilon: Keeps the logarithm finite at a probability of 0.
    """

    epsilon = 1e-10

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        """Return the loss of scores.

        Raises:
            ValueError: If the batch is empty.
        """
        scores, label = self._checked_arguments(prediction_tensor, label_tensor, ("batch", "classes"))
        self._probabilities = self.predict(scores)
        losses = -label * np.log(self._probabilities + self.epsilon)
        return one_over(len(scores), type(self).__name__) * float(np.sum(losses))

    def backward(self, label_tensor: Tensor) -> Tensor:
        """Return ``(softmax(score) - label) / batch``; see ``SoftMaxCrossEntropyLoss`` for other labels."""
        return super().backward(label_tensor) / len(label_tensor)
