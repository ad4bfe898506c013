"""Cross-entropy loss: mistakes."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ..framework import CrossEntropyLoss
from ..framework.validation import Tensor
from .registry import mistake

SEVERAL_SAMPLES = ("9-by-4", "square")


@mistake(
    "cross_entropy.sign",
    hint="loss = -np.sum(label * np.log(prediction + eps)), with the minus",
    families=("value", "gradient"),
)
class Sign(CrossEntropyLoss):
    """The minus of the loss is missing.

    Logarithms of probabilities are negative, so the loss is negative and falls as predictions get worse.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        return -super().forward(prediction_tensor, label_tensor)


@mistake(
    "cross_entropy.backward-sign",
    hint="-label / (prediction + eps), with the minus",
    families=("gradient",),
)
class BackwardSign(CrossEntropyLoss):
    """The minus of the gradient is missing.

    Every step makes the right class less probable.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        return -super().backward(label_tensor)


@mistake(
    "cross_entropy.forward-mean-backward-sum",
    hint="divide by len(label) in both forward and backward, or in neither (the sum)",
    families=("gradient",),
    cases=SEVERAL_SAMPLES,
)
class ForwardMeanBackwardSum(CrossEntropyLoss):
    """The loss is a mean over the batch, its gradient that of the sum.

    Either is allowed, the mixture is not: the gradient is too large by the batch size.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        return super().forward(prediction_tensor, label_tensor) / len(prediction_tensor)


@mistake(
    "cross_entropy.forward-sum-backward-mean",
    hint="divide by len(label) in both forward and backward, or in neither (the sum)",
    families=("gradient",),
    cases=SEVERAL_SAMPLES,
)
class ForwardSumBackwardMean(CrossEntropyLoss):
    """The loss is a sum over the batch, its gradient that of the mean.

    Either is allowed, the mixture is not: the gradient is too small by the batch size.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        return super().backward(label_tensor) / len(label_tensor)


@mistake(
    "cross_entropy.mean-of-all-entries",
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


@mistake(
    "cross_entropy.log2",
    hint="np.log(...), the natural logarithm",
    families=("value", "gradient"),
)
class Log2(CrossEntropyLoss):
    """The logarithm has base 2.

    np.log2 makes the loss larger by 1 / log(2), about 1.44, and -label / prediction is not its gradient.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        return super().forward(prediction_tensor, label_tensor) / float(np.log(2.0))


@mistake(
    "cross_entropy.epsilon-missing",
    hint="np.log(prediction + np.finfo(float).eps)",
    families=("value",),
)
class EpsilonMissing(CrossEntropyLoss):
    """A probability of 0 makes the loss infinite or NaN.

    log(0) is -inf, and 0 * -inf, which occurs wherever the label is 0, is NaN.
    """

    epsilon = 0.0


@mistake(
    "cross_entropy.epsilon-missing-in-backward",
    hint="-label / (prediction + np.finfo(float).eps)",
    families=("value",),
)
class EpsilonMissingInBackward(CrossEntropyLoss):
    """A probability of 0 makes the gradient infinite or NaN.

    forward adds an epsilon, backward divides by the bare prediction: 0 / 0 where the label is 0 as well.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        assert self._prediction is not None  # noqa: S101 - forward comes first
        result: Tensor = -label_tensor / (self._prediction - self.epsilon)
        return result


@mistake(
    "cross_entropy.epsilon-large",
    hint="np.log(prediction + np.finfo(float).eps)",
    families=("value",),
)
class EpsilonLarge(CrossEntropyLoss):
    """The epsilon is so large that it shows.

    With 1e-3 inside the logarithm a certain and right prediction has a negative loss.
    """

    epsilon = 1e-3


@mistake(
    "cross_entropy.wrong-classes-counted",
    hint="-np.sum(label * np.log(prediction + eps)), without the term of 1 - label",
    families=("value", "gradient"),
)
class WrongClassesCounted(CrossEntropyLoss):
    """The classes that are not the label's count as well.

    (1 - label) * log(1 - prediction) belongs to the binary cross-entropy of independent outputs. With one label per
    sample only the label's probability counts.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        others = (1 - label_tensor) * np.log(1 - prediction_tensor + self.epsilon)
        return super().forward(prediction_tensor, label_tensor) - float(np.sum(others))


