"""Convolutional layer: wrong strides, bias and starting values."""

from __future__ import annotations

from math import prod

import numpy as np

from ..framework import Initializer
from ..framework.validation import Tensor
from .conv import NOT_DIVIDED, SEVERAL_CHANNELS, STRIDED, ConvInSteps
from .registry import Declare

mistake = Declare(families=("contract",))


@mistake(hint="output[:, :, ::stride_rows, ::stride_columns]", cases=STRIDED)
class StrideIgnored(ConvInSteps):
    """The stride is ignored.

    All outputs are returned, where only every stride-th one should be.
    """

    def _thin_out(self, output: Tensor) -> Tensor:
        return output


@mistake(hint="stride_shape[0] belongs to the rows, stride_shape[1] to the columns")
class StridesSwapped(ConvInSteps):
    """The strides of rows and columns are swapped.

    With equal strides nothing is wrong, so it shows only with two different ones.
    """

    def _thin_out(self, output: Tensor) -> Tensor:
        if output.shape[2] == 1:
            return super()._thin_out(output)
        return output[:, :, :: self._strides[1], :: self._strides[0]]


@mistake(hint="use stride_shape[1] for the columns")
class FirstStrideForBoth(ConvInSteps):
    """The first stride is used for both axes.

    stride_shape has a number for the rows and another one for the columns.
    """

    def _thin_out(self, output: Tensor) -> Tensor:
        if output.shape[2] == 1:
            return super()._thin_out(output)
        return output[:, :, :: self._strides[0], :: self._strides[0]]


@mistake(
    hint="there are ceil(size / stride) outputs: -(-size // stride), or len(range(0, size, stride))", cases=NOT_DIVIDED
)
class OutputsRoundedDown(ConvInSteps):
    """The number of outputs is rounded down.

    With size // stride outputs the last row or column is lost if the stride does not divide the size.
    """

    def _thin_out(self, output: Tensor) -> Tensor:
        counts = [max(size // step, 1) for size, step in zip(output.shape[2:], self._strides, strict=True)]
        return super()._thin_out(output)[:, :, : counts[0], : counts[1]]


@mistake(hint="output[:, :, ::stride]: the first output is the one at pixel 0", families=("value",), cases=STRIDED)
class SubsamplingStartsLate(ConvInSteps):
    """Subsampling starts with the second pixel.

    Of the outputs for stride 1, those at 0, stride, 2 stride, ... should be kept; here it is the ones beside them.
    """

    def _thin_out(self, output: Tensor) -> Tensor:
        for axis, step in enumerate(self._strides, start=2):
            places = np.arange(0, output.shape[axis], step) + (step > 1)
            output = np.take(output, np.minimum(places, output.shape[axis] - 1), axis)
        return output


@mistake(hint="output[:, k] += bias[k]", families=("value",))
class BiasMissing(ConvInSteps):
    """The bias is not added.

    Every kernel has a bias that is added to all of its outputs.
    """

    def _add_bias(self, output: Tensor) -> Tensor:
        return output


@mistake(hint="add bias[k] once, after the loop over the channels", families=("value",), cases=SEVERAL_CHANNELS)
class BiasAddedForEveryChannel(ConvInSteps):
    """The bias is added once for every channel.

    The bias stands inside of the loop over the channels, so it counts as many times as there are channels.
    """

    def _add_bias(self, output: Tensor) -> Tensor:
        sum_over_channels: Tensor = self.convolution_shape[0] * self.bias
        return output + sum_over_channels[:, np.newaxis, np.newaxis]


@mistake(hint="output += bias.reshape(1, num_kernels, 1, 1)", families=("value",))
class BiasOfFirstKernel(ConvInSteps):
    """All outputs get the bias of the first kernel.

    There is one bias for each kernel; it belongs to that channel of the output alone.
    """

    def _add_bias(self, output: Tensor) -> Tensor:
        return output + self.bias[:1, np.newaxis, np.newaxis]


@mistake(
    hint="for sequences add an axis, x[:, :, np.newaxis], and take it away at the end",
    cases=("sequence", "sequence-even-kernel"),
)
class ImagesOnly(ConvInSteps):
    """Sequences are not handled.

    forward unpacks four axes: batch, channels, height, width. A sequence has only three.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        batch, channels, height, width = input_tensor.shape
        return super().forward(input_tensor.reshape(batch, channels, height, width))


@mistake(
    hint="fan_in = channels * kernel_height * kernel_width: np.prod(convolution_shape)",
    families=("initializer",),
    cases=SEVERAL_CHANNELS,
)
class FanInWithoutChannels(ConvInSteps):
    """fan_in does not count the channels.

    One output sums over all channels of a kernel, so they belong to fan_in. Without them He and Xavier draw too large
    weights.
    """

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        area = prod(self.convolution_shape[1:])
        self.weights = weights_initializer.initialize(self.weights_shape, area, self.num_kernels * area)
        self.bias = bias_initializer.initialize((self.num_kernels,), area, self.num_kernels * area)

    @property
    def weights_shape(self) -> tuple[int, ...]:
        """(kernels, channels, ...)."""
        return (self.num_kernels, *self.convolution_shape)


@mistake(hint="fan_out = num_kernels * kernel_height * kernel_width", families=("initializer",), cases=SEVERAL_CHANNELS)
class FanOutOfChannels(FanInWithoutChannels):
    """fan_out counts the channels of the input.

    One input reaches all kernels, so fan_out is num_kernels times the area of a kernel; here it is the size of a kernel
    times the number of kernels.
    """

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        fans = prod(self.convolution_shape), self.num_kernels * prod(self.convolution_shape)
        self.weights = weights_initializer.initialize(self.weights_shape, *fans)
        self.bias = bias_initializer.initialize((self.num_kernels,), *fans)


@mistake(hint="initialize(shape, fan_in, fan_out), with fan_in = np.prod(convolution_shape)", families=("initializer",))
class FansSwapped(FanInWithoutChannels):
    """fan_in and fan_out are swapped.

    The initializer gets them in the wrong order. With as many kernels as channels nothing is wrong.
    """

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        fans = self.num_kernels * prod(self.convolution_shape[1:]), prod(self.convolution_shape)
        self.weights = weights_initializer.initialize(self.weights_shape, *fans)
        self.bias = bias_initializer.initialize((self.num_kernels,), *fans)


@mistake(hint="self.bias = bias_initializer.initialize((num_kernels,), fan_in, fan_out)", families=("initializer",))
class BiasNotInitialized(ConvInSteps):
    """initialize leaves the bias as it is.

    Only the weights are drawn anew; the bias keeps the value of the constructor.
    """

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        bias = getattr(self, "bias", None)
        super().initialize(weights_initializer, bias_initializer)
        self.bias = self.bias if bias is None else bias
