"""Batch normalization: wrong outputs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..framework import BatchNormalization, Initializer
from ..framework.validation import Tensor
from .registry import Declare

IMAGES = ("image", "square")  # the cases with images in the train phase

mistake = Declare(families=("value", "gradient"))


class Pass(NamedTuple):
    """What backward needs of the latest forward; tensors are (rows, channels) or (channels,)."""

    shape: tuple[int, ...]  # of the input
    vectors: Tensor
    mean: Tensor
    deviation: Tensor
    normalized: Tensor
    gamma: Tensor
    of_batch: bool  # whether the statistics are those of the batch


class BatchNormalizationInSteps(BatchNormalization):
    """The same layer with its passes cut into steps, so that a mistake can replace one of them."""

    _pass: Pass | None = None

    def forward(self, input_tensor: Tensor) -> Tensor:
        vectors = self.reformat(input_tensor) if input_tensor.ndim == 4 else input_tensor
        of_batch = self._uses_batch()
        mean, variance = self._statistics(vectors) if of_batch else self._running()
        if self._learns_statistics():
            self._keep(mean, variance)
        deviation = self._deviation(variance)
        normalized = (vectors - mean) / deviation
        self._pass = Pass(input_tensor.shape, vectors, mean, deviation, normalized, self.weights.copy(), of_batch)
        output = self._output(normalized)
        return self.reformat(output) if input_tensor.ndim == 4 else output

    def backward(self, error_tensor: Tensor) -> Tensor:
        latest = self._of_latest_forward(self._pass)
        error = self.reformat(error_tensor) if error_tensor.ndim == 4 else error_tensor
        input_error = self._input_error(error, latest)
        self._learn(self._gradient_gamma(error, latest), self._gradient_beta(error))
        return self.reformat(input_error) if error_tensor.ndim == 4 else input_error

    def _uses_batch(self) -> bool:
        return not self.testing_phase

    def _learns_statistics(self) -> bool:
        return not self.testing_phase

    def _statistics(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        mean = vectors.mean(axis=0)
        return mean, ((vectors - mean) ** 2).mean(axis=0)

    def _running(self) -> tuple[Tensor, Tensor]:
        if self.running_mean is None or self.running_var is None:
            return np.zeros(self.channels), np.ones(self.channels)
        return self.running_mean, self.running_var

    def _keep(self, mean: Tensor, variance: Tensor) -> None:
        if self.running_mean is None or self.running_var is None:
            self.running_mean, self.running_var = mean, variance
        else:
            self.running_mean = self.decay * self.running_mean + (1 - self.decay) * mean
            self.running_var = self.decay * self.running_var + (1 - self.decay) * variance

    def _deviation(self, variance: Tensor) -> Tensor:
        return np.asarray(np.sqrt(variance + self.epsilon))

    def _output(self, normalized: Tensor) -> Tensor:
        return self.weights * normalized + self.bias

    def _input_error(self, error: Tensor, latest: Pass) -> Tensor:
        error = error * latest.gamma
        if latest.of_batch:
            through_variance = latest.normalized * (error * latest.normalized).mean(axis=0)
            error = error - error.mean(axis=0) - through_variance
        return error / latest.deviation

    def _gradient_gamma(self, error: Tensor, latest: Pass) -> Tensor:
        gradient: Tensor = (error * latest.normalized).sum(axis=0)
        return gradient

    def _gradient_beta(self, error: Tensor) -> Tensor:
        gradient: Tensor = error.sum(axis=0)
        return gradient


@mistake(hint="np.var(input_tensor, axis=0), without ddof=1", families=("value",))
class VarianceUnbiased(BatchNormalizationInSteps):
    """The batch is normalised by the unbiased variance.

    ddof=1 divides by n - 1 instead of n. The batch is not a sample here, it is all that is normalised: with n - 1
    its variance does not become 1.
    """

    def _statistics(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        return vectors.mean(axis=0), np.asarray(vectors.var(axis=0, ddof=1))


@mistake(hint="divide by np.sqrt(variance + epsilon)")
class RootMissing(BatchNormalizationInSteps):
    """The batch is divided by its variance, not by its standard deviation.

    The root is missing: the output's variance is 1 / variance instead of 1.
    """

    def _deviation(self, variance: Tensor) -> Tensor:
        return variance + self.epsilon


@mistake(
    hint="for images: mean and variance over axis=(0, 2, 3), or reformat the images to vectors first", cases=IMAGES
)
class StatisticsPerPixel(BatchNormalizationInSteps):
    """Every pixel of an image has statistics of its own.

    Mean and variance are taken over axis 0 alone, so every pixel is normalised by itself. A channel's statistics run
    over the batch and all of its pixels.
    """

    def _statistics(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        if self._image_shape is None:
            return super()._statistics(vectors)
        pixels = vectors.reshape(self._image_shape[0], -1, self.channels)
        mean, variance = (np.tile(each, (len(pixels), 1)) for each in (pixels.mean(axis=0), pixels.var(axis=0)))
        return mean, variance

    def _keep(self, mean: Tensor, variance: Tensor) -> None:
        images = self._image_shape is not None
        super()._keep(mean.mean(axis=0) if images else mean, variance.mean(axis=0) if images else variance)


@mistake(hint="np.mean(input_tensor, axis=0), not np.mean(input_tensor)")
class StatisticsOfEverything(BatchNormalizationInSteps):
    """One mean and one variance are taken of the whole batch.

    Without axis=0 the statistics run over the channels too, so channels of different size stay different.
    """

    def _statistics(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        return np.full(self.channels, vectors.mean()), np.full(self.channels, vectors.var())


@mistake(hint="mean and variance over the batch: axis=0, not axis=1")
class StatisticsPerSample(BatchNormalization):
    """Every sample is normalised by itself.

    axis=1 runs over the channels of one sample. That is layer normalisation, another method.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        super().forward(input_tensor)
        mean, variance = input_tensor.mean(axis=1, keepdims=True), input_tensor.var(axis=1, keepdims=True)
        shape = (1, -1) + (1,) * (input_tensor.ndim - 2)
        normalized = (input_tensor - mean) / np.sqrt(variance + self.epsilon)
        result: Tensor = self.weights.reshape(shape) * normalized + self.bias.reshape(shape)
        return result


