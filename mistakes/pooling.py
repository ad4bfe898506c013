"""Max pooling: wrong outputs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..framework import Pooling
from ..framework.validation import Tensor
from .registry import Declare

DIFFERENT_STRIDES = ("overlap", "non-square", "stride-over-window")

mistake = Declare(families=("contract",))


class Found(NamedTuple):
    """What a forward pass leaves for the backward pass."""

    shape: tuple[int, ...]  # of the input
    places: Tensor  # as the output: where in its window the maximum is, counted by rows


class PoolingInSteps(Pooling):
    """The same layer with its passes cut into steps, so that a mistake can replace one of them."""

    _found: Found | None = None

    def forward(self, input_tensor: Tensor) -> Tensor:
        windows = self._windows(input_tensor)
        self._found = Found(input_tensor.shape, self._places(windows))
        return self._output(windows)

    def backward(self, error_tensor: Tensor) -> Tensor:
        found = self._of_latest_forward(self._found)
        input_error = self._new_input_error(found, error_tensor)
        self._add(input_error, self._targets(found), error_tensor)
        return input_error

    def _windows(self, images: Tensor) -> Tensor:
        """(batch, channels, rows, columns, window height * window width)."""
        height, width = self.pooling_shape
        windows = sliding_window_view(images, (height, width), axis=(2, 3))
        windows = windows[:, :, :: self.stride_shape[0], :: self.stride_shape[1]]
        return windows.reshape(*windows.shape[:4], height * width)

    def _places(self, windows: Tensor) -> Tensor:
        places: Tensor = windows.argmax(axis=-1)
        return places

    def _output(self, windows: Tensor) -> Tensor:
        maxima: Tensor = windows.max(axis=-1)
        return maxima

    def _new_input_error(self, found: Found, error: Tensor) -> Tensor:
        return np.zeros(found.shape, error.dtype)

    def _targets(self, found: Found) -> tuple[Tensor, ...]:
        """Where each error belongs: batch, channel, row and column."""
        sample, channel, row, column = every_place(found.places.shape)
        row_inside, column_inside = np.divmod(found.places, self.pooling_shape[1])
        row = row * self.stride_shape[0] + row_inside
        return sample, channel, row, column * self.stride_shape[1] + column_inside

    def _add(self, input_error: Tensor, targets: tuple[Tensor, ...], error: Tensor) -> None:
        np.add.at(input_error, targets, error)


def every_place(shape: tuple[int, ...]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Batch, channel, row and column of every output, each an array of the outputs' shape."""
    sample, channel, row, column = np.meshgrid(*map(np.arange, shape), indexing="ij")
    return sample, channel, row, column


@mistake(hint="np.max(window), not np.mean(window)", families=("value",))
class Average(PoolingInSteps):
    """The windows are averaged.

    Forward returns the mean of a window where its maximum is asked for, while backward sends the error to the maximum.
    """

    def _output(self, windows: Tensor) -> Tensor:
        means: Tensor = windows.mean(axis=-1)
        return means


@mistake(hint="start with -np.inf, or use np.max(window)", families=("value",))
class StartsAtZero(PoolingInSteps):
    """The maximum starts at 0.

    The search compares with a first value of 0, so a window with negative entries only becomes 0. After a ReLU nothing
    is wrong.
    """

    def _output(self, windows: Tensor) -> Tensor:
        return np.maximum(super()._output(windows), 0)


@mistake(hint="np.argmax(window), not np.argmax(np.abs(window))", families=("value",))
class LargestMagnitude(PoolingInSteps):
    """The entry of the largest magnitude wins.

    A large negative entry beats a smaller positive one. For inputs that are not negative nothing is wrong.
    """

    def _places(self, windows: Tensor) -> Tensor:
        return super()._places(np.abs(windows))

    def _output(self, windows: Tensor) -> Tensor:
        return np.take_along_axis(windows, self._places(windows)[..., np.newaxis], -1)[..., 0]


