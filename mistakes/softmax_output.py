"""Softmax and mean cross-entropy in one: mistakes."""

from __future__ import annotations

import numpy as np

from ..framework import SoftmaxOutput
from ..framework.validation import Tensor
from .registry import Declare

LOSS = "-np.sum(Y * np.log(softmax(x) + 1e-10)) / len(Y)"
GRADIENT = "(softmax(x) - Y) / len(Y), or softmax(x) - Y if the layers divide by the batch"
SEVERAL_SAMPLES = ("9-by-4", "square", "two-classes")

mistake = Declare(families=("value",))


@mistake(hint=LOSS, cases=SEVERAL_SAMPLES)
class Sum(SoftmaxOutput):
    """The loss is summed over the batch.

    It should be the mean, so that it does not depend on how large the batches are.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        return super().forward(prediction_tensor, label_tensor) * len(label_tensor)


@mistake(hint=LOSS)
class MeanOfAllEntries(SoftmaxOutput):
    """The loss is averaged over the classes too.

    np.mean of the products divides by batch size times number of classes: sum over the classes first.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        return super().forward(prediction_tensor, label_tensor) / int(label_tensor.shape[1])


@mistake(hint=LOSS, families=("value", "gradient"))
class SoftmaxMissing(SoftmaxOutput):
    """The loss takes the logarithm of the scores.

    The softmax is forgotten in the loss, so scores are taken for probabilities; of negative ones there is no logarithm.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        super().forward(prediction_tensor, label_tensor)
        shares = np.abs(prediction_tensor) + self.epsilon
        return float(-np.sum(label_tensor * np.log(shares))) / len(label_tensor)


@mistake(hint=LOSS, families=("value", "gradient"))
class SoftmaxTwice(SoftmaxOutput):
    """The softmax is applied twice.

    fprop returns probabilities already; taking the softmax of them again makes all classes nearly equal.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        super().forward(prediction_tensor, label_tensor)
        again = self.predict(self.predict(prediction_tensor))
        return float(-np.sum(label_tensor * np.log(again + self.epsilon))) / len(label_tensor)


@mistake(hint="np.exp(x - x.max(axis=1, keepdims=True))", families=("value", "gradient"))
class Overflow(SoftmaxOutput):
    """Large scores overflow.

    The exponential is taken of the scores as they are. Above 709 it is infinite, and infinity over infinity is NaN.
    """

    def predict(self, prediction_tensor: Tensor) -> Tensor:
        powers: Tensor = np.exp(prediction_tensor)
        result: Tensor = powers / powers.sum(axis=1, keepdims=True)
        return result


@mistake(hint=GRADIENT, families=("gradient",))
class DividedByClasses(SoftmaxOutput):
    """The gradient is divided by the number of classes.

    Y.shape[1] stands where Y.shape[0], the batch size, should.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        result: Tensor = super().backward(label_tensor) * len(label_tensor) / label_tensor.shape[1]
        return result


@mistake(hint=GRADIENT, families=("gradient",))
class BackwardOfProbabilities(SoftmaxOutput):
    """The gradient is that with respect to the probabilities.

    -Y / softmax leaves out the derivative of the softmax, through which the scores go first.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        probabilities = self._of_latest_forward(self._probabilities)
        result: Tensor = -label_tensor / (probabilities + self.epsilon) / len(label_tensor)
        return result


@mistake(hint=GRADIENT, families=("contract",))
class MixedScales(SoftmaxOutput):
    """The gradient is averaged in the first call only.

    Later calls return the sum over the batch: the division stands in an `if` that is true once.
    """

    again = False

    def backward(self, label_tensor: Tensor) -> Tensor:
        factor = len(label_tensor) if self.again else 1
        self.again = True
        return super().backward(label_tensor) * factor


@mistake(hint="d = softmax(x) - Y, which makes a new array, not Y -= ...", families=("contract",))
class WritesIntoTarget(SoftmaxOutput):
    """Backward changes the target of its caller.

    The difference is written into Y, which the next epoch needs again.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        gradient = super().backward(label_tensor)
        label_tensor *= -1.0
        return gradient


@mistake(hint="fprop: return softmax(x)")
class PredictsScores(SoftmaxOutput):
    """The output layer hands the scores through.

    The softmax is in the loss only, so the network's output is no probability.
    """

    _inside = False

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        self._inside = True
        loss = super().forward(prediction_tensor, label_tensor)
        self._inside = False
        return loss

    def predict(self, prediction_tensor: Tensor) -> Tensor:
        return super().predict(prediction_tensor) if self._inside else prediction_tensor.copy()
