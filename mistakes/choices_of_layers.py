"""What is put in front of a layer for another convention."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import numpy as np

from ..framework.validation import Tensor
from .in_front import Layer


class SaysItsChoices(Layer):
    """An adapter translates the choice, so that nothing differs but what it says."""


class LogisticOutput(Layer):
    """The output goes through a sigmoid as well."""

    _squashed: Tensor | None = None

    def forward(self, input_tensor: Tensor) -> Tensor:
        with np.errstate(over="ignore"):  # an infinite exponential is right: the output is 0
            squashed: Tensor = 1 / (1 + np.exp(-super().forward(input_tensor)))
        self._squashed = squashed
        return squashed.copy()

    def backward(self, error_tensor: Tensor) -> Tensor:
        y = self._of_latest_forward(self._squashed)
        return super().backward(error_tensor * (y * (1 - y)))


class _Slope(Layer):
    """The derivative where the input is exactly 0."""

    slope: ClassVar[float]
    _at_zero: Tensor | None = None

    def forward(self, input_tensor: Tensor) -> Tensor:
        self._at_zero = input_tensor == 0
        return super().forward(input_tensor)

    def backward(self, error_tensor: Tensor) -> Tensor:
        share = self.slope * error_tensor * self._of_latest_forward(self._at_zero)
        return super().backward(error_tensor) + share


class SlopeOneAtZero(_Slope):
    """The derivative at 0 is 1."""

    slope = 1.0


class SlopeHalfAtZero(_Slope):
    """The derivative at 0 is 1/2."""

    slope = 0.5


# Convolutions.


class _OtherKernels(Layer):
    """Inside, the kernels are other ones than outside: forward and backward run between two changes of them."""

    weights: Tensor
    gradient_weights: Tensor | None

    def forward(self, input_tensor: Tensor) -> Tensor:
        with self._with_other_kernels():
            return super().forward(input_tensor)

    def backward(self, error_tensor: Tensor) -> Tensor:
        with self._with_other_kernels():
            return super().backward(error_tensor)

    @staticmethod
    def changed(kernels: Tensor) -> Tensor:
        """The other kernels; those of these are the first ones again."""
        raise NotImplementedError

    @contextmanager
    def _with_other_kernels(self) -> Iterator[None]:
        self._change()
        try:
            yield
        finally:
            self._change()

    def _change(self) -> None:
        self.weights = self.changed(self.weights).copy()
        if self.gradient_weights is not None:
            self.gradient_weights = self.changed(self.gradient_weights).copy()


class TurnedKernels(_OtherKernels):
    """Kernels are turned by 180 degrees."""

    @staticmethod
    def changed(kernels: Tensor) -> Tensor:
        return np.flip(kernels, tuple(range(2, kernels.ndim)))


class ReversedChannels(_OtherKernels):
    """The channels of the kernels meet those of the input in reverse order."""

    @staticmethod
    def changed(kernels: Tensor) -> Tensor:
        return np.flip(kernels, 1)


class PaddingBefore(Layer):
    """The zero that an even kernel needs more stands at the beginning.

    The input gets it there, one output more is computed for it at the end, and that is left out.
    """

    convolution_shape: tuple[int, ...]
    stride_shape: tuple[int, ...]
    _shapes: tuple[tuple[int, ...], tuple[int, ...]] | None = None  # all outputs that were computed, and those shown

    def forward(self, input_tensor: Tensor) -> Tensor:
        everything = super().forward(np.pad(input_tensor, [(before, 0) for before in self._before()]))
        sizes = zip(input_tensor.shape[2:], self.stride_shape, strict=True)
        inside: tuple[slice, ...] = (slice(None), slice(None), *(slice(-(-size // step)) for size, step in sizes))
        shown = everything[inside]
        self._shapes = everything.shape, shown.shape
        return shown.copy()

    def backward(self, error_tensor: Tensor) -> Tensor:
        everything, shown = self._of_latest_forward(self._shapes)
        padded_error = np.zeros(everything, error_tensor.dtype)
        padded_error[tuple(map(slice, shown))] = self._checked_error(error_tensor, shown)
        return super().backward(padded_error)[tuple(slice(before, None) for before in self._before())].copy()

    def _before(self) -> tuple[int, ...]:
        """The zeros before each axis."""
        return (0, 0, *(1 - size % 2 for size in self.convolution_shape[1:]))


# Pooling.


class SharedTies(Layer):
    """Equal maxima of a window share the gradient."""

    stride_shape: tuple[int, int]
    pooling_shape: tuple[int, int]
    _input: Tensor | None = None

    def forward(self, input_tensor: Tensor) -> Tensor:
        self._input = input_tensor.copy()
        return super().forward(input_tensor)

    def backward(self, error_tensor: Tensor) -> Tensor:
        kept = self._of_latest_forward(self._input)
        error = error_tensor.copy()
        return super().backward(error_tensor) + self._moved(kept, error)

    def _moved(self, images: Tensor, error: Tensor) -> Tensor:
        """What goes from the first of several equal maxima, which has it all, to the others."""
        candidates = np.stack(list(self._windows(images)))
        largest = candidates == candidates.max(axis=0)
        shares = largest / np.maximum(largest.sum(axis=0), 1)
        first = np.arange(len(largest)).reshape(-1, 1, 1, 1, 1) == largest.argmax(axis=0)
        moved = np.zeros(images.shape, error.dtype)
        for target, share in zip(self._windows(moved), shares - first, strict=True):
            target[...] += error * share.astype(error.dtype)
        return moved

    def _windows(self, images: Tensor) -> Iterator[Tensor]:
        """Views of the images: the elements at one position of all windows, position by position."""
        sizes = zip(images.shape[2:], self.pooling_shape, self.stride_shape, strict=True)
        spans = [(size - window) // step * step + 1 for size, window, step in sizes]
        for i in range(self.pooling_shape[0]):
            for j in range(self.pooling_shape[1]):
                rows, columns = (
                    slice(i, i + spans[0], self.stride_shape[0]),
                    slice(j, j + spans[1], self.stride_shape[1]),
                )
                yield images[:, :, rows, columns]


# Batch normalization.


class _RunningStatistics(Layer):
    """The running variance is another average than that of the batches' variances."""

    decay: float
    running_var: Tensor | None

    def forward(self, input_tensor: Tensor) -> Tensor:
        before = self.running_var
        axes = (0, *range(2, input_tensor.ndim))
        count, variance = input_tensor.size // input_tensor.shape[1], input_tensor.var(axis=axes)
        output = super().forward(input_tensor)
        if not self.testing_phase and self.running_var is not None:
            self.running_var = self.running_var + self._more(before, variance, count)
        return output

    def _more(self, before: Tensor | None, variance: Tensor, count: int) -> Tensor:
        """What the average gets more in one batch than that of the variances."""
        raise NotImplementedError


class RunningUnbiasedVariance(_RunningStatistics):
    """The running variance is the average of the batches' unbiased variances."""

    def _more(self, before: Tensor | None, variance: Tensor, count: int) -> Tensor:
        share = 1.0 if before is None else 1 - self.decay
        return share * variance / (count - 1) if count > 1 else np.zeros_like(variance)


class RunningDeviation(_RunningStatistics):
    """The running variance is the square of the average of the batches' deviations."""

    def _more(self, before: Tensor | None, variance: Tensor, count: int) -> Tensor:
        del count
        if before is None:
            return np.zeros_like(variance)
        old, new = self.decay, 1 - self.decay
        deviation = old * np.sqrt(before) + new * np.sqrt(variance)
        return np.square(deviation) - (old * before + new * variance)
