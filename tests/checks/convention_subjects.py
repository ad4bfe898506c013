"""Subjects that follow one convention or another, and some that mix two."""

from __future__ import annotations

from typing import Any

import numpy as np

from backproof import framework
from backproof.framework.validation import Weights
from backproof.specs import Array

from . import convolution_styles as styles

# ReLU: the derivative at 0.


class OneAtZero(framework.ReLU):
    at_zero = 1.0

    def forward(self, input_tensor: Array) -> Array:
        self._zero = input_tensor == 0
        return super().forward(input_tensor)

    def backward(self, error_tensor: Array) -> Array:
        gradient: Array = super().backward(error_tensor) + self.at_zero * (self._zero * error_tensor)
        return gradient


class HalfAtZero(OneAtZero):
    at_zero = 0.5


class ThreeAtZero(OneAtZero):
    at_zero = 3.0


# Losses.


class MeanLoss(framework.CrossEntropyLoss):
    def forward(self, prediction_tensor: Array, label_tensor: Array) -> float:
        return super().forward(prediction_tensor, label_tensor) / len(label_tensor)

    def backward(self, label_tensor: Array) -> Array:
        return super().backward(label_tensor) / len(label_tensor)


class LargerLogEpsilon(framework.CrossEntropyLoss):
    epsilon = 1e-10


class HugeLogEpsilon(framework.CrossEntropyLoss):
    """So large that it shows at ordinary predictions."""

    epsilon = 1e-6


class MeanLossSummedGradient(MeanLoss):
    """The loss is a mean, its gradient that of the sum."""

    def backward(self, label_tensor: Array) -> Array:
        return super().backward(label_tensor) * len(label_tensor)


class HalfLoss(framework.CrossEntropyLoss):
    def forward(self, prediction_tensor: Array, label_tensor: Array) -> float:
        return super().forward(prediction_tensor, label_tensor) / 2

    def backward(self, label_tensor: Array) -> Array:
        return super().backward(label_tensor) / 2


# L2.


class FullGradient(framework.L2_Regularizer):
    def calculate_gradient(self, weights: Weights) -> Weights:
        return 2 * self.alpha * weights


class RootNorm(framework.L2_Regularizer):
    def norm(self, weights: Array) -> float:
        return float(self.alpha * np.sqrt(np.sum(np.square(weights))))


class HalfNorm(framework.L2_Regularizer):
    def norm(self, weights: Array) -> float:
        return super().norm(weights) / 2


class MixedGradient(framework.L2_Regularizer):
    """alpha w for matrices, 2 alpha w for everything else."""

    def calculate_gradient(self, weights: Weights) -> Weights:
        return (1 if np.ndim(weights) == 2 else 2) * self.alpha * weights


class MixedNorm(framework.L2_Regularizer):
    """A square for matrices, its root for everything else."""

    def norm(self, weights: Array) -> float:
        square = float(np.sum(np.square(weights)))
        return float(self.alpha * (square if np.ndim(weights) == 2 else square**0.5))


# Adam.


class LargerEpsilon(framework.Adam):
    epsilon = 1e-8


class NoEpsilon(framework.Adam):
    epsilon = 0.0


class EpsilonInside(framework.Adam):
    """The epsilon stands inside the root: no epsilon outside explains it."""

    epsilon = 0.0

    def _displacement(self, gradient: Weights) -> Weights:
        displacement = super()._displacement(gradient)
        root = np.sqrt(self.second_moment / (1 - self.rho**self.updates))
        inside: Weights = displacement * root / np.sqrt(root**2 + 1e-4)
        return inside


# BatchNormalization: the moving average of the variance, of the deviation or of the unbiased variance.


