"""Softmax and cross-entropy in one: mistakes in what is kept between calls, and in the prediction."""

from __future__ import annotations

from typing import ClassVar

from ..framework import SoftMaxCrossEntropyLoss
from ..framework.validation import Tensor
from .registry import mistake


@mistake(
    "softmax_cross_entropy.loss-accumulates",
    hint="return -np.sum(...), without +=",
    families=("state",),
)
class LossAccumulates(SoftMaxCrossEntropyLoss):
    """The losses of all batches add up.

    forward adds to an attribute and returns it. The first batch is right, every later one contains all losses before
    it.
    """

    total = 0.0

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        self.total += super().forward(prediction_tensor, label_tensor)
        return self.total


@mistake(
    "softmax_cross_entropy.first-prediction-kept",
    hint="self.softmax = softmax(x) in every forward, without `if`",
    families=("contract",),
)
class FirstPredictionKept(SoftMaxCrossEntropyLoss):
    """Backward uses the scores of the very first forward.

    The probabilities are stored only if none are stored yet, so every later batch gets the gradient of the first one.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        first = self._probabilities
        loss = super().forward(prediction_tensor, label_tensor)
        self._probabilities = self._probabilities if first is None else first
        return loss


@mistake(
    "softmax_cross_entropy.writes-into-scores",
    hint="x = x - x.max(axis=1, keepdims=True), which makes a new array, not x -= ...",
    families=("contract",),
)
class WritesIntoScores(SoftMaxCrossEntropyLoss):
    """Forward changes the scores of its caller.

    x -= max writes into the array that the layer before has returned and may still need.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        prediction_tensor -= prediction_tensor.max(axis=1, keepdims=True)
        return super().forward(prediction_tensor, label_tensor)


@mistake(
    "softmax_cross_entropy.state-on-class",
    hint="self.softmax = ..., not SoftMaxCrossEntropyLoss.softmax = ...",
    families=("contract",),
)
class StateOnClass(SoftMaxCrossEntropyLoss):
    """All losses share the stored probabilities.

    They are stored on the class, so a second loss, say one for validation, overwrites what the first one's backward
    needs.
    """

    latest: ClassVar[Tensor | None]

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        loss = super().forward(prediction_tensor, label_tensor)
        type(self).latest = self._probabilities
        return loss

    def backward(self, label_tensor: Tensor) -> Tensor:
        self._probabilities = self.latest
        return super().backward(label_tensor)


@mistake(
    "softmax_cross_entropy.predicts-scores",
    hint="predict: return softmax(x)",
    families=("value",),
)
class PredictsScores(SoftMaxCrossEntropyLoss):
    """Predict returns the scores as they are.

    The loss contains the softmax, so without it a network that ends with this loss predicts no probabilities.
    """

    def predict(self, prediction_tensor: Tensor) -> Tensor:
        return prediction_tensor.copy()


@mistake(
    "softmax_cross_entropy.predict-stores",
    hint="predict: return softmax(x), and leave self.softmax alone",
    families=("value",),
)
class PredictStores(SoftMaxCrossEntropyLoss):
    """Predict overwrites what backward needs.

    forward and predict share the attribute with the probabilities. A prediction between forward and backward changes
    the gradient.
    """

    def predict(self, prediction_tensor: Tensor) -> Tensor:
        self._probabilities = super().predict(prediction_tensor)
        return self._probabilities
