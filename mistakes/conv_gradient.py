"""Convolutional layer: wrong input errors."""

from __future__ import annotations

import numpy as np

from ..framework.validation import Tensor
from .conv import EVEN, NOT_DIVIDED, STRIDED, ConvInSteps, Pass
from .registry import Declare

mistake = Declare(families=("gradient",))


@mistake(hint="correlate the error with np.flip(weights, (2, 3)), or convolve it with the weights")
class KernelsNotFlippedInBackward(ConvInSteps):
    """Backward uses the kernels as forward does.

    A pixel i adds to the outputs i - m by weights[m], so backward meets the kernels in the opposite direction: flipped
    along rows and columns.
    """

    def _kernels_in_backward(self, weights: Tensor) -> Tensor:
        return weights.swapaxes(0, 1)


@mistake(hint="np.flip(weights, (2, 3)), both axes")
class KernelsFlippedAlongOneAxisInBackward(ConvInSteps):
    """Backward flips the rows of the kernels only.

    kernel[::-1] turns the first axis round. The columns have to be flipped as well.
    """

    def _kernels_in_backward(self, weights: Tensor) -> Tensor:
        return np.flip(weights, 2).swapaxes(0, 1)


@mistake(hint="input_error[b, c] adds up correlate(error[b, k], weights[k, c]) over k, with the same k in both")
class KernelOrderReversedInBackward(ConvInSteps):
    """Backward meets the kernels in reverse order.

    A three-dimensional convolution flips the axis of the kernels too, so that error channel k meets kernel
    num_kernels - 1 - k.
    """

    def _kernels_in_backward(self, weights: Tensor) -> Tensor:
        return super()._kernels_in_backward(weights)[:, ::-1]


@mistake(hint="np.flip(weights, (2, 3)), not the axis of the channels")
class ChannelsReversedInBackward(ConvInSteps):
    """The channels of the input error are in reverse order.

    np.flip(kernel) without axes flips the channels as well as rows and columns.
    """

    def _kernels_in_backward(self, weights: Tensor) -> Tensor:
        return super()._kernels_in_backward(weights)[::-1]


@mistake(hint="weights.swapaxes(0, 1), not weights.reshape(channels, num_kernels, ...)")
class ChannelsSwappedInBackward(ConvInSteps):
    """Backward reshapes the kernels instead of swapping their axes.

    Backward needs the weights as (channels, kernels, ...). reshape gives that shape too, but leaves the numbers in
    their order, so that they belong to other channels.
    """

    def _kernels_in_backward(self, weights: Tensor) -> Tensor:
        kernels, channels = weights.shape[:2]
        return np.flip(weights, (2, 3)).reshape(channels, kernels, *weights.shape[2:])


@mistake(hint="np.pad(error, ...) with (kernel - 1 - before) zeros before and (before) zeros after", cases=EVEN)
class PaddingSideInBackward(ConvInSteps):
    """Backward pads on the same side as forward.

    An even kernel has one more zero on one side. In backward this must be the other side, or the input error is shifted
    by a pixel. Odd kernels do not show it.
    """

    def _before_in_backward(self) -> tuple[int, int]:
        return self._before()


@mistake(hint="spread[:, :, ::stride_rows, ::stride_columns] = error", cases=STRIDED)
class SpreadWithoutStride(ConvInSteps):
    """Backward ignores the stride.

    The errors are placed side by side in the corner of an array of the input's size. They belong stride pixels apart.
    """

    def _spread_out(self, error: Tensor, latest: Pass) -> Tensor:
        spread = np.zeros_like(super()._spread_out(error, latest))
        spread[:, :, : error.shape[2], : error.shape[3]] = error
        return spread


@mistake(hint="the first error belongs to pixel 0: spread[:, :, ::stride] = error", cases=STRIDED)
class SpreadOneLate(ConvInSteps):
    """The spread errors are shifted by a pixel.

    Upsampling starts with a zero: the errors stand at 1, 1 + stride, ... while forward took the outputs at 0, stride,
    ...
    """

    def _spread_out(self, error: Tensor, latest: Pass) -> Tensor:
        spread = super()._spread_out(error, latest)
        return spread if max(self._strides) == 1 else np.roll(spread, 1, axis=3)


