"""Max pooling."""

from collections.abc import Iterator, Sequence
from math import prod
from typing import NamedTuple

import numpy as np

from ..validation import Tensor, checked_distances
from .base import BaseLayer


class _Cache(NamedTuple):
    shape: tuple[int, ...]  # of the input
    winners: Tensor  # as the output: which position of its window has the maximum


class Pooling(BaseLayer):
    """Maximum of each window of an image, channel by channel, without padding: what fills no window is left out.

    The gradient of a maximum goes to where it was found; of several equal elements, to the first one by rows.

    Args:
        stride_shape: Distance between windows: vertical and horizontal, or one number for both.
        pooling_shape: Height and width of the windows, or one number for both; windows may overlap.

    Raises:
        ValueError: If a distance or size is not a positive integer.
    """

    _cache: _Cache | None = None

    def __init__(self, stride_shape: int | Sequence[int], pooling_shape: int | Sequence[int]) -> None:
        self.stride_shape = checked_distances("stride_shape", stride_shape, 2)
        self.pooling_shape = checked_distances("pooling_shape", pooling_shape, 2)

    def forward(self, input_tensor: Tensor) -> Tensor:
        """Map (batch, channels, height, width) to (batch, channels, rows, columns).

        There are ``(height - pooling height) // vertical stride + 1`` rows, and columns likewise.
        """
        input_tensor = self._checked_input(input_tensor, ("batch", "channels", "height", "width"))
        if any(size < window for size, window in zip(input_tensor.shape[2:], self.pooling_shape, strict=True)):
            raise ValueError(
                f"Pooling.forward: input_tensor.shape={input_tensor.shape}, but height and width should be "
                f"at least those of the windows, {self.pooling_shape}"
            )
        candidates = (candidate.copy() for candidate in self._positions(input_tensor))
        maximum = next(candidates)
        winners = np.zeros(maximum.shape, np.min_scalar_type(prod(self.pooling_shape)))
        for position, candidate in enumerate(candidates, start=1):
            # A later winner has a larger number; so this does what a masked assignment would do, and is faster.
            np.maximum(winners, winners.dtype.type(position) * (candidate > maximum), out=winners)
            np.maximum(maximum, candidate, out=maximum)
        self._cache = _Cache(input_tensor.shape, winners)
        return maximum

    def backward(self, error_tensor: Tensor) -> Tensor:
        """Map the error (batch, channels, rows, columns) to the shape of the input; overlapping windows add up."""
        shape, winners = self._of_latest_forward(self._cache)
        error_tensor = self._checked_error(error_tensor, winners.shape)
        input_error = np.zeros(shape, error_tensor.dtype)
        for position, target in enumerate(self._positions(input_error)):
            target[...] += error_tensor * (winners == position)
        return input_error

    def _positions(self, images: Tensor) -> Iterator[Tensor]:
        """Yield views of the images, each with the elements at one position of all windows, position by position."""
        (vertical, horizontal), (height, width) = self.stride_shape, self.pooling_shape
        rows = (images.shape[2] - height) // vertical * vertical + 1
        columns = (images.shape[3] - width) // horizontal * horizontal + 1
        for i in range(height):
            for j in range(width):
                yield images[:, :, i : i + rows : vertical, j : j + columns : horizontal]
