"""Right ways to convolve and to pool that differ from the reference framework's, and from each other."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from scipy import signal

from backproof import framework
from backproof.specs import Array


class Images(framework.Conv):
    """Sequences are images of one row; subclasses implement `_forward` and `_backward` for images."""

    _latest: Any = None

    def forward(self, input_tensor: Array) -> Array:
        images = input_tensor if input_tensor.ndim == 4 else input_tensor[:, :, None]
        weights = self.weights.reshape(self.num_kernels, self.convolution_shape[0], *self._kernel).copy()
        self._latest = input_tensor.shape, images.copy(), weights
        output = self._forward(images, weights) + self.bias[:, None, None]
        return output if input_tensor.ndim == 4 else output[:, :, 0]

    def backward(self, error_tensor: Array) -> Array:
        shape, images, weights = self._latest
        error = error_tensor if error_tensor.ndim == 4 else error_tensor[:, :, None]
        input_error, gradient = self._backward(images, weights, error)
        self._learn(gradient.reshape(self.weights.shape), error.sum(axis=(0, 2, 3)))
        return input_error.reshape(shape)

    def _forward(self, images: Array, weights: Array) -> Array:
        raise NotImplementedError

    def _backward(self, images: Array, weights: Array, error: Array) -> tuple[Array, Array]:
        raise NotImplementedError

    def _spread(self, images: Array, error: Array) -> Array:
        spread = np.zeros((*error.shape[:2], *images.shape[2:]))
        spread[:, :, :: self._strides[0], :: self._strides[1]] = error
        return spread


class Loops(Images):
    """A loop over everything; how kernels meet the input is chosen by the class."""

    early = False  # an even kernel reaches further before the pixel than behind it
    flipped: tuple[int, ...] = ()  # axes along which kernels are turned round: 1 for channels, 2 and 3

    def _pairs(self, images: Array) -> Any:
        """Every output's row and column, with the input's and the kernel's entries that it multiplies."""
        kernel, (height, width) = self._kernel, images.shape[2:]
        before = [size // 2 if self.early else (size - 1) // 2 for size in kernel]
        outputs = itertools.product(range(0, height, self._strides[0]), range(0, width, self._strides[1]))
        for (row, column), m, n in itertools.product(outputs, range(kernel[0]), range(kernel[1])):
            i, j = row + m - before[0], column + n - before[1]
            if 0 <= i < height and 0 <= j < width:
                yield (row // self._strides[0], column // self._strides[1]), (i, j), (m, n)

    def _forward(self, images: Array, weights: Array) -> Array:
        weights = np.flip(weights, self.flipped)
        sizes = [-(-size // step) for size, step in zip(images.shape[2:], self._strides, strict=True)]
        output = np.zeros((len(images), len(weights), *sizes))
        for (p, q), (i, j), (m, n) in self._pairs(images):
            output[:, :, p, q] += images[:, :, i, j] @ weights[:, :, m, n].T
        return output

    def _backward(self, images: Array, weights: Array, error: Array) -> tuple[Array, Array]:
        weights = np.flip(weights, self.flipped)
        input_error, gradient = np.zeros(images.shape), np.zeros(weights.shape)
        for (p, q), (i, j), (m, n) in self._pairs(images):
            input_error[:, :, i, j] += error[:, :, p, q] @ weights[:, :, m, n]
            gradient[:, :, m, n] += error[:, :, p, q].T @ images[:, :, i, j]
        return input_error, np.flip(gradient, self.flipped)


class LoopsPaddedBefore(Loops):
    early = True


class TrueConvolution(Loops):
    flipped = (2, 3)


class ChannelsReversed(Loops):
    flipped = (1,)


class PaddedBeforeTurnedAndReversed(Loops):
    early = True
    flipped = (1, 2, 3)


class SciPyCorrelate(Images):
    """scipy.signal.correlate over channels, rows and columns at once, of which the middle channel is taken."""

    def _forward(self, images: Array, weights: Array) -> Array:
        middle = images.shape[1] // 2
        maps = [[self._same(image, kernel)[middle] for kernel in weights] for image in images]
        return np.array(maps)[:, :, :: self._strides[0], :: self._strides[1]]

    def _same(self, image: Array, kernel: Array) -> Array:
        same: Array = signal.correlate(image, kernel, mode="same")
        return same

    def _backward(self, images: Array, weights: Array, error: Array) -> tuple[Array, Array]:
        spread = self._spread(images, error)
        top, left = (size // 2 for size in self._kernel)
        height, width = images.shape[2:]
        input_error, gradient = np.zeros(images.shape), np.zeros(weights.shape)
        sides = [(size // 2, (size - 1) // 2) for size in self._kernel]
        padded = np.pad(images, [(0, 0), (0, 0), *sides])
        for b, k, c in itertools.product(range(len(images)), range(len(weights)), range(images.shape[1])):
            full = signal.convolve(spread[b, k], weights[k, c], mode="full")
            input_error[b, c] += full[top : top + height, left : left + width]
            gradient[k, c] += signal.correlate(padded[b, c], spread[b, k], mode="valid")
        return input_error, gradient


class SciPyConvolve(SciPyCorrelate):
    """scipy.signal.convolve: it turns the kernels round along rows, columns and channels."""

    def _same(self, image: Array, kernel: Array) -> Array:
        same: Array = signal.convolve(image, kernel, mode="same")
        return same

    def _backward(self, images: Array, weights: Array, error: Array) -> tuple[Array, Array]:
        input_error, gradient = super()._backward(images, np.flip(weights, (1, 2, 3)), error)
        return input_error, np.flip(gradient, (1, 2, 3))


class SciPyCorrelate2d(Loops):
    """scipy.signal.correlate2d: an even kernel gets its odd zero at the end, sequences are left to another function."""

    def _forward(self, images: Array, weights: Array) -> Array:
        if len(self.stride_shape) == 1:
            sums = [
                [[np.convolve(c, w[::-1], "same") for c, w in zip(x[:, 0], k[:, 0], strict=True)] for k in weights]
                for x in images
            ]
            self.early = True
            return np.sum(sums, axis=2)[:, :, None, :: self._strides[1]]
        maps = [
            [sum(signal.correlate2d(c, w, mode="same") for c, w in zip(x, k, strict=True)) for k in weights]
            for x in images
        ]
        return np.array(maps)[:, :, :: self._strides[0], :: self._strides[1]]


class Fourier(Images):
    """Products of Fourier transforms, which have room for the whole result."""

    def _forward(self, images: Array, weights: Array) -> Array:
        spectrum = np.einsum("bcij,kcij->bkij", self._transform(images), self._transform(np.flip(weights, (2, 3))))
        full = np.fft.irfft2(spectrum, s=self._sizes(images))
        top, left = (size // 2 for size in self._kernel)  # of the flipped kernel: one zero more at the end
        height, width = images.shape[2:]
        output = full[:, :, top : top + height, left : left + width]
        return output[:, :, :: self._strides[0], :: self._strides[1]]

    def _sizes(self, images: Array) -> tuple[int, int]:
        self._room = images.shape[2] + self._kernel[0] - 1, images.shape[3] + self._kernel[1] - 1
        return self._room

    def _transform(self, tensor: Array) -> Any:
        return np.fft.rfft2(tensor, s=self._room)

    def forward(self, input_tensor: Array) -> Array:
        self._sizes(input_tensor if input_tensor.ndim == 4 else input_tensor[:, :, None])
        return super().forward(input_tensor)

    def _backward(self, images: Array, weights: Array, error: Array) -> tuple[Array, Array]:
        self._sizes(images)
        spread, (height, width) = self._transform(self._spread(images, error)), images.shape[2:]
        top, left = ((size - 1) // 2 for size in self._kernel)
        spectrum = np.einsum("bkij,kcij->bcij", spread, self._transform(weights))
        input_error = np.fft.irfft2(spectrum, s=self._room)[:, :, top : top + height, left : left + width]
        sides = [(first, size - 1 - first) for first, size in zip((top, left), self._kernel, strict=True)]
        padded = np.pad(images, [(0, 0), (0, 0), *sides])
        spectrum = np.einsum("bcij,bkij->kcij", self._transform(padded), np.conj(spread))
        return input_error, np.fft.irfft2(spectrum, s=self._room)[:, :, : self._kernel[0], : self._kernel[1]]


class SharedTies(framework.Pooling):
    """Equal maxima share the gradient."""

    def forward(self, input_tensor: Array) -> Array:
        output = super().forward(input_tensor)
        self._shape = input_tensor.shape
        self._equal = [candidate == output for candidate in self._positions(input_tensor)]
        return output

    def backward(self, error_tensor: Array) -> Array:
        input_error, share = np.zeros(self._shape), error_tensor / np.sum(self._equal, axis=0)
        for equal, target in zip(self._equal, self._positions(input_error), strict=True):
            target[...] += share * equal
        return input_error


class LastMaximum(framework.Pooling):
    """Of equal maxima, the last one gets the gradient."""

    def forward(self, input_tensor: Array) -> Array:
        return (
            super().forward(input_tensor[:, :, ::-1, ::-1])[:, :, ::-1, ::-1]
            if self._fits(input_tensor)
            else (super().forward(input_tensor))
        )

    def backward(self, error_tensor: Array) -> Array:
        if not self._turned:
            return super().backward(error_tensor)
        return super().backward(error_tensor[:, :, ::-1, ::-1])[:, :, ::-1, ::-1]

    def _fits(self, images: Array) -> bool:
        sizes = zip(images.shape[2:], self.pooling_shape, self.stride_shape, strict=True)
        self._turned = all((size - window) % stride == 0 for size, window, stride in sizes)
        return self._turned
