"""Right losses, activations, initializers and optimizers in other styles than the framework's."""

from __future__ import annotations

from typing import Any

import numpy as np

from backproof import framework
from backproof.framework.validation import Weights
from backproof.specs import Array

# Softmax and cross-entropy in one.


class MeanOfScores(framework.SoftMaxCrossEntropyLoss):
    """Loss and gradient are means over the batch."""

    def forward(self, prediction_tensor: Array, label_tensor: Array) -> float:
        return super().forward(prediction_tensor, label_tensor) / len(label_tensor)

    def backward(self, label_tensor: Array) -> Array:
        return super().backward(label_tensor) / len(label_tensor)


class MeanOfScoresSummedGradient(MeanOfScores):
    """A mixture: the loss is a mean, its gradient that of the sum."""

    def backward(self, label_tensor: Array) -> Array:
        return super().backward(label_tensor) * len(label_tensor)


class LogSumExp(framework.SoftMaxCrossEntropyLoss):
    """The logarithm of the sum, less the score of the label; the softmax by way of it."""

    def forward(self, prediction_tensor: Array, label_tensor: Array) -> float:
        highest = prediction_tensor.max(axis=1)
        self._logarithms = highest + np.log(np.exp(prediction_tensor - highest[:, None]).sum(axis=1))
        self._scores = prediction_tensor.copy()
        return float(np.sum(self._logarithms - prediction_tensor[label_tensor == 1]))

    def backward(self, label_tensor: Array) -> Array:
        gradient: Array = np.exp(self._scores - self._logarithms[:, None]) - label_tensor
        return gradient


class SampleBySample(framework.SoftMaxCrossEntropyLoss):
    """Loops, and labels turned into numbers of classes; the entry of the label loses 1."""

    def forward(self, prediction_tensor: Array, label_tensor: Array) -> float:
        self._rows = []
        total = 0.0
        for scores, label in zip(prediction_tensor, label_tensor.argmax(axis=1), strict=True):
            shifted = scores - max(scores)
            logarithms = shifted - np.log(np.sum(np.exp(shifted)))
            total -= float(logarithms[label])
            self._rows.append(np.exp(logarithms))
        return total

    def backward(self, label_tensor: Array) -> Array:
        gradient = np.array(self._rows)
        gradient[np.arange(len(gradient)), label_tensor.argmax(axis=1)] -= 1
        return gradient


# The same with an epsilon, averaged.


class SummedGradient(framework.SoftmaxOutput):
    """Backward leaves the division by the batch to the layers."""

    def backward(self, label_tensor: Array) -> Array:
        return super().backward(label_tensor) * len(label_tensor)


class GradientWithEpsilon(framework.SoftmaxOutput):
    """The epsilon is differentiated too."""

    def backward(self, label_tensor: Array) -> Array:
        p = np.sum(self._of_latest_forward(self._probabilities) * label_tensor, axis=1, keepdims=True)
        gradient: Array = super().backward(label_tensor) * (p / (p + self.epsilon))
        return gradient


class ClippedProbabilities(framework.SoftmaxOutput):
    """The larger one of probability and epsilon, differentiated as autograd does it."""

    def forward(self, prediction_tensor: Array, label_tensor: Array) -> float:
        super().forward(prediction_tensor, label_tensor)
        p = np.maximum(self._of_latest_forward(self._probabilities), self.epsilon)
        return float(-np.sum(label_tensor * np.log(p)) / len(label_tensor))

    def backward(self, label_tensor: Array) -> Array:
        p = np.sum(self._of_latest_forward(self._probabilities) * label_tensor, axis=1, keepdims=True)
        gradient: Array = super().backward(label_tensor) * (p > self.epsilon)
        return gradient


class SmallerEpsilon(framework.SoftmaxOutput):
    epsilon = 1e-12


class WithoutEpsilon(framework.SoftmaxOutput):
    """The logarithm is simplified, so there is nothing to keep finite."""

    def forward(self, prediction_tensor: Array, label_tensor: Array) -> float:
        super().forward(prediction_tensor, label_tensor)
        return framework.SoftMaxCrossEntropyLoss().forward(prediction_tensor, label_tensor) / len(label_tensor)


class GradientByBatchSize(framework.SoftmaxOutput):
    """A mixture: averaged for even batch sizes, summed for odd ones."""

    def backward(self, label_tensor: Array) -> Array:
        return super().backward(label_tensor) * (len(label_tensor) if len(label_tensor) % 2 else 1)


# Squared errors.


def scaled(base: Any, factor: float | str) -> Any:
    """The loss with its loss and gradient times a factor, or divided by the number of `samples` or `features`."""

    class Scaled(base):  # type: ignore[misc]  # the base is an argument
        def _factor(self, prediction: Array) -> float:
            counts = {"1/samples": 1 / len(prediction), "features": prediction.size / len(prediction)}
            known: float = super()._factor(prediction)
            return known * (counts[factor] if isinstance(factor, str) else factor)

    return Scaled


