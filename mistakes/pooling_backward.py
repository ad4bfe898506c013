"""Max pooling: wrong gradients, wrong memory."""

from __future__ import annotations

import numpy as np

from ..framework.validation import Tensor
from .pooling import Found, PoolingInSteps, every_place
from .registry import Declare

mistake = Declare(families=("gradient",))


@mistake(
    hint="input_error[b, c, i, j] += error, or np.add.at: one entry may be the maximum of several windows",
    cases=("overlap", "non-square"),
)
class OverlapOverwritten(PoolingInSteps):
    """Where windows overlap, one error overwrites the other.

    An entry can be the maximum of several windows, and then their errors add up; = keeps the last one only.
    """

    def _add(self, input_error: Tensor, targets: tuple[Tensor, ...], error: Tensor) -> None:
        input_error[targets] = error


@mistake(hint="choose one maximum with np.argmax(window), or divide the error by the number of equal maxima")
class TiesCountedInFull(PoolingInSteps):
    """Each of several equal maxima gets the whole error.

    The mask window == max is true for all of them, so the error counts several times. After a ReLU windows of zeros are
    common.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        windows = self._windows(input_tensor)
        self._equal = windows == windows.max(axis=-1, keepdims=True)
        return super().forward(input_tensor)

    def backward(self, error_tensor: Tensor) -> Tensor:
        found = self._of_latest_forward(self._found)
        input_error = self._new_input_error(found, error_tensor)
        for place in range(self._equal.shape[-1]):
            targets = self._targets(found._replace(places=np.full_like(found.places, place)))
            self._add(input_error, targets, error_tensor * self._equal[..., place])
        return input_error


@mistake(hint="np.argmax(window) inside of the window, plus the window's corner")
class MaximumSoughtInTheImage(PoolingInSteps):
    """The maximum's place is looked up in the whole image.

    np.where(image == maximum) finds the first entry of that value, which may lie in another window. Without equal
    entries nothing is wrong.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        self._image = input_tensor.copy()
        return super().forward(input_tensor)

    def _targets(self, found: Found) -> tuple[Tensor, ...]:
        sample, channel, row, column = super()._targets(found)
        flat = self._image.reshape(*self._image.shape[:2], -1)
        for index in np.ndindex(*row.shape):
            values = flat[index[:2]]
            first = np.argmax(values == self._image[(*index[:2], row[index], column[index])])
            row[index], column[index] = np.divmod(first, found.shape[3])
        return sample, channel, row, column


@mistake(hint="row, column = divmod(np.argmax(window), window width), or np.unravel_index(place, window.shape)")
class PlaceDecodedByHeight(PoolingInSteps):
    """The place in the window is decoded with the wrong size.

    np.argmax counts by rows, so row and column are quotient and remainder of a division by the window's width, not its
    height. Square windows do not show it.
    """

    def _targets(self, found: Found) -> tuple[Tensor, ...]:
        sample, channel, row, column = every_place(found.places.shape)
        height, width = self.pooling_shape
        row_inside, column_inside = np.divmod(found.places, height)
        row = row * self.stride_shape[0] + np.minimum(row_inside, height - 1)
        return sample, channel, row, column * self.stride_shape[1] + np.minimum(column_inside, width - 1)


@mistake(hint="row = p * stride_shape[0] + place inside of the window")
class PlaceWithoutCorner(PoolingInSteps):
    """The place in the window is taken for the place in the image.

    np.argmax(window) counts from the window's corner, so all errors end up in the image's first window.
    """

    def _targets(self, found: Found) -> tuple[Tensor, ...]:
        sample, channel, *_ = every_place(found.places.shape)
        return sample, channel, *np.divmod(found.places, self.pooling_shape[1])


@mistake(
    hint="window (p, q) starts at row p * stride_shape[0], column q * stride_shape[1]",
    cases=("overlap", "non-square", "stride-over-window"),
)
class StrideMissingInBackward(PoolingInSteps):
    """Backward uses the window's size as the stride.

    Forward moves the windows by the stride, backward by their own size, so that the errors end up elsewhere.
    """

    def _targets(self, found: Found) -> tuple[Tensor, ...]:
        sample, channel, row, column = every_place(found.places.shape)
        row_inside, column_inside = np.divmod(found.places, self.pooling_shape[1])
        row = row * self.pooling_shape[0] + row_inside
        column = column * self.pooling_shape[1] + column_inside
        return sample, channel, np.minimum(row, found.shape[2] - 1), np.minimum(column, found.shape[3] - 1)


