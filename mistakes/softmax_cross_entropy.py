"""Softmax and cross-entropy in one: mistakes."""

from __future__ import annotations

import numpy as np

from ..framework import SoftMaxCrossEntropyLoss
from ..framework.validation import Tensor
from .registry import Declare

STABLE = "x - max - np.log(np.sum(np.exp(x - max))), the logarithm of the softmax, simplified on paper"
SEVERAL_SAMPLES = ("9-by-4", "square", "two-classes")

mistake = Declare(families=("gradient",))


def _softmax(scores: Tensor) -> Tensor:
    powers: Tensor = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Tensor = powers / powers.sum(axis=1, keepdims=True)
    return result


@mistake(hint=STABLE, families=("value", "gradient"))
class Overflow(SoftMaxCrossEntropyLoss):
    """Large scores overflow.

    The exponential is taken of the scores as they are. Above 709 it is infinite, and infinity over infinity is NaN.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        powers = np.exp(prediction_tensor)
        self._probabilities = powers / powers.sum(axis=1, keepdims=True)
        return float(-np.sum(label_tensor * np.log(self._probabilities)))


@mistake(hint=STABLE, families=("value",))
class LogarithmOfZero(SoftMaxCrossEntropyLoss):
    """The logarithm is taken of a probability that has become 0.

    The exponential of a score far below the largest one underflows, and the logarithm of 0 is infinite. Simplified,
    the logarithm of the softmax needs no such quotient.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        super().forward(prediction_tensor, label_tensor)
        chosen = _softmax(prediction_tensor)[label_tensor == 1]
        return float(-np.sum(np.log(chosen)))


@mistake(hint=STABLE, families=("value",))
class Epsilon(SoftMaxCrossEntropyLoss):
    """An epsilon in the logarithm bounds the loss.

    log(softmax + eps) is finite, but never below log(eps): a badly wrong prediction costs 36, whatever its scores are.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        super().forward(prediction_tensor, label_tensor)
        return float(-np.sum(label_tensor * np.log(_softmax(prediction_tensor) + np.finfo(float).eps)))


@mistake(hint=STABLE, families=("value",))
class Clipped(SoftMaxCrossEntropyLoss):
    """The probabilities are clipped before the logarithm.

    np.clip(p, 1e-7, 1 - 1e-7) changes the loss of every prediction that is nearly certain, right or wrong.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        super().forward(prediction_tensor, label_tensor)
        clipped = np.clip(_softmax(prediction_tensor), 1e-7, 1 - 1e-7)
        return float(-np.sum(label_tensor * np.log(clipped)))


@mistake(
    hint="scores - scores.max(axis=1, keepdims=True), the maximum of each row",
    families=("value",),
    cases=SEVERAL_SAMPLES,
)
class MaximumOfBatch(SoftMaxCrossEntropyLoss):
    """The scores are shifted by the largest one of the whole batch.

    A sample whose scores are all far below those of another one underflows completely: 0 over 0.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        powers = np.exp(prediction_tensor - prediction_tensor.max())
        sums = powers.sum(axis=1, keepdims=True)
        self._probabilities = powers / sums
        differences = prediction_tensor - prediction_tensor.max() - np.log(sums)
        return float(-np.sum(differences[label_tensor == 1]))


@mistake(hint="np.sum(np.exp(x), axis=1, keepdims=True): over the classes of each sample", families=("value",))
class NormalisedOverBatch(SoftMaxCrossEntropyLoss):
    """The softmax runs over the batch.

    The sum is taken along axis 0, so the probabilities of each class add up to 1 over the samples.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        super().forward(prediction_tensor, label_tensor)
        self._probabilities = _softmax(prediction_tensor.T).T
        return float(-np.sum(label_tensor * np.log(self._probabilities)))


@mistake(hint="np.sum(...), or np.sum(...) / batch_size; never divide by the number of classes", families=("value",))
class MeanOfAllEntries(SoftMaxCrossEntropyLoss):
    """Loss and gradient are averaged over the classes too.

    np.mean divides by batch size times number of classes. All but one entry of a row are 0 because of the label, so
    this is no mean of losses.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        return super().forward(prediction_tensor, label_tensor) / prediction_tensor.size

    def backward(self, label_tensor: Tensor) -> Tensor:
        return super().backward(label_tensor) / label_tensor.size


@mistake(hint="softmax(x) - label")
class BackwardOfCrossEntropy(SoftMaxCrossEntropyLoss):
    """The derivative of the softmax is missing.

    -label / softmax is the gradient with respect to the probabilities. The scores go through the softmax first.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        result: Tensor = -label_tensor / self._of_latest_forward(self._probabilities)
        return result


@mistake(hint="softmax(x) - label: every score changes the probability of every class")
class DiagonalOnly(SoftMaxCrossEntropyLoss):
    """Only the score of the right class gets a gradient.

    The softmax is differentiated entry by entry. But the other scores are in its denominator, and push as well.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        return super().backward(label_tensor) * label_tensor


@mistake(hint="return softmax(x) - label, without working on single entries")
class OneEntryOff(SoftMaxCrossEntropyLoss):
    """One entry of the gradient is off by a millionth.

    The last entry is computed from the others and a rounded constant, so that the row adds up to nearly 0.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        gradient = super().backward(label_tensor)
        gradient[-1, -1] *= 1 + 1e-6
        return gradient


@mistake(hint="return softmax(x) - label for all rows", cases=SEVERAL_SAMPLES)
class OnlyFirstSample(SoftMaxCrossEntropyLoss):
    """Only the first sample gets a gradient.

    It was written and tried with a batch of 1, and writes into row 0 of an array of zeros.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        gradient = super().backward(label_tensor)
        gradient[1:] = 0.0
        return gradient