@mistake(
    hint="tensor.transpose(0, 2, 3, 1).reshape(-1, channels): bring the channels to the end first",
    families=("value",),
    cases=IMAGES,
)
class ImagesNotTransposed(BatchNormalizationInSteps):
    """Images are cut into vectors without bringing the channels to the end.

    reshape(-1, channels) alone has the right shape, but its columns hold neighbouring pixels, not channels.
    """

    def reformat(self, tensor: Tensor) -> Tensor:
        if tensor.ndim == 4:
            self._image_shape = tensor.shape
            return tensor.reshape(-1, self.channels)
        assert self._image_shape is not None  # noqa: S101 - images came first
        return tensor.reshape(self._image_shape)


@mistake(hint="vectors.reshape(batch, height, width, channels).transpose(0, 3, 1, 2)", cases=IMAGES)
class ImagesWronglyRestored(BatchNormalizationInSteps):
    """The vectors are cut into images without bringing the channels back.

    The way to vectors is right. On the way back reshape alone scatters a channel's pixels over all channels.
    """

    def reformat(self, tensor: Tensor) -> Tensor:
        if tensor.ndim == 4 or self._image_shape is None:
            return super().reformat(tensor)
        return tensor.reshape(self._image_shape).copy()


@mistake(hint="weights * normalized + bias")
class BiasLeftOut(BatchNormalizationInSteps):
    """Forward leaves out beta.

    The bias is not added. It starts at 0, so nothing is wrong until it has learned something.
    """

    def _output(self, normalized: Tensor) -> Tensor:
        return self.weights * normalized


@mistake(hint="weights * normalized + bias")
class WeightsLeftOut(BatchNormalizationInSteps):
    """Forward leaves out gamma.

    The normalised input is not multiplied by the weights. They start at 1, so nothing is wrong until they have
    learned something.
    """

    def _output(self, normalized: Tensor) -> Tensor:
        return normalized + self.bias


@mistake(
    hint="weights * normalized + bias, with weights = gamma (ones at first) and bias = beta (zeros at first)",
    families=("value",),
)
class WeightsAndBiasSwapped(BatchNormalizationInSteps):
    """Gamma and beta are swapped.

    Forward multiplies by the bias and adds the weights.
    """

    def _output(self, normalized: Tensor) -> Tensor:
        return self.bias * normalized + self.weights


@mistake(
    hint="weights = np.ones(channels), bias = np.zeros(channels), whatever the initializers are",
    families=("initializer",),
)
class InitializersUsed(BatchNormalizationInSteps):
    """Gamma and beta are drawn by the network's initializers.

    Gamma must start at 1 and beta at 0, so that at first the layer only normalises. Initializers made for weight
    matrices spoil that.
    """

    def initialize(
        self, weights_initializer: Initializer | None = None, bias_initializer: Initializer | None = None
    ) -> None:
        super().initialize()
        if weights_initializer is not None and bias_initializer is not None:
            fans = self.channels, self.channels
            self.weights = weights_initializer.initialize((self.channels,), *fans)
            self.bias = bias_initializer.initialize((self.channels,), *fans)
