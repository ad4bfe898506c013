"""Batch normalization."""

from typing import NamedTuple

import numpy as np

from ..initializers import Initializer
from ..validation import Tensor, checked_integer, checked_tensor
from .weights_and_bias import WeightsAndBias


class _Cache(NamedTuple):
    shape: tuple[int, ...]  # of the input
    normalized: Tensor  # (rows, channels)
    deviation: Tensor  # (channels,)
    gamma: Tensor  # (channels,)
    of_batch: bool  # whether the statistics are those of the batch


class BatchNormalization(WeightsAndBias):
    """Normalizes every channel (Ioffe & Szegedy, ICML 2015, algorithms 1 and 2): ``gamma * (x - mean) / std + beta``.

    Training uses the mean and the (biased) variance of the batch and, for images, of all pixels. Testing uses running
    averages of them, which start with the statistics of the first training batch; before it, mean 0 and variance 1.

    Args:
        channels: Number of channels C; inputs are vectors (batch, C) or images (batch, C, height, width).

    Attributes:
        weights: gamma, (C,), ones at first.
        bias: beta, (C,), zeros at first.
        gradient_weights: (C,); None before the first ``backward``.
        gradient_bias: (C,); None before the first ``backward``.
        running_mean: (C,); None before the first training batch.
        running_var: (C,); None before the first training batch.
        decay: Share of the old value in the running averages.
        epsilon: Added to the variance, inside the root.

    Raises:
        ValueError: If the number of channels is not a positive integer.
    """

    decay = 0.8
    epsilon = float(np.finfo(float).eps)
    running_mean: Tensor | None = None
    running_var: Tensor | None = None
    _image_shape: tuple[int, ...] | None = None
    _cache: _Cache | None = None

    def __init__(self, channels: int) -> None:
        self.channels = checked_integer("channels", channels, 1)
        self.initialize()

    def initialize(
        self,
        weights_initializer: Initializer | None = None,  # noqa: ARG002 - part of the interface, ignored by design
        bias_initializer: Initializer | None = None,  # noqa: ARG002 - part of the interface, ignored by design
    ) -> None:
        """Set gamma to ones and beta to zeros, whatever the initializers; the running averages stay."""
        self.weights = np.ones(self.channels)
        self.bias = np.zeros(self.channels)

    def forward(self, input_tensor: Tensor) -> Tensor:
        """Map (batch, C) or (batch, C, height, width) to the same shape."""
        vector_shape, image_shape = ("batch", self.channels), ("batch", self.channels, "height", "width")
        input_tensor = self._checked_input(input_tensor, vector_shape, image_shape)
        vectors = self.reformat(input_tensor) if input_tensor.ndim == 4 else input_tensor
        if self.testing_phase:
            centred, variance = self._centred_by_running_averages(vectors)
        else:
            centred, variance = self._centred_by_batch(vectors)
        deviation = np.sqrt(variance + self.epsilon)
        normalized = centred / deviation
        self._cache = _Cache(
            input_tensor.shape, normalized, deviation, self.weights.copy(), of_batch=not self.testing_phase
        )
        output = self.weights * normalized + self.bias
        return self.reformat(output) if input_tensor.ndim == 4 else output

    def backward(self, error_tensor: Tensor) -> Tensor:
        """Map the error to the same shape; if ``forward`` was training, the statistics are functions of the input."""
        cache = self._of_latest_forward(self._cache)
        error_tensor = self._checked_error(error_tensor, cache.shape)
        error = self.reformat(error_tensor) if error_tensor.ndim == 4 else error_tensor
        input_error = error * cache.gamma
        if cache.of_batch:
            input_error = input_error - input_error.mean(axis=0)  # the way through the mean
            covariance = (input_error * cache.normalized).mean(axis=0)
            input_error = input_error - cache.normalized * covariance  # the way through the variance
        input_error = input_error / cache.deviation
        self._learn((error * cache.normalized).sum(axis=0), error.sum(axis=0))
        return self.reformat(input_error) if error_tensor.ndim == 4 else input_error

    def reformat(self, tensor: Tensor) -> Tensor:
        """Turn images (batch, C, height, width) into vectors (batch * height * width, C), and vectors into images.

        The way back needs the shape of the images: it is that of the latest ones this layer has seen.

        Raises:
            ValueError: If the shape is none of the two, or the number of vectors does not fit.
            RuntimeError: If the layer has not seen any images yet.
        """
        name = "BatchNormalization.reformat: tensor"
        tensor = checked_tensor(name, tensor, ("rows", self.channels), ("batch", self.channels, "height", "width"))
        if tensor.ndim == 4:
            self._image_shape = tensor.shape
            return tensor.transpose(0, 2, 3, 1).copy().reshape(-1, self.channels)
        if self._image_shape is None:
            raise RuntimeError(f"{name} has vectors, but the shape of the images is unknown; pass images first")
        batch, channels, height, width = self._image_shape
        vectors = checked_tensor(name, tensor, (batch * height * width, channels))
        return vectors.reshape(batch, height, width, channels).transpose(0, 3, 1, 2).copy()

    def _centred_by_batch(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        """Return the vectors minus the batch mean, and the batch variance; update the running averages."""
        if len(vectors) == 0:
            raise ValueError("BatchNormalization.forward: input_tensor has no rows, but training needs at least one")
        mean = vectors.mean(axis=0)
        centred = vectors - mean
        residual = centred.mean(axis=0)  # the rounding error of the mean; matters if mean² >> variance
        mean, centred = mean + residual, centred - residual
        variance = (centred**2).mean(axis=0)
        if self.running_mean is None or self.running_var is None:
            self.running_mean, self.running_var = mean, variance
        else:
            self.running_mean = self.decay * self.running_mean + (1 - self.decay) * mean
            self.running_var = self.decay * self.running_var + (1 - self.decay) * variance
        return centred, variance

    def _centred_by_running_averages(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        """Return the vectors minus the running mean, and the running variance."""
        if self.running_mean is None or self.running_var is None:
            return vectors, np.ones(self.channels, vectors.dtype)
        return vectors - self.running_mean, self.running_var