@mistake(hint="the whole error goes to the maximum: input_error[b, c, i, j] += error")
class ErrorSpreadEvenly(PoolingInSteps):
    """Every entry of a window gets a share of the error.

    That is the derivative of a mean. Only the maximum changes the output, so it gets the whole error.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        found = self._of_latest_forward(self._found)
        input_error, size = self._new_input_error(found, error_tensor), int(np.prod(self.pooling_shape))
        for place in range(size):
            targets = self._targets(found._replace(places=np.full_like(found.places, place)))
            self._add(input_error, targets, error_tensor / size)
        return input_error


@mistake(hint="places[b, c, p, q] = np.argmax(window): one for every window of every sample")
class PlacesOfFirstSample(PoolingInSteps):
    """All samples use the places of the first one.

    The places of the maxima are stored without the batch axis. With a batch of one nothing is wrong.
    """

    def _places(self, windows: Tensor) -> Tensor:
        places = super()._places(windows)
        return np.broadcast_to(places[:1], places.shape)


@mistake(hint="places[b, c, p, q] = np.argmax(window): every channel has maxima of its own")
class PlacesOfLastChannel(PoolingInSteps):
    """All channels use the places of the last one.

    The loop over the channels overwrites the places of the maxima.
    """

    def _places(self, windows: Tensor) -> Tensor:
        places = super()._places(windows)
        return np.broadcast_to(places[:, -1:], places.shape)


@mistake(
    hint="store the places anew in every forward: self.places = np.zeros(output.shape) or a new list",
    families=("contract",),
)
class PlacesKept(PoolingInSteps):
    """Backward uses the places of the first forward.

    The list of places is made in the constructor and appended to; backward reads it from its start.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        earlier = self._found
        output = super().forward(input_tensor)
        if earlier is not None and earlier.shape == input_tensor.shape:
            self._found = earlier
        return output


@mistake(hint="input_error = np.zeros(input_shape) at the start of every backward", families=("contract",))
class InputErrorKept(PoolingInSteps):
    """The input error adds up over all backward passes.

    The array of zeros is made once, in forward or in the constructor, and not reset by backward.
    """

    _kept: Tensor | None = None

    def _new_input_error(self, found: Found, error: Tensor) -> Tensor:
        if self._kept is None or self._kept.shape != found.shape:
            self._kept = super()._new_input_error(found, error)
        return self._kept

    def backward(self, error_tensor: Tensor) -> Tensor:
        return super().backward(error_tensor).copy()


@mistake(hint="np.zeros(input_shape), not np.zeros_like(places), which takes their dtype", families=("contract",))
class IntegerInputError(PoolingInSteps):
    """The input error is an array of integers.

    np.zeros_like of the places makes integers, so that every error is cut to a whole number.
    """

    def _new_input_error(self, found: Found, error: Tensor) -> Tensor:
        return np.zeros_like(super()._new_input_error(found, error), dtype=np.int64)

    def _add(self, input_error: Tensor, targets: tuple[Tensor, ...], error: Tensor) -> None:
        np.add.at(input_error, targets, error.astype(np.int64))


@mistake(hint="leave the input alone: work on input_tensor.copy()", families=("contract",))
class MaximumRemovedFromTheInput(PoolingInSteps):
    """Forward writes into its input.

    Every maximum is replaced by a mark, so that backward can find it; but the array belongs to the caller.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        output = super().forward(input_tensor)
        if self._found is not None:
            input_tensor[self._targets(self._found)] = -np.inf
        return output


@mistake(
    hint="input_error = np.zeros(input_tensor.shape), with the rows and columns that fill no window",
    families=("contract",),
)
class RestCutOffInBackward(PoolingInSteps):
    """The input error lacks what filled no window.

    Backward returns an array as large as the windows together. Rows and columns that were left out have an error of 0,
    but they belong to the input.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        input_error = super().backward(error_tensor)
        steps = zip(error_tensor.shape[2:], self.stride_shape, self.pooling_shape, strict=True)
        rows, columns = ((count - 1) * stride + window for count, stride, window in steps)
        return input_error[:, :, :rows, :columns].copy()
