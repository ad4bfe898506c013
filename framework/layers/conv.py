"""Convolutional layer."""

from collections.abc import Iterator, Sequence
from math import prod
from typing import NamedTuple

import numpy as np

from ..initializers import Initializer, UniformRandom
from ..validation import Tensor, checked_distances, checked_integer, checked_shape
from .weights_and_bias import WeightsAndBias

_BLOCK_BYTES = 2**20


class _Cache(NamedTuple):
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    padded: Tensor  # (batch, channels, padded height, padded width)
    kernel_rows: Tensor  # (kernel height, kernels, channels * kernel width)


class Conv(WeightsAndBias):
    """Cross-correlation of images, or of sequences, with several kernels.

    With x padded by zeros so that the size would stay the same ("same" padding), output pixel (p, q) of kernel k is
    ``bias[k] + sum(weights[k, c, i, j] * x[c, p * vertical stride + i, q * horizontal stride + j])`` over c, i and j.
    An odd kernel has the same padding on both sides, an even one has one cell more at the end.

    Args:
        stride_shape: Vertical and horizontal stride, or one number for both; for sequences a single one.
        convolution_shape: Shape of a kernel: (channels, height, width) for images, (channels, length) for sequences.
        num_kernels: Number of kernels, that is, of channels of the output.

    Attributes:
        weights: (kernels, channels, height, width) or (kernels, channels, length). Uniform on [0, 1) at first.
        bias: (kernels,). Uniform on [0, 1) at first.
        gradient_weights: As the weights; None before the first ``backward``.
        gradient_bias: As the bias; None before the first ``backward``.

    Raises:
        ValueError: If a stride or size is not a positive integer, or there are too many or too few.
    """

    # All is products of matrices: a row of all kernels, (kernels, channels * kernel width), times the pixels that it
    # meets, (channels * kernel width, output pixels). `_shifted` copies the images once for every kernel column; what a
    # kernel row meets is then a view of that. So there is no copy for every kernel element, as "im2col" makes it. The
    # batch is cut into blocks whose copies stay in the cache of the processor. A sequence is an image of one row.

    _cache: _Cache | None = None

    def __init__(self, stride_shape: int | Sequence[int], convolution_shape: Sequence[int], num_kernels: int) -> None:
        self.convolution_shape = checked_shape("convolution_shape", convolution_shape, 2, 3)
        self.stride_shape = checked_distances("stride_shape", stride_shape, len(self.convolution_shape) - 1)
        self.num_kernels = checked_integer("num_kernels", num_kernels, 1)
        one_row = (1,) * (2 - len(self.stride_shape))
        self._kernel, self._strides = one_row + self.convolution_shape[1:], one_row + self.stride_shape
        self.initialize(UniformRandom(), UniformRandom())

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        """Draw new parameters; ``fan_in`` is the size of a kernel, ``fan_out`` that of one channel of all kernels."""
        fans = prod(self.convolution_shape), self.num_kernels * prod(self.convolution_shape[1:])
        self.weights = weights_initializer.initialize((self.num_kernels, *self.convolution_shape), *fans)
        self.bias = bias_initializer.initialize((self.num_kernels,), *fans)

    def forward(self, input_tensor: Tensor) -> Tensor:
        """Map (batch, channels, height, width) to (batch, kernels, rows, columns), or without height and rows.

        There are ``ceil(height / vertical stride)`` rows, and columns likewise.
        """
        sizes = ("length",) if len(self.stride_shape) == 1 else ("height", "width")
        input_tensor = self._checked_input(input_tensor, ("batch", self.convolution_shape[0], *sizes))
        output_sizes = [-(-size // step) for size, step in zip(input_tensor.shape[2:], self.stride_shape, strict=True)]
        padded, kernel_rows = self._padded(input_tensor), self._kernel_rows()
        dtype = np.result_type(padded, kernel_rows, self.bias)
        output = np.empty((len(padded), self.num_kernels, prod(output_sizes)), dtype)
        for block in self._blocks(padded):
            output[block] = self.bias[:, np.newaxis]
            for kernel_row, pixels in zip(kernel_rows, self._rows(self._shifted(padded[block])), strict=True):
                output[block] += kernel_row @ _as_matrices(pixels)
        output_shape = *output.shape[:2], *output_sizes
        self._cache = _Cache(input_tensor.shape, output_shape, padded, kernel_rows)
        return output.reshape(output_shape)

    def backward(self, error_tensor: Tensor) -> Tensor:
        """Map the error, as the output, to the shape of the input with the weights of ``forward``, then update them."""
        input_shape, output_shape, padded, kernel_rows = self._of_latest_forward(self._cache)
        error = self._checked_error(error_tensor, output_shape).reshape(*output_shape[:2], prod(output_shape[2:]))
        padded_error = np.zeros(padded.shape, np.result_type(error, kernel_rows))
        gradient_rows = np.zeros(kernel_rows.shape, np.result_type(error, padded))
        for block in self._blocks(padded):
            shifted = self._shifted(padded[block])
            shifted_error = np.zeros(shifted.shape, padded_error.dtype)
            rows = zip(kernel_rows, gradient_rows, self._rows(shifted), self._rows(shifted_error), strict=True)
            for kernel_row, gradient_row, pixels, pixels_error in rows:
                gradient_row[...] += _sum_of_products(error[block], _as_matrices(pixels))
                pixels_error[...] += (kernel_row.T @ error[block]).reshape(pixels_error.shape)
            for column, column_error in enumerate(self._columns(padded_error[block])):
                column_error[...] += shifted_error[:, :, column]
        self._learn(self._as_weights(gradient_rows), error.sum(axis=(0, 2)))
        return self._inside(padded_error, input_shape).copy().reshape(input_shape)

    def _padded(self, input_tensor: Tensor) -> Tensor:
        """Return the input as images with zeros around them: (batch, channels, padded height, padded width)."""
        height, width = (1, *input_tensor.shape[2:])[-2:]
        padded_sizes = height + self._kernel[0] - 1, width + self._kernel[1] - 1
        padded = np.zeros((*input_tensor.shape[:2], *padded_sizes), input_tensor.dtype)
        inside = self._inside(padded, input_tensor.shape)
        inside[...] = input_tensor.reshape(inside.shape)
        return padded

    def _inside(self, padded: Tensor, input_shape: tuple[int, ...]) -> Tensor:
        """Return a view of the images without the zeros around them."""
        height, width = (1, *input_shape[2:])[-2:]
        top, left = (self._kernel[0] - 1) // 2, (self._kernel[1] - 1) // 2
        return padded[:, :, top : top + height, left : left + width]

    def _blocks(self, padded: Tensor) -> Iterator[slice]:
        """Yield slices of the batch."""
        bytes_per_item = self._kernel[1] * padded[:1].nbytes
        size = max(_BLOCK_BYTES // max(bytes_per_item, 1), 1)
        for start in range(0, len(padded), size):
            yield slice(start, start + size)

    def _shifted(self, padded: Tensor) -> Tensor:
        """Return what every kernel column meets: (batch, channels, kernel width, padded height, output columns)."""
        return np.stack(list(self._columns(padded)), axis=2)

    def _columns(self, padded: Tensor) -> Iterator[Tensor]:
        """Yield views of what each kernel column meets: (batch, channels, padded height, output columns)."""
        for column in range(self._kernel[1]):
            yield padded[..., column : padded.shape[-1] - self._kernel[1] + 1 + column : self._strides[1]]

    def _rows(self, shifted: Tensor) -> Iterator[Tensor]:
        """Yield views of what each kernel row meets: (batch, channels, kernel width, output rows, output columns)."""
        for row in range(self._kernel[0]):
            yield shifted[..., row : shifted.shape[-2] - self._kernel[0] + 1 + row : self._strides[0], :]

    def _kernel_rows(self) -> Tensor:
        """Return a copy of the weights: (kernel height, kernels, channels * kernel width)."""
        height, width = self._kernel
        rows = self.weights.reshape(self.num_kernels, -1, height, width).transpose(2, 0, 1, 3)
        return rows.copy().reshape(height, self.num_kernels, -1)

    def _as_weights(self, kernel_rows: Tensor) -> Tensor:
        """Return kernel rows in the shape of the weights."""
        height, width = self._kernel
        rows = kernel_rows.reshape(height, self.num_kernels, -1, width)
        return rows.transpose(1, 2, 0, 3).copy().reshape(self.num_kernels, *self.convolution_shape)


def _as_matrices(pixels: Tensor) -> Tensor:
    """Return pixels as (batch, channels * kernel width, output pixels): a view, if the vertical stride is 1."""
    batch, channels, width, rows, columns = pixels.shape
    return pixels.reshape(batch, channels * width, rows * columns)


def _sum_of_products(error: Tensor, pixels: Tensor) -> Tensor:
    """Return the sum of ``error[b] @ pixels[b].T`` over the batch: (kernels, channels * kernel width)."""
    _, kernels, output_pixels = error.shape
    if output_pixels < kernels:  # a single long product takes more copying, but less than so many results would
        return np.tensordot(error, pixels, axes=((0, 2), (0, 2)))
    total: Tensor = (error @ pixels.swapaxes(1, 2)).sum(axis=0)
    return total
