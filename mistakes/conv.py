"""Convolutional layer: wrong outputs."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..framework import Conv
from ..framework.validation import Tensor
from .registry import Declare

Mode = Literal["constant", "edge", "wrap"]
EVEN = ("even-kernel", "4-by-3-kernel", "stride-over-kernel", "kernel-over-image", "sequence-even-kernel")
STRIDED = ("stride-2-1", "stride-over-kernel", "sequence", "sequence-even-kernel")
NOT_DIVIDED = ("stride-2-1", "stride-over-kernel", "sequence")
SEVERAL_CHANNELS = (
    "image",
    "batch-1",
    "4-by-3-kernel",
    "pointwise",
    "stride-2-1",
    "stride-over-kernel",
    "sequence",
    "sequence-even-kernel",
)

mistake = Declare(families=("value",))


class Pass(NamedTuple):
    """What a forward pass leaves for the backward pass; a sequence is an image of one row."""

    shape: tuple[int, ...]  # of the input
    padded: Tensor  # (batch, channels, height + kernel height - 1, width + kernel width - 1)
    weights: Tensor  # (kernels, channels, kernel height, kernel width)


class ConvInSteps(Conv):
    """The same layer with its passes cut into the steps of the usual solution, so that a mistake can replace one.

    Backward puts zeros between the errors until they have the input's size. What they are correlated with then are the
    padded input for the weights, and the flipped kernels for the input.
    """

    _pass: Pass | None = None

    def forward(self, input_tensor: Tensor) -> Tensor:
        padded = self._pad(_images(input_tensor), self._before())
        weights = self._images_kernels(self.weights).copy()
        self._pass = Pass(input_tensor.shape, padded, weights)
        output = self._add_bias(self._thin_out(self._correlate(padded, weights)))
        return output if input_tensor.ndim == 4 else output[:, :, 0]

    def backward(self, error_tensor: Tensor) -> Tensor:
        latest = self._of_latest_forward(self._pass)
        error = _images(error_tensor)
        gradient_weights = self._gradient_weights(error, latest).reshape(self.weights.shape)
        gradient_bias = self._gradient_bias(error)
        input_error = self._input_error(error, latest)
        self._learn(gradient_weights, gradient_bias)
        return input_error.reshape(latest.shape)

    def _images_kernels(self, weights: Tensor) -> Tensor:
        return weights.reshape(self.num_kernels, -1, *self._kernel)

    def _before(self) -> tuple[int, int]:
        """How many zeros stand above and left of the image."""
        return (self._kernel[0] - 1) // 2, (self._kernel[1] - 1) // 2

    def _pad(self, images: Tensor, before: tuple[int, int]) -> Tensor:
        return _padded(images, before, self._kernel)

    def _correlate(self, padded: Tensor, weights: Tensor) -> Tensor:
        return _correlation(padded, weights)

    def _thin_out(self, output: Tensor) -> Tensor:
        return output[:, :, :: self._strides[0], :: self._strides[1]]

    def _add_bias(self, output: Tensor) -> Tensor:
        return output + self.bias[:, np.newaxis, np.newaxis]

    def _spread_out(self, error: Tensor, latest: Pass) -> Tensor:
        """The errors with zeros between them: (batch, kernels, height, width) of the input."""
        spread = np.zeros((*error.shape[:2], *_image_size(latest.shape)))
        spread[:, :, :: self._strides[0], :: self._strides[1]] = error
        return spread

    def _gradient_weights(self, error: Tensor, latest: Pass) -> Tensor:
        spread = self._spread_out(error, latest)
        windows = sliding_window_view(latest.padded, spread.shape[2:], axis=(2, 3))
        gradient: Tensor = np.einsum("bcmnhw,bkhw->kcmn", windows, spread)
        return gradient

    def _gradient_bias(self, error: Tensor) -> Tensor:
        gradient: Tensor = error.sum(axis=(0, 2, 3))
        return gradient

    def _before_in_backward(self) -> tuple[int, int]:
        """In backward the sides change places."""
        top, left = self._before()
        return self._kernel[0] - 1 - top, self._kernel[1] - 1 - left

    def _kernels_in_backward(self, weights: Tensor) -> Tensor:
        """(channels, kernels, kernel height, kernel width)."""
        return np.flip(weights, (2, 3)).swapaxes(0, 1)

    def _input_error(self, error: Tensor, latest: Pass) -> Tensor:
        spread = self._spread_out(error, latest)
        padded = _padded(spread, self._before_in_backward(), self._kernel)
        return _correlation(padded, self._kernels_in_backward(latest.weights))


def _padded(images: Tensor, before: tuple[int, int], kernel: tuple[int, ...], mode: Mode = "constant") -> Tensor:
    """The images with `before` rows and columns before them, and so many behind that a kernel fits at every pixel."""
    sides = [(first, size - 1 - first) for first, size in zip(before, kernel, strict=True)]
    return np.pad(images, [(0, 0), (0, 0), *sides], mode=mode)


def _correlation(padded: Tensor, weights: Tensor) -> Tensor:
    """What every kernel sees at every pixel: (batch, kernels, height, width)."""
    windows = sliding_window_view(padded, weights.shape[2:], axis=(2, 3))
    result: Tensor = np.einsum("bchwmn,kcmn->bkhw", windows, weights)
    return result


def _images(tensor: Tensor) -> Tensor:
    return tensor if tensor.ndim == 4 else tensor[:, :, np.newaxis]


def _image_size(shape: tuple[int, ...]) -> tuple[int, int]:
    height, width = (1, *shape[2:])[-2:]
    return height, width


@mistake(
    hint="np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right))) with top + bottom = kernel height - 1",
    families=("contract",),
)
class NoPadding(ConvInSteps):
    """The input gets no zeros around it.

    Outputs exist only where a kernel lies inside of the image ("valid"), so the output is smaller than it should be.
    """

    def _pad(self, images: Tensor, before: tuple[int, int]) -> Tensor:
        del before
        return images


@mistake(
    hint="pad (kernel - 1) // 2 zeros on one side and kernel // 2 on the other one", families=("contract",), cases=EVEN
)
class SamePaddingOnBothSides(ConvInSteps):
    """Both sides get half a kernel of zeros.

    kernel // 2 zeros on both sides are right for odd kernels. With an even one they are one too many, so that the
    output is one row or column larger than the input.
    """

    def _pad(self, images: Tensor, before: tuple[int, int]) -> Tensor:
        del before
        half = [(size // 2, size // 2) for size in self._kernel]
        return np.pad(images, [(0, 0), (0, 0), *half])


@mistake(
    hint="pad rows by the kernel's height and columns by its width: convolution_shape[1], convolution_shape[2]",
    families=("contract",),
    cases=("4-by-3-kernel", "stride-over-kernel", "kernel-over-image", "sequence", "sequence-even-kernel"),
)
class PaddingByTheWrongAxis(ConvInSteps):
    """The kernel's height and width are swapped in the padding.

    Rows are padded by the kernel's width and columns by its height, which shows only for kernels that are not square.
    """

    def _pad(self, images: Tensor, before: tuple[int, int]) -> Tensor:
        del before
        sides = [((size - 1) // 2, size // 2) for size in reversed(self._kernel)]
        return np.pad(images, [(0, 0), (0, 0), *sides])


@mistake(hint='np.pad(..., mode="constant"), which is the default and pads with 0')
class EdgeRepeated(ConvInSteps):
    """The border's pixels are repeated instead of zeros.

    The padding continues the image where zeros are asked for: np.pad with mode="edge".
    """

    def _pad(self, images: Tensor, before: tuple[int, int]) -> Tensor:
        return _padded(images, before, self._kernel, "edge")


@mistake(hint="np.fft.rfft2(x, s=(height + kernel height - 1, width + kernel width - 1)): room for the whole result")
class WrappedAround(ConvInSteps):
    """The image continues at its opposite side.

    A Fourier transform of the image's own size makes it periodic: what a kernel sees beyond one border is the other
    border, not zeros.
    """

    def _pad(self, images: Tensor, before: tuple[int, int]) -> Tensor:
        return _padded(images, before, self._kernel, "wrap")


@mistake(hint="decide for one side: before = (size - 1) // 2 for the height and for the width")
class PaddingSidesMixed(ConvInSteps):
    """The odd zero goes above the image, but right of it.

    An even kernel needs one zero more on one side. Either side will do, but it must be the same one for rows and
    columns.
    """

    def _before(self) -> tuple[int, int]:
        return self._kernel[0] // 2, (self._kernel[1] - 1) // 2


@mistake(hint="flip both axes or none: np.flip(kernel, axis=(-2, -1))")
class FlippedAlongOneAxis(ConvInSteps):
    """Kernels are flipped along one axis only.

    Cross-correlation leaves the kernels as they are, convolution turns them by 180 degrees. kernel[::-1] flips the
    rows, but not the columns.
    """

    def _correlate(self, padded: Tensor, weights: Tensor) -> Tensor:
        return super()._correlate(padded, np.flip(weights, 3))


@mistake(hint="output[p, q] sums weights[m, n] * padded[p + m, q + n]: first index with first index")
class KernelsTransposed(ConvInSteps):
    """Rows and columns of the kernels are swapped.

    The kernels' rows run along the image's columns. Where kernels are not square it raises an error.
    """

    def _correlate(self, padded: Tensor, weights: Tensor) -> Tensor:
        if self._kernel[0] != self._kernel[1]:
            raise ValueError(
                f"operands could not be broadcast together with shapes {self._kernel} {self._kernel[::-1]}"
            )
        return super()._correlate(padded, weights.swapaxes(2, 3))


@mistake(hint="take the channel at channels // 2, or sum two-dimensional correlations over the channels")
class MiddleChannelOffByOne(ConvInSteps):
    """The wrong channel of a three-dimensional correlation is taken.

    Of the correlation over channels, rows and columns only the middle channel sees all channels. Beside the middle,
    which an even number of channels makes easy to miss, one is lost.
    """

    def _correlate(self, padded: Tensor, weights: Tensor) -> Tensor:
        if padded.shape[1] % 2 == 0:
            padded = np.concatenate([np.zeros_like(padded[:, :1]), padded[:, :-1]], axis=1)
        return super()._correlate(padded, weights)


@mistake(hint="output[b, k] = sum over c of the correlations of channel c, without / channels", cases=SEVERAL_CHANNELS)
class ChannelsAveraged(ConvInSteps):
    """The channels are averaged instead of summed.

    Every channel of a kernel adds to the output, so the correlations have to be added up.
    """

    def _correlate(self, padded: Tensor, weights: Tensor) -> Tensor:
        return super()._correlate(padded, weights / weights.shape[1])


@mistake(
    hint="loop over the channels, and add up: output[b, k] += correlate(x[b, c], weights[k, c])", cases=SEVERAL_CHANNELS
)
class LastChannelOnly(ConvInSteps):
    """The output comes from the last channel alone.

    In the loop over the channels the output is set instead of added to, so the last channel overwrites the others.
    """

    def _correlate(self, padded: Tensor, weights: Tensor) -> Tensor:
        return super()._correlate(padded[:, -1:], weights[:, -1:])
