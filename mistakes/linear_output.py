"""Half of the mean squared error of a linear output: mistakes."""

from __future__ import annotations

import numpy as np

from ..framework import LinearOutput
from ..framework.validation import Tensor
from .registry import Declare

LOSS = "np.mean(np.sum(0.5 * (Y_pred - Y)**2, axis=1))"
GRADIENT = "(Y_pred - Y) / len(Y), or Y_pred - Y if the layers divide by the batch"
SEVERAL_FEATURES = ("9-by-4", "image", "square", "batch-1")
SEVERAL_SAMPLES = ("9-by-4", "image", "square", "one-feature")

mistake = Declare(families=("gradient",), prefix="linear-")


@mistake(hint=LOSS, families=("value",))
class HalfMissing(LinearOutput):
    """The half is missing in loss and gradient.

    Half of the square is asked for, so that the 2 of its derivative cancels.
    """

    def _factor(self, prediction: Tensor) -> float:
        return 2 * super()._factor(prediction)


@mistake(hint=LOSS, families=("value", "gradient"))
class HalfMissingInForward(LinearOutput):
    """The half is missing in the loss alone.

    The gradient belongs to half of the squared error, the loss is all of it.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        return 2 * super().forward(prediction_tensor, label_tensor)


@mistake(hint=GRADIENT)
class TwoLeft(LinearOutput):
    """The gradient has a factor 2 too many.

    The 2 of the derivative and the half of the loss cancel.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        return 2 * super().backward(label_tensor)


@mistake(hint=LOSS, families=("value",), cases=SEVERAL_SAMPLES)
class Sum(LinearOutput):
    """The loss is summed over the batch.

    It should be the mean, so that it does not depend on how large the batches are.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        return super().forward(prediction_tensor, label_tensor) * len(prediction_tensor)


@mistake(hint=LOSS, families=("value",), cases=SEVERAL_FEATURES)
class MeanOfFeatures(LinearOutput):
    """The mean runs over the features too.

    np.mean without the sum over axis 1 divides by the number of features as well.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        return super().forward(prediction_tensor, label_tensor) * len(prediction_tensor) / prediction_tensor.size


@mistake(hint=GRADIENT, cases=SEVERAL_FEATURES)
class DividedByEntries(LinearOutput):
    """The gradient is divided by the number of entries.

    np.mean over everything stands where the mean over the batch should.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        return super().backward(label_tensor) * (len(label_tensor) / label_tensor.size)


@mistake(hint=GRADIENT)
class Rectified(LinearOutput):
    """The gradient goes through a rectifier.

    The output is linear, so where the prediction is negative the gradient is the same as elsewhere.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        result: Tensor = super().backward(label_tensor) * (self._of_latest_forward(self._prediction) > 0)
        return result


@mistake(hint=GRADIENT, cases=SEVERAL_SAMPLES)
class AveragedGradient(LinearOutput):
    """Every sample gets the mean gradient of the batch.

    np.mean over axis 0 leaves one row, which is then repeated: what distinguishes the samples is lost.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        gradient = super().backward(label_tensor)
        return np.broadcast_to(gradient.mean(axis=0), gradient.shape).copy()


@mistake(hint="divide by len(Y), the size of this batch", families=("state",))
class SamplesAddUp(LinearOutput):
    """The loss is divided by the number of samples seen so far.

    The batch sizes add up in an attribute, so the losses of later batches become smaller and smaller.
    """

    seen = 0

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        self.seen += len(prediction_tensor)
        return super().forward(prediction_tensor, label_tensor) * len(prediction_tensor) / self.seen
