"""Cross-entropy loss: mistakes."""

from __future__ import annotations

import numpy as np

from ..framework import CrossEntropyLoss
from ..framework.validation import Tensor
from .registry import Declare

SEVERAL_SAMPLES = ("9-by-4", "square")

mistake = Declare(families=("gradient",))


@mistake(hint="loss = -np.sum(label * np.log(prediction + eps)), with the minus", families=("value", "gradient"))
class Sign(CrossEntropyLoss):
    """The minus of the loss is missing.

    Logarithms of probabilities are negative, so the loss is negative and falls as predictions get worse.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        return -super().forward(prediction_tensor, label_tensor)


@mistake(
    hint="np.sum(...), or np.sum(...) / batch_size; never divide by the number of classes",
    families=("value", "gradient"),
)
class MeanOfAllEntries(CrossEntropyLoss):
    """The loss is averaged over the classes too.

    np.mean divides by batch size times number of classes. All but one entry of a row are 0 because of the label, so
    this is no mean of losses.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        return super().forward(prediction_tensor, label_tensor) / prediction_tensor.size


@mistake(hint="-label / (prediction + eps) makes a new array", families=("contract",))
class GradientOverPrediction(CrossEntropyLoss):
    """Backward divides within the array that forward was given.

    The gradient is right, and stands where the prediction stood: the array is the output of the layer before, whose
    backward still needs it.
    """

    _given: Tensor | None = None

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        self._given = prediction_tensor
        return super().forward(prediction_tensor, label_tensor)

    def backward(self, label_tensor: Tensor) -> Tensor:
        gradient = super().backward(label_tensor)
        given = self._of_latest_forward(self._given)
        given[...] = gradient
        return gradient


@mistake(hint="np.log(...), the natural logarithm", families=("value", "gradient"))
class Log2(CrossEntropyLoss):
    """The logarithm has base 2.

    np.log2 makes the loss larger by 1 / log(2), about 1.44, and -label / prediction is not its gradient.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        return super().forward(prediction_tensor, label_tensor) / float(np.log(2.0))


@mistake(hint="-label / (prediction + np.finfo(float).eps)", families=("value",))
class EpsilonMissingInBackward(CrossEntropyLoss):
    """A probability of 0 makes the gradient infinite or NaN.

    forward adds an epsilon, backward divides by the bare prediction: 0 / 0 where the label is 0 as well.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        assert self._prediction is not None  # noqa: S101 - forward comes first
        result: Tensor = -label_tensor / (self._prediction - self.epsilon)
        return result


@mistake(
    hint="-np.sum(label * np.log(prediction + eps)), without the term of 1 - label", families=("value", "gradient")
)
class WrongClassesCounted(CrossEntropyLoss):
    """The classes that are not the label's count as well.

    (1 - label) * log(1 - prediction) belongs to the binary cross-entropy of independent outputs. With one label per
    sample only the label's probability counts.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        others = (1 - label_tensor) * np.log(1 - prediction_tensor + self.epsilon)
        return super().forward(prediction_tensor, label_tensor) - float(np.sum(others))


@mistake(hint="sum over the batch as well: np.sum(...) without axis", families=("contract",), cases=SEVERAL_SAMPLES)
class LossPerSample(CrossEntropyLoss):
    """Forward returns one loss per sample.

    The sum runs over axis 1 only. The loss of a batch is one number.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        super().forward(prediction_tensor, label_tensor)
        losses: Tensor = -np.sum(label_tensor * np.log(prediction_tensor + self.epsilon), axis=1)
        return losses  # type: ignore[return-value]  # that is the mistake


@mistake(hint="-label / (prediction + eps): the softmax layer has its own backward")
class BackwardOfSoftmax(CrossEntropyLoss):
    """Backward contains the derivative of softmax.

    prediction - label is the gradient with respect to the scores before softmax. The loss gets probabilities, and the
    softmax layer multiplies by its own derivative afterwards: it is counted twice.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        assert self._prediction is not None  # noqa: S101 - forward comes first
        return self._prediction - label_tensor


@mistake(hint="-label / (prediction + eps), not -1 / (prediction + eps)")
class BackwardWithoutLabel(CrossEntropyLoss):
    """The gradient ignores the label.

    -1 / prediction at every class makes all classes more probable. Where the label is 0 the loss does not depend on
    the prediction, so the gradient is 0 there.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        return super().backward(np.ones_like(label_tensor))


@mistake(hint="divide by the prediction: -label / (prediction + eps)")
class BackwardOfLabel(CrossEntropyLoss):
    """The gradient does not divide by the prediction.

    -label is the gradient of -sum(label * prediction); the derivative of the logarithm, 1 / prediction, is missing.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        return -label_tensor
