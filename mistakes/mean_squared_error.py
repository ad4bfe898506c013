"""Mean of squared errors: mistakes."""

from __future__ import annotations

import numpy as np

from ..framework import MeanSquaredError
from ..framework.validation import Tensor
from .registry import Declare

LOSS = "np.mean((prediction - label)**2)"
GRADIENT = "2 * (prediction - label) / prediction.size"

mistake = Declare(families=("gradient",), prefix="mean-")


class MeanOfSquares(MeanSquaredError):  # noqa: N818 - the base class is no exception either
    """What these mistakes are made of."""


@mistake(hint=LOSS, families=("value",))
class Sum(MeanOfSquares):
    """Loss and gradient are those of the sum.

    np.sum stands for np.mean in both: the loss grows with the batch, and the steps with it.
    """

    def _factor(self, prediction: Tensor) -> float:
        del prediction
        return 1.0


@mistake(hint=LOSS, families=("value",), cases=("9-by-4", "image", "square", "one-feature"))
class OfFeaturesOnly(MeanOfSquares):
    """The mean runs over the features, but the sum over the batch.

    np.mean(..., axis=1).sum() depends on the batch size, which a mean should not.
    """

    def _factor(self, prediction: Tensor) -> float:
        return super()._factor(prediction) * len(prediction)


@mistake(hint=LOSS, families=("value", "gradient"))
class Absolute(MeanOfSquares):
    """The differences are not squared.

    The mean of absolute differences is another loss, whose gradient is the sign of the difference.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        super().forward(prediction_tensor, label_tensor)
        return float(np.mean(np.abs(prediction_tensor - label_tensor)))


@mistake(hint=LOSS, families=("value", "gradient"))
class Variance(MeanOfSquares):
    """The variance of the differences is returned.

    np.var subtracts their mean first, so a prediction that is wrong by the same number everywhere costs nothing.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        super().forward(prediction_tensor, label_tensor)
        return float(np.var(prediction_tensor - label_tensor))


@mistake(hint=GRADIENT)
class BackwardSum(MeanOfSquares):
    """The loss is a mean, its gradient that of the sum.

    The gradient is too large by the number of entries.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        return super().backward(label_tensor) * label_tensor.size


@mistake(hint=GRADIENT, cases=("9-by-4", "image", "square", "batch-1"))
class BackwardOverBatch(MeanOfSquares):
    """The mean runs over everything, that of the gradient over the batch alone.

    With one feature both are the same; with more the gradient is too large by their number.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        return super().backward(label_tensor) * (label_tensor.size / len(label_tensor))


@mistake(hint=GRADIENT, families=("contract",))
class FirstSizeKept(MeanOfSquares):
    """The number of entries is that of the first batch.

    It is stored once, so a last batch that is smaller gets a mean that is too small.
    """

    size = 0

    def _factor(self, prediction: Tensor) -> float:
        self.size = self.size or prediction.size
        return 1 / self.size


@mistake(hint="d = prediction - label, which makes a new array", families=("contract",))
class WritesIntoLabel(MeanOfSquares):
    """Backward changes the label of its caller.

    np.subtract(prediction, label, out=label) saves an array, and spoils the data of the next epoch.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        gradient = super().backward(label_tensor)
        label_tensor[...] = gradient
        return gradient