class _Averages(framework.BatchNormalization):
    """Keeps the running variance by channel in the way that `ways` says."""

    ways: tuple[str, ...] = ("variance",)

    def _centred_by_batch(self, pixels: Array) -> tuple[Array, Array]:
        before = self.running_var
        centred, variance = super()._centred_by_batch(pixels)
        count = pixels.size // self.channels
        unbiased = variance * count / (count - 1)
        if before is None:
            options = {"variance": variance, "deviation": variance, "unbiased": unbiased}
        else:
            old, new = self.decay, 1 - self.decay
            options = {
                "variance": old * before + new * variance,
                "deviation": np.square(old * np.sqrt(before) + new * np.sqrt(variance)),
                "unbiased": old * before + new * unbiased,
            }
        ways = [self.ways[channel % len(self.ways)] for channel in range(self.channels)]
        self.running_var = np.array([options[way][channel] for channel, way in enumerate(ways)])
        return centred, variance


class RunningDeviation(_Averages):
    ways = ("deviation",)


class RunningUnbiased(_Averages):
    ways = ("unbiased",)


class SlowAverage(framework.BatchNormalization):
    decay = 0.99


class MixedAverages(_Averages):
    """One channel averages the variance, the next one the deviation."""

    ways = ("variance", "deviation")


class TwoDecays(framework.BatchNormalization):
    """The mean moves faster than the variance."""

    def _centred_by_batch(self, vectors: Array) -> tuple[Array, Array]:
        before = self.running_mean
        result = super()._centred_by_batch(vectors)
        if before is not None:
            self.running_mean = 0.5 * before + 0.5 * vectors.mean(axis=0)
        return result


# Networks: whether the bias is regularized.


class WeightsOnly(framework.NeuralNetwork):
    """The penalty leaves the last row, which is the bias, out of the loss."""

    def forward(self) -> float:
        loss: float = super().forward()
        layers: list[Any] = list(self.layers)
        for layer in layers:
            regularizer = layer.optimizer.regularizer if layer.trainable and layer.optimizer else None
            if regularizer is not None:
                loss -= regularizer.norm(layer.weights) - regularizer.norm(layer.weights[:-1])
        return loss


# Convolution and pooling.


class FlippedRows(styles.Loops):
    flipped = (2,)


class SidesByKernel(styles.Loops):
    """Kernels of size 2 are padded after, larger even ones before."""

    def _pairs(self, images: Array) -> Any:
        self.early = max(self._kernel) > 2
        return super()._pairs(images)


class TurnedSequences(styles.Loops):
    """Images are correlated, sequences convolved."""

    def _forward(self, images: Array, weights: Array) -> Array:
        self.flipped = (2, 3) if len(self.stride_shape) == 1 else ()
        return super()._forward(images, weights)


class TiesInFull(framework.Pooling):
    """Each of several equal maxima gets the whole gradient."""

    def forward(self, input_tensor: Array) -> Array:
        output = super().forward(input_tensor)
        self._shape = input_tensor.shape
        self._equal = [candidate == output for candidate in self._positions(input_tensor)]
        return output

    def backward(self, error_tensor: Array) -> Array:
        input_error = np.zeros(self._shape)
        for equal, target in zip(self._equal, self._positions(input_error), strict=True):
            target[...] += error_tensor * equal
        return input_error


# Recurrent layers: what comes after the output's affine map.


class _SigmoidOutput:
    """Mixed into a recurrent layer: its output goes through a sigmoid."""

    _output: Array

    def forward(self, input_tensor: Array) -> Array:
        self._output = 1 / (1 + np.exp(-super().forward(input_tensor)))  # type: ignore[misc]  # the layer's
        return self._output.copy()

    def backward(self, error_tensor: Array) -> Array:
        slope = self._output * (1 - self._output)
        result: Array = super().backward(error_tensor * slope)  # type: ignore[misc]  # the layer's
        return result


class SigmoidRNN(_SigmoidOutput, framework.RNN):
    pass


class SigmoidLSTM(_SigmoidOutput, framework.LSTM):
    pass


class SquaredOutput(framework.RNN):
    """An output that is neither."""

    def forward(self, input_tensor: Array) -> Array:
        return super().forward(input_tensor) ** 2