@mistake(
    "cross_entropy.loss-per-sample",
    hint="sum over the batch as well: np.sum(...) without axis",
    families=("contract",),
    cases=SEVERAL_SAMPLES,
)
class LossPerSample(CrossEntropyLoss):
    """Forward returns one loss per sample.

    The sum runs over axis 1 only. The loss of a batch is one number.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        super().forward(prediction_tensor, label_tensor)
        losses: Tensor = -np.sum(label_tensor * np.log(prediction_tensor + self.epsilon), axis=1)
        return losses  # type: ignore[return-value]  # that is the mistake


@mistake(
    "cross_entropy.backward-of-softmax",
    hint="-label / (prediction + eps): the softmax layer has its own backward",
    families=("gradient",),
)
class BackwardOfSoftMax(CrossEntropyLoss):
    """Backward contains the derivative of softmax.

    prediction - label is the gradient with respect to the scores before softmax. The loss gets probabilities, and the
    softmax layer multiplies by its own derivative afterwards: it is counted twice.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        assert self._prediction is not None  # noqa: S101 - forward comes first
        return self._prediction - label_tensor


@mistake(
    "cross_entropy.backward-without-label",
    hint="-label / (prediction + eps), not -1 / (prediction + eps)",
    families=("gradient",),
)
class BackwardWithoutLabel(CrossEntropyLoss):
    """The gradient ignores the label.

    -1 / prediction at every class makes all classes more probable. Where the label is 0 the loss does not depend on
    the prediction, so the gradient is 0 there.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        return super().backward(np.ones_like(label_tensor))


@mistake(
    "cross_entropy.backward-of-label",
    hint="divide by the prediction: -label / (prediction + eps)",
    families=("gradient",),
)
class BackwardOfLabel(CrossEntropyLoss):
    """The gradient does not divide by the prediction.

    -label is the gradient of -sum(label * prediction); the derivative of the logarithm, 1 / prediction, is missing.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        return -label_tensor


@mistake(
    "cross_entropy.first-prediction-kept",
    hint="self.prediction = prediction_tensor in every forward, without `if`",
    families=("contract",),
)
class FirstPredictionKept(CrossEntropyLoss):
    """Backward uses the prediction of the very first forward.

    The prediction is stored only if none is stored yet, so every later batch gets the gradient of the first one.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        first = self._prediction
        loss = super().forward(prediction_tensor, label_tensor)
        self._prediction = self._prediction if first is None else first
        return loss


@mistake(
    "cross_entropy.writes-into-prediction",
    hint="prediction = prediction_tensor + eps, which makes a new array, not prediction_tensor += eps",
    families=("contract",),
)
class WritesIntoPrediction(CrossEntropyLoss):
    """Forward changes the prediction of its caller.

    prediction_tensor += eps writes into the array that the layer before has returned and may still need.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        loss = super().forward(prediction_tensor, label_tensor)
        prediction_tensor += self.epsilon
        return loss


@mistake(
    "cross_entropy.state-on-class",
    hint="self.prediction = ..., not CrossEntropyLoss.prediction = ...",
    families=("contract",),
)
class StateOnClass(CrossEntropyLoss):
    """All losses share one stored prediction.

    It is stored on the class, so a second loss, say one for validation, overwrites what the first one's backward
    needs.
    """

    latest: ClassVar[Tensor | None]

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        loss = super().forward(prediction_tensor, label_tensor)
        type(self).latest = self._prediction
        return loss

    def backward(self, label_tensor: Tensor) -> Tensor:
        self._prediction = self.latest
        return super().backward(label_tensor)
