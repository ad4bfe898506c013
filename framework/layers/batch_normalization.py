"""Batch normalization."""

from math import prod
from typing import NamedTuple

import numpy as np

from ..initializers import Initializer
from ..validation import Tensor, checked_integer, checked_tensor
from .weights_and_bias import WeightsAndBias


class _Cache(NamedTuple):
    shape: tuple[int, ...]  # of the input
    normalized: Tensor  # (batch, channels, pixels)
    deviation: Tensor  # (channels, 1)
    gamma: Tensor  # (channels, 1)
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
        if input_tensor.ndim == 4:
            self._image_shape = input_tensor.shape
        pixels = _as_pixels(input_tensor)
        if self.testing_phase:
            centred, variance = self._centred_by_running_averages(pixels)
        else:
            centred, variance = self._centred_by_batch(pixels)
        deviation = np.sqrt(variance + self.epsilon)[:, np.newaxis]
        normalized = centred / deviation
        gamma, beta = self.weights[:, np.newaxis].copy(), self.bias[:, np.newaxis]
        self._cache = _Cache(input_tensor.shape, normalized, deviation, gamma, of_batch=not self.testing_phase)
        return (gamma * normalized + beta).reshape(input_tensor.shape)

    def backward(self, error_tensor: Tensor) -> Tensor:
        """Map the error to the same shape; if ``forward`` was training, the statistics are functions of the input."""
        shape, normalized, deviation, gamma, of_batch = self._of_latest_forward(self._cache)
        error = _as_pixels(self._checked_error(error_tensor, shape))
        input_error = error * (gamma / deviation)
        if of_batch:
            input_error -= input_error.mean(axis=(0, 2), keepdims=True)  # the way through the mean
            covariance = (input_error * normalized).mean(axis=(0, 2), keepdims=True)
            input_error -= normalized * covariance  # the way through the variance
        self._learn((error * normalized).sum(axis=(0, 2)), error.sum(axis=(0, 2)))
        return input_error.reshape(shape)

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

    def _centred_by_batch(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Return the pixels minus the batch mean, and the batch variance; update the running averages."""
        if pixels.size == 0:
            raise ValueError("BatchNormalization.forward: input_tensor has no rows, but training needs at least one")
        mean = pixels.mean(axis=(0, 2))
        centred = pixels - mean[:, np.newaxis]
        residual = centred.mean(axis=(0, 2))  # the rounding error of the mean; matters if mean² >> variance
        mean += residual
        centred -= residual[:, np.newaxis]
        variance = np.square(centred).mean(axis=(0, 2))
        if self.running_mean is None or self.running_var is None:
            self.running_mean, self.running_var = mean, variance
        else:
            self.running_mean = self.decay * self.running_mean + (1 - self.decay) * mean
            self.running_var = self.decay * self.running_var + (1 - self.decay) * variance
        return centred, variance

    def _centred_by_running_averages(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Return the pixels minus the running mean, and the running variance."""
        if self.running_mean is None or self.running_var is None:
            return pixels, np.ones(self.channels, pixels.dtype)
        return pixels - self.running_mean[:, np.newaxis], self.running_var


def _as_pixels(tensor: Tensor) -> Tensor:
    """Return vectors or images as (batch, channels, pixels)."""
    return tensor.reshape(*tensor.shape[:2], prod(tensor.shape[2:]))
