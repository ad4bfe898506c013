"""Softmax and cross-entropy in one: mistakes in what is kept between calls, and in the prediction."""

from __future__ import annotations

from ..framework import SoftMaxCrossEntropyLoss
from ..framework.validation import Tensor
from .registry import Declare

mistake = Declare(families=("contract",))


@mistake(hint="x = x - x.max(axis=1, keepdims=True), which makes a new array, not x -= ...")
class WritesIntoScores(SoftMaxCrossEntropyLoss):
    """Forward changes the scores of its caller.

    x -= max writes into the array that the layer before has returned and may still need.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        prediction_tensor -= prediction_tensor.max(axis=1, keepdims=True)
        return super().forward(prediction_tensor, label_tensor)


@mistake(hint="predict: return softmax(x)", families=("value",))
class PredictsScores(SoftMaxCrossEntropyLoss):
    """Predict returns the scores as they are.

    The loss contains the softmax, so without it a network that ends with this loss predicts no probabilities.
    """

    def predict(self, prediction_tensor: Tensor) -> Tensor:
        return prediction_tensor.copy()


@mistake(hint="predict: return softmax(x), and leave self.softmax alone", families=("value",))
class PredictStores(SoftMaxCrossEntropyLoss):
    """Predict overwrites what backward needs.

    forward and predict share the attribute with the probabilities. A prediction between forward and backward changes
    the gradient.
    """

    def predict(self, prediction_tensor: Tensor) -> Tensor:
        self._probabilities = super().predict(prediction_tensor)
        return self._probabilities