@mistake(hint="rows = (height - window height) // stride + 1, rounded down")
class RestPadded(PoolingInSteps):
    """What fills no window is pooled as well.

    The number of windows is rounded up and the image continued by zeros, so there are more outputs than windows fit.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        self._shape = input_tensor.shape
        return super().forward(np.pad(input_tensor, [(0, 0), (0, 0), *self._more(input_tensor.shape)]))

    def backward(self, error_tensor: Tensor) -> Tensor:
        height, width = self._shape[2:]
        return super().backward(error_tensor)[:, :, :height, :width].copy()

    def _more(self, shape: tuple[int, ...]) -> list[tuple[int, int]]:
        sizes = zip(shape[2:], self.pooling_shape, self.stride_shape, strict=True)
        return [(0, -(size - window) % stride) for size, window, stride in sizes]


@mistake(hint="no padding: rows = (height - window height) // stride + 1")
class SamePadding(RestPadded):
    """The image is padded as for a convolution.

    There are ceil(height / stride) rows, where pooling takes only windows that lie inside of the image.
    """

    def _more(self, shape: tuple[int, ...]) -> list[tuple[int, int]]:
        del shape
        return [(0, window - 1) for window in self.pooling_shape]


@mistake(hint="rows = (height - window height) // stride + 1: mind the + 1")
class LastWindowLost(PoolingInSteps):
    """The last row and column of windows is lost.

    The number of windows lacks the + 1: range(0, height - window, stride) stops before the last window.
    """

    def _windows(self, images: Tensor) -> Tensor:
        windows = super()._windows(images)
        last = [(size - window) % stride == 0 for size, window, stride in self._sizes(images)]
        return windows[:, :, : windows.shape[2] - last[0], : windows.shape[3] - last[1]]

    def _sizes(self, images: Tensor) -> list[tuple[int, int, int]]:
        return list(zip(images.shape[2:], self.pooling_shape, self.stride_shape, strict=True))


@mistake(hint="window (p, q) starts at row p * stride_shape[0], column q * stride_shape[1]", cases=DIFFERENT_STRIDES)
class WindowAsStride(PoolingInSteps):
    """The window's size is used as the stride.

    The windows are put side by side whatever the stride says. With equal sizes nothing is wrong.
    """

    def __init__(self, stride_shape: tuple[int, int], pooling_shape: tuple[int, int]) -> None:
        super().__init__(stride_shape if pooling_shape == (1, 1) else pooling_shape, pooling_shape)


@mistake(hint="stride_shape[0] belongs to the rows, stride_shape[1] to the columns", cases=DIFFERENT_STRIDES)
class StridesSwapped(PoolingInSteps):
    """The strides of rows and columns are swapped.

    With equal strides nothing is wrong, so it shows only with two different ones.
    """

    def __init__(self, stride_shape: tuple[int, int], pooling_shape: tuple[int, int]) -> None:
        super().__init__(stride_shape[::-1], pooling_shape)


@mistake(
    hint="pooling_shape is (height, width): rows first",
    cases=("non-square", "stride-over-window", "whole-image-batch-1"),
)
class WindowTransposed(PoolingInSteps):
    """Height and width of the windows are swapped.

    With square windows nothing is wrong.
    """

    def __init__(self, stride_shape: tuple[int, int], pooling_shape: tuple[int, int]) -> None:
        super().__init__(stride_shape, pooling_shape[::-1])


@mistake(hint="def __init__(self, stride_shape, pooling_shape): the stride comes first")
class ArgumentsSwapped(PoolingInSteps):
    """The constructor takes the window's size first.

    The course calls Pooling(stride_shape, pooling_shape); most libraries have it the other way round.
    """

    def __init__(self, stride_shape: tuple[int, int], pooling_shape: tuple[int, int]) -> None:
        super().__init__(pooling_shape, stride_shape)
