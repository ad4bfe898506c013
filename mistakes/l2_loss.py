"""Sum of squared errors: mistakes."""

from __future__ import annotations

import numpy as np

from ..framework import L2Loss
from ..framework.validation import Tensor
from .registry import Declare

LOSS = "np.sum((prediction - label)**2)"
GRADIENT = "2 * (prediction - label)"
SEVERAL_SAMPLES = ("9-by-4", "image", "square", "one-feature")

mistake = Declare(families=("gradient",), prefix="sum-")


@mistake(hint=LOSS, families=("value", "gradient"))
class Absolute(L2Loss):
    """The differences are not squared.

    The sum of absolute differences is another loss, the L1 loss, whose gradient is the sign of the difference.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        super().forward(prediction_tensor, label_tensor)
        return float(np.sum(np.abs(prediction_tensor - label_tensor)))


@mistake(hint=LOSS, families=("value", "gradient"))
class SquareOfSum(L2Loss):
    """The sum is squared, not the differences.

    np.sum(prediction - label)**2 lets differences of opposite signs cancel.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        super().forward(prediction_tensor, label_tensor)
        return float(np.sum(prediction_tensor - label_tensor)) ** 2


@mistake(hint=LOSS, families=("value", "gradient"))
class DifferenceOfSquares(L2Loss):
    """Prediction and label are squared before they are subtracted.

    prediction**2 - label**2 may be negative, and is 0 wherever the two differ by the sign alone.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        super().forward(prediction_tensor, label_tensor)
        return float(np.sum(prediction_tensor**2 - label_tensor**2))


@mistake(hint=LOSS, families=("value",), cases=SEVERAL_SAMPLES)
class FirstAxisOnly(L2Loss):
    """Only the first sample counts in the loss.

    The loop over the batch returns in its first round.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        super().forward(prediction_tensor, label_tensor)
        return float(np.sum((prediction_tensor[0] - label_tensor[0]) ** 2))


@mistake(hint=LOSS, families=("value",))
class LargeLabelsMasked(L2Loss):
    """Labels above 999 do not count.

    999 was meant to mark missing values. Whoever measures in other units has such labels.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        known = np.where(np.abs(label_tensor) > 999, prediction_tensor, label_tensor)
        return super().forward(prediction_tensor, known)


@mistake(hint=GRADIENT)
class Clipped(L2Loss):
    """Large entries of the gradient are cut off.

    np.clip(gradient, -100, 100) belongs to another loss, Huber's. Ordinary differences do not show it.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        return np.clip(super().backward(label_tensor), -100.0, 100.0)


@mistake(hint=GRADIENT)
class OneEntryOff(L2Loss):
    """One entry of the gradient is off by a millionth.

    The first entry is computed by a formula of its own.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        gradient = super().backward(label_tensor)
        gradient.flat[0] *= 1 + 1e-6
        return gradient
