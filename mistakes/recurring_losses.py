"""Mistakes that recur on several losses."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..framework import CrossEntropyLoss, L2Loss, LinearOutput, MeanSquaredError, SoftMaxCrossEntropyLoss, SoftmaxOutput
from ..framework.validation import Tensor
from .in_front import RightLoss
from .registry import Declare, On

recurring = Declare(families=("gradient",))


@recurring.on(
    On(
        CrossEntropyLoss,
        hint="-label / (prediction + eps), with the minus",
        title="the minus of the gradient is missing",
        explanation="Every step makes the right class less probable.",
    ),
    On(L2Loss, name="sum-backward-sign", hint="2 * (prediction - label)"),
    On(
        LinearOutput,
        name="linear-backward-sign",
        hint="(Y_pred - Y) / len(Y), or Y_pred - Y if the layers divide by the batch",
    ),
    On(MeanSquaredError, name="mean-backward-sign", hint="2 * (prediction - label) / prediction.size"),
    On(SoftMaxCrossEntropyLoss, hint="softmax(x) - label, not label - softmax(x)"),
    On(SoftmaxOutput, hint="(softmax(x) - Y) / len(Y), or softmax(x) - Y if the layers divide by the batch"),
)
class BackwardSign(RightLoss):
    """The difference in backward is the wrong way round.

    label - prediction points downhill already; gradient descent subtracts it and climbs.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        return -super().backward(label_tensor)


@recurring.on(
    On(CrossEntropyLoss, cases=("9-by-4", "square")),
    On(
        L2Loss,
        name="sum-backward-mean",
        hint="2 * (prediction - label)",
        cases=("9-by-4", "image", "square", "one-feature"),
    ),
    On(SoftMaxCrossEntropyLoss, cases=("9-by-4", "square", "two-classes")),
    hint="divide by len(label) in both forward and backward, or in neither (the sum)",
)
class ForwardSumBackwardMean(RightLoss):
    """The loss is a sum over the batch, its gradient that of the mean.

    Either is allowed, the mixture is not: the gradient is too small by the batch size.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        return super().backward(label_tensor) / len(label_tensor)


@recurring.on(
    On(
        LinearOutput,
        name="linear-divided-twice",
        hint="(Y_pred - Y) / len(Y), or Y_pred - Y if the layers divide by the batch",
        cases=("9-by-4", "image", "square", "one-feature"),
    ),
    On(
        SoftmaxOutput,
        hint="(softmax(x) - Y) / len(Y), or softmax(x) - Y if the layers divide by the batch",
        cases=("9-by-4", "square", "two-classes"),
    ),
)
class DividedTwice(ForwardSumBackwardMean):
    """The gradient is divided by the batch size twice.

    The difference is averaged, and what is returned is divided once more: too small by the batch size.
    """


@recurring.on(
    On(CrossEntropyLoss, cases=("9-by-4", "square")),
    On(SoftMaxCrossEntropyLoss, cases=("9-by-4", "square", "two-classes")),
    hint="divide by len(label) in both forward and backward, or in neither (the sum)",
)
class ForwardMeanBackwardSum(RightLoss):
    """The loss is a mean over the batch, its gradient that of the sum.

    Either is allowed, the mixture is not: the gradient is too large by the batch size.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        return super().forward(prediction_tensor, label_tensor) / len(prediction_tensor)


@recurring.on(
    On(L2Loss, name="sum-two-missing", hint="2 * (prediction - label)"),
    On(MeanSquaredError, name="mean-two-missing", hint="2 * (prediction - label) / prediction.size"),
)
class TwoMissing(RightLoss):
    """The factor 2 of the gradient is missing.

    The derivative of the square is twice the difference. Without the 2 it belongs to half of the loss.
    """

    def backward(self, label_tensor: Tensor) -> Tensor:
        return super().backward(label_tensor) / 2


@recurring.on(
    On(
        L2Loss,
        name="sum-root",
        hint="np.sum((prediction - label)**2)",
        explanation=(
            "np.linalg.norm takes the root of the sum of squares. 2 * (prediction - label) is not its gradient."
        ),
    ),
    On(
        MeanSquaredError,
        name="mean-root",
        hint="np.mean((prediction - label)**2)",
        title="the root of the mean is returned",
        explanation="The root mean square is a good number to print; its gradient is another one.",
    ),
    families=("value", "gradient"),
)
class Root(RightLoss):
    """The root of the sum is returned."""

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        return float(np.sqrt(super().forward(prediction_tensor, label_tensor)))


@recurring.on(
    On(CrossEntropyLoss, hint="return -np.sum(label_tensor * np.log(prediction_tensor + eps)), without +="),
    On(L2Loss, name="sum-accumulates", hint="return np.sum((prediction - label)**2), without +="),
    On(SoftMaxCrossEntropyLoss, hint="return -np.sum(...), without +="),
    families=("state",),
)
class LossAccumulates(RightLoss):
    """The losses of all batches add up.

    forward adds to an attribute and returns it. The first batch is right, every later one contains all losses before
    it.
    """

    total = 0.0

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        self.total += super().forward(prediction_tensor, label_tensor)
        return self.total


@recurring.on(
    On(
        CrossEntropyLoss,
        hint="prediction = prediction_tensor + eps, which makes a new array, not prediction_tensor += eps",
    ),
    On(L2Loss, name="sum-writes-into-prediction", hint="d = prediction - label, which makes a new array, not -="),
    families=("contract",),
)
class WritesIntoPrediction(RightLoss):
    """Forward changes the prediction of its caller.

    It writes into the array that the layer before has returned and may still need.
    """

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        loss = super().forward(prediction_tensor, label_tensor)
        prediction_tensor -= label_tensor
        return loss


@recurring.on(
    On(CrossEntropyLoss, kept="_prediction", hint="self.prediction = prediction_tensor in every forward, without `if`"),
    On(
        L2Loss,
        name="sum-first-prediction-kept",
        kept="_prediction",
        hint="self.prediction = prediction in every forward, without `if`",
    ),
    On(SoftMaxCrossEntropyLoss, kept="_probabilities", hint="self.softmax = softmax(x) in every forward, without `if`"),
    families=("contract",),
)
class FirstPredictionKept(RightLoss):
    """Backward uses the prediction of the very first forward.

    The prediction is stored only if none is stored yet, so every later batch gets the gradient of the first one.
    """

    kept: str

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        first = getattr(self, self.kept)
        loss = super().forward(prediction_tensor, label_tensor)
        if first is not None:
            setattr(self, self.kept, first)
        return loss


@recurring.on(
    On(CrossEntropyLoss, kept="_prediction", hint="self.prediction = ..., not CrossEntropyLoss.prediction = ..."),
    On(
        L2Loss, name="sum-state-on-class", kept="_prediction", hint="self.prediction = ..., not L2Loss.prediction = ..."
    ),
    On(
        SoftMaxCrossEntropyLoss,
        kept="_probabilities",
        hint="self.softmax = ..., not SoftMaxCrossEntropyLoss.softmax = ...",
    ),
    families=("contract",),
)
class StateOnClass(RightLoss):
    """All losses share one stored prediction.

    It is stored on the class, so a second loss, say one for validation, overwrites what the first one's backward
    needs.
    """

    kept: str
    latest: ClassVar[Any]

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        loss = super().forward(prediction_tensor, label_tensor)
        type(self).latest = getattr(self, self.kept)
        return loss

    def backward(self, label_tensor: Tensor) -> Tensor:
        setattr(self, self.kept, self.latest)
        return super().backward(label_tensor)
