"""Sum of squared errors: mistakes."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ..framework import L2Loss
from ..framework.validation import Tensor
from .registry import mistake

LOSS = "np.sum((prediction - label)**2)"
GRADIENT = "2 * (prediction - label)"
SEVERAL_SAMPLES = ("9-by-4", "image", "square", "one-feature")


@mistake("squared_error.sum-absolute", hint=LOSS, families=("value", "gradient"))
class Absolute(L2Loss):
    """The differences are not squared.

    The sum of absolute differences is another loss, the L1 loss, whose gradient is the sign of the difference.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        super().forward(prediction_tensor, label_tensor)
        return float(np.sum(np.abs(prediction_tensor - label_tensor)))


@mistake("squared_error.sum-root", hint=LOSS, families=("value", "gradient"))
class Root(L2Loss):
    """The root of the sum is returned.

    np.linalg.norm takes the root of the sum of squares. 2 * (prediction - label) is not its gradient.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        return float(np.sqrt(super().forward(prediction_tensor, label_tensor)))


@mistake("squared_error.sum-square-of-sum", hint=LOSS, families=("value", "gradient"))
class SquareOfSum(L2Loss):
    """The sum is squared, not the differences.

    np.sum(prediction - label)**2 lets differences of opposite signs cancel.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        super().forward(prediction_tensor, label_tensor)
        return float(np.sum(prediction_tensor - label_tensor)) ** 2


@mistake("squared_error.sum-difference-of-squares", hint=LOSS, families=("value", "gradient"))
class DifferenceOfSquares(L2Loss):
    """Prediction and label are squared before they are subtracted.

    prediction**2 - label**2 may be negative, and is 0 wherever the two differ by the sign alone.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        super().forward(prediction_tensor, label_tensor)
        return float(np.sum(prediction_tensor**2 - label_tensor**2))


@mistake("squared_error.sum-first-axis-only", hint=LOSS, families=("value",), cases=SEVERAL_SAMPLES)
class OnlyFirstSample(L2Loss):
    """Only the first sample counts in the loss.

    The loop over the batch returns in its first round.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        super().forward(prediction_tensor, label_tensor)
        return float(np.sum((prediction_tensor[0] - label_tensor[0]) ** 2))


@mistake("squared_error.sum-large-labels-masked", hint=LOSS, families=("value",))
class LargeLabelsMasked(L2Loss):
    """Labels above 999 do not count.

    999 was meant to mark missing values. Whoever measures in other units has such labels.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        known = np.where(np.abs(label_tensor) > 999, prediction_tensor, label_tensor)
        return super().forward(prediction_tensor, known)


@mistake("squared_error.sum-two-missing", hint=GRADIENT, families=("gradient",))
class TwoMissing(L2Loss):
    """The factor 2 of the gradient is missing.

    The derivative of the square is twice the difference. Without the 2 it belongs to half of the loss.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        return super().backward(label_tensor) / 2


@mistake("squared_error.sum-backward-sign", hint=GRADIENT, families=("gradient",))
class BackwardSign(L2Loss):
    """The difference in backward is the wrong way round.

    label - prediction points downhill already; gradient descent subtracts it and climbs.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        return -super().backward(label_tensor)


@mistake("squared_error.sum-backward-mean", hint=GRADIENT, families=("gradient",), cases=SEVERAL_SAMPLES)
class BackwardMean(L2Loss):
    """The loss is a sum over the batch, its gradient that of the mean.

    Either is allowed, the mixture is not: the gradient is too small by the batch size.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        return super().backward(label_tensor) / len(label_tensor)


@mistake("squared_error.sum-clipped", hint=GRADIENT, families=("gradient",))
class ClippedGradient(L2Loss):
    """Large entries of the gradient are cut off.

    np.clip(gradient, -100, 100) belongs to another loss, Huber's. Ordinary differences do not show it.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        return np.clip(super().backward(label_tensor), -100.0, 100.0)


@mistake("squared_error.sum-one-entry-off", hint=GRADIENT, families=("gradient",))
class OneEntryOff(L2Loss):
    """One entry of the gradient is off by a millionth.

    The first entry is computed by a formula of its own.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        gradient = super().backward(label_tensor)
        gradient.flat[0] *= 1 + 1e-6
        return gradient


@mistake(
    "squared_error.sum-first-prediction-kept",
    hint="self.prediction = prediction in every forward, without `if`",
    families=("contract",),
)
class FirstPredictionKept(L2Loss):
    """Backward uses the prediction of the very first forward.

    The prediction is stored only if none is stored yet, so every later batch gets the gradient of the first one.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        first = self._prediction
        loss = super().forward(prediction_tensor, label_tensor)
        self._prediction = self._prediction if first is None else first
        return loss


@mistake(
    "squared_error.sum-writes-into-prediction",
    hint="d = prediction - label, which makes a new array, not -=",
    families=("contract",),
)
class WritesIntoPrediction(L2Loss):
    """Forward changes the prediction of its caller.

    prediction -= label writes into the array that the layer before has returned and may still need.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        loss = super().forward(prediction_tensor, label_tensor)
        prediction_tensor -= label_tensor
        return loss


@mistake(
    "squared_error.sum-state-on-class",
    hint="self.prediction = ..., not L2Loss.prediction = ...",
    families=("contract",),
)
class StateOnClass(L2Loss):
    """All losses share one stored prediction.

    It is stored on the class, so a second loss overwrites what the first one's backward needs.
    """

    latest: ClassVar[Tensor | None]

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        loss = super().forward(prediction_tensor, label_tensor)
        type(self).latest = self._prediction
        return loss

    def backward(self, label_tensor: Tensor) -> Tensor:
        self._prediction = self.latest
        return super().backward(label_tensor)


@mistake(
    "squared_error.sum-accumulates", hint="return np.sum((prediction - label)**2), without +=", families=("state",)
)
class Accumulates(L2Loss):
    """The losses of all batches add up.

    forward adds to an attribute and returns it. The first batch is right, every later one contains all losses before
    it.
    """

    total = 0.0

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        self.total += super().forward(prediction_tensor, label_tensor)
        return self.total