@mistake(hint="put zeros between the errors: spread = np.zeros(...); spread[:, :, ::stride] = error", cases=STRIDED)
class ErrorsRepeated(ConvInSteps):
    """Errors are repeated instead of spread out.

    np.repeat copies every error to the pixels that the stride has left out. Those had no output, so their error is 0.
    """

    def _spread_out(self, error: Tensor, latest: Pass) -> Tensor:
        spread = super()._spread_out(error, latest)
        repeated = error.repeat(self._strides[0], axis=2).repeat(self._strides[1], axis=3)
        return repeated[:, :, : spread.shape[2], : spread.shape[3]]


@mistake(
    hint="there are ceil(size / stride) errors along an axis; spread[:, :, ::stride] has room for all",
    cases=NOT_DIVIDED,
)
class LastErrorLost(ConvInSteps):
    """The last row or column of the error is lost if the stride does not divide the size.

    Backward counts size // stride errors, but there is one more if something remains.
    """

    def _spread_out(self, error: Tensor, latest: Pass) -> Tensor:
        spread = super()._spread_out(error, latest)
        (rows, columns), (vertical, horizontal) = spread.shape[2:], self._strides
        if rows > 1:
            spread[:, :, rows // vertical * vertical :] = 0
        spread[:, :, :, columns // horizontal * horizontal :] = 0
        return spread


@mistake(hint="input_error[b, c] += ..., not =, in the loop over the kernels")
class LastKernelOnlyInBackward(ConvInSteps):
    """The input error comes from the last kernel alone.

    In the loop over the kernels the input error is set instead of added to, so the last kernel overwrites the others.
    """

    def _input_error(self, error: Tensor, latest: Pass) -> Tensor:
        return super()._input_error(error[:, -1:], latest._replace(weights=latest.weights[-1:]))


@mistake(hint="loop over the batch, or give the arrays a batch axis: input_error[b] from error[b]")
class FirstSampleSError(ConvInSteps):
    """All samples get the first one's error.

    Backward reads error_tensor[0]. With a batch of one nothing is wrong.
    """

    def _input_error(self, error: Tensor, latest: Pass) -> Tensor:
        return super()._input_error(np.broadcast_to(error[:1], error.shape), latest)


@mistake(hint="cut the padding off: input_error[:, :, top : top + height, left : left + width]")
class ZerosKeptAroundInputError(ConvInSteps):
    """The wrong part of the padded input error is returned.

    The error of the padded input is cut at its start instead of at the padding, so that it is shifted.
    """

    def _input_error(self, error: Tensor, latest: Pass) -> Tensor:
        top, left = self._before()
        right = super()._input_error(error, latest)
        shifted = np.zeros_like(right)
        shifted[:, :, top:, left:] = right[:, :, : right.shape[2] - top, : right.shape[3] - left]
        return shifted


@mistake(hint="the input error of sample b belongs to sample b alone: no / batch_size")
class InputErrorAveraged(ConvInSteps):
    """The input error is divided by the batch size.

    There is nothing to average: each sample has an input error of its own.
    """

    def _input_error(self, error: Tensor, latest: Pass) -> Tensor:
        return super()._input_error(error, latest) / len(error)


@mistake(hint="compute the input error first, and call calculate_update last")
class InputErrorAfterUpdate(ConvInSteps):
    """The input error is computed with updated weights.

    backward updates the weights and uses the new ones for the input error. The output came from the old ones. Without
    an optimizer nothing is wrong, so a gradient check does not see it.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        latest = self._of_latest_forward(self._pass)
        super().backward(error_tensor)
        updated = latest._replace(weights=self._images_kernels(self.weights))
        error = error_tensor if error_tensor.ndim == 4 else error_tensor[:, :, np.newaxis]
        return self._input_error(error, updated).reshape(latest.shape)
