"""Cross-entropy loss."""

import numpy as np

from ..validation import Tensor, checked_tensor


class CrossEntropyLoss:
    """``-sum(label * log(prediction + epsilon))``, summed over classes and batch.

    Attributes:
        epsilon: Keeps the logarithm finite at a prediction of 0.
    """

    epsilon = float(np.finfo(float).eps)
    _prediction: Tensor | None = None  # with epsilon

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        """Return the loss of predicted probabilities, given labels of the same shape, (batch, classes).

        Raises:
            ValueError: If the shapes differ.
        """
        prediction = checked_tensor("CrossEntropyLoss.forward: prediction_tensor", prediction_tensor)
        label = checked_tensor("CrossEntropyLoss.forward: label_tensor", label_tensor, prediction.shape)
        self._prediction = prediction + self.epsilon
        return float(-np.sum(label * np.log(self._prediction)))

    def backward(self, label_tensor: Tensor) -> Tensor:
        """Return ``-label / (prediction + epsilon)``, (batch, classes), for the prediction of the latest ``forward``.

        Raises:
            ValueError: If the labels have another shape than the prediction.
            RuntimeError: If there was no ``forward`` before.
        """
        if self._prediction is None:
            raise RuntimeError(
                "CrossEntropyLoss.backward was called before forward; "
                "call forward(prediction_tensor, label_tensor) first"
            )
        label = checked_tensor("CrossEntropyLoss.backward: label_tensor", label_tensor, self._prediction.shape)
        return -label / self._prediction