class SummedSquares(framework.LinearOutput):
    """Backward leaves the division by the batch to the layers."""

    def backward(self, label_tensor: Array) -> Array:
        return super().backward(label_tensor) * len(label_tensor)


class ScaleByFeatures(framework.LinearOutput):
    """A mixture: averaged for few features, summed for more."""

    def backward(self, label_tensor: Array) -> Array:
        return super().backward(label_tensor) * (len(label_tensor) if label_tensor[0].size > 3 else 1)


class Expanded(framework.L2Loss):
    """p² - 2 p t + t², and the difference in backward as a sum of products."""

    def forward(self, prediction_tensor: Array, label_tensor: Array) -> float:
        super().forward(prediction_tensor, label_tensor)
        p, t = prediction_tensor, label_tensor
        return float(np.sum(p * p) - 2 * np.sum(p * t) + np.sum(t * t))


class HalfInForwardAlone(framework.L2Loss):
    """A mixture: half of the loss, the gradient of all of it."""

    def forward(self, prediction_tensor: Array, label_tensor: Array) -> float:
        return super().forward(prediction_tensor, label_tensor) / 2


class OverBatchInForwardAlone(framework.MeanSquaredError):
    """A mixture: the loss is a mean over the batch, its gradient that of the mean over everything."""

    def forward(self, prediction_tensor: Array, label_tensor: Array) -> float:
        features = prediction_tensor.size / len(prediction_tensor)
        return super().forward(prediction_tensor, label_tensor) * features


# Layers, an initializer.


class HandsThrough(framework.Identity):
    """Returns the very arrays that it is given."""

    def forward(self, input_tensor: Array) -> Array:
        return input_tensor

    def backward(self, error_tensor: Array) -> Array:
        return error_tensor


class TableOfFunctions(framework.Activation):
    """Functions and derivatives of the input, by name; the derivative of the rectifier at 0 is 1."""

    def __init__(self, name: str | None) -> None:
        super().__init__(name)
        self._name = name

    def forward(self, input_tensor: Array) -> Array:
        self._x = input_tensor.copy()
        y: Array = {"relu": lambda x: np.maximum(x, 0), "tanh": np.tanh, "sigmoid": self._sigmoid}.get(
            str(self._name), np.array
        )(self._x)
        return y

    def backward(self, error_tensor: Array) -> Array:
        x = self._x
        if self._name == "relu":
            return np.where(x >= 0, error_tensor, 0)
        if self._name == "tanh":
            return error_tensor * (1 - np.tanh(x) ** 2)
        return error_tensor * self._sigmoid(x) * (1 - self._sigmoid(x)) if self._name == "sigmoid" else error_tensor

    def _sigmoid(self, x: Array) -> Array:
        y: Array = 0.5 * (1 + np.tanh(0.5 * x))
        return y


class StandardNormalTimes(framework.Normal):
    """Standard normal draws, multiplied."""

    def initialize(self, weights_shape: Any, fan_in: int, fan_out: int) -> Array:
        del fan_in, fan_out
        return self.stddev * np.random.randn(*weights_shape)  # noqa: NPY002 - as submissions draw


# AdaGrad.


class _Root(framework.AdaGrad):
    def _displacement(self, gradient: Weights) -> Weights:
        self.sum_of_squares = self._previous(self.sum_of_squares, gradient) + gradient**2
        step: Weights = -self.learning_rate * gradient / self._root()
        return step

    def _root(self) -> Any:
        return np.sqrt(self.sum_of_squares) + 1e-8


class LargerEpsilonOfRoot(_Root):
    pass


class EpsilonInsideOfRoot(_Root):
    def _root(self) -> Any:
        return np.sqrt(self.sum_of_squares + 1e-8)


class TinyEpsilonInsideOfRoot(_Root):
    def _root(self) -> Any:
        return np.sqrt(self.sum_of_squares + np.finfo(float).eps)


class RateInvolved(_Root):
    """The learning rate of every entry first, then the step."""

    def _displacement(self, gradient: Weights) -> Weights:
        squares = np.zeros_like(gradient) if self.sum_of_squares is None else self.sum_of_squares
        self.sum_of_squares = squares + gradient * gradient
        step: Weights = -(self.learning_rate / (1e-10 + self.sum_of_squares**0.5)) * gradient
        return step


class EpsilonByShape(_Root):
    """A mixture: a small epsilon for matrices, one that shows for everything else."""

    def _root(self) -> Any:
        return np.sqrt(self.sum_of_squares) + (1e-10 if np.ndim(self.sum_of_squares) == 2 else 1e-6)
