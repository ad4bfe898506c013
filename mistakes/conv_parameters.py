"""Convolutional layer: wrong gradients of weights and bias, wrong updates, wrong memory."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..framework.validation import Tensor
from .conv import EVEN, SEVERAL_CHANNELS, STRIDED, ConvInSteps, Pass
from .registry import Declare

SEQUENCES = ("sequence", "sequence-even-kernel")

mistake = Declare(families=("gradient",))


@mistake(hint="keep the padded input of forward, self.padded = np.pad(...), and use it in backward", cases=EVEN)
class WeightsGradientPaddingSide(ConvInSteps):
    """The weights' gradient is computed with the input padded on the other side.

    Backward pads the input again, and an even kernel gets its odd zero on the other side than in forward. Odd kernels
    do not show it.
    """

    def _gradient_weights(self, error: Tensor, latest: Pass) -> Tensor:
        (top, left), (height, width) = self._before(), latest.padded.shape[2:]
        bottom, right = self._kernel[0] - 1 - top, self._kernel[1] - 1 - left
        images = latest.padded[:, :, top : height - bottom, left : width - right]
        padded = self._pad(images, self._before_in_backward())
        return super()._gradient_weights(error, latest._replace(padded=padded))


@mistake(hint="scipy.signal.correlate(padded, error, 'valid'): a convolution flips the result")
class WeightsGradientFlipped(ConvInSteps):
    """The weights' gradient is turned by 180 degrees.

    Forward correlates, so the gradient of a kernel is a correlation of the padded input with the error too. A
    convolution returns it in reverse order.
    """

    def _gradient_weights(self, error: Tensor, latest: Pass) -> Tensor:
        return np.flip(super()._gradient_weights(error, latest), (2, 3))


@mistake(hint="spread[:, :, ::stride_rows, ::stride_columns] = error, before it meets the padded input", cases=STRIDED)
class WeightsGradientWithoutStride(ConvInSteps):
    """The weights' gradient ignores the stride.

    The errors meet the padded input side by side instead of stride pixels apart. The input error is right.
    """

    def _gradient_weights(self, error: Tensor, latest: Pass) -> Tensor:
        spread = np.zeros_like(self._spread_out(error, latest))
        spread[:, :, : error.shape[2], : error.shape[3]] = error
        windows = sliding_window_view(latest.padded, spread.shape[2:], axis=(2, 3))
        gradient: Tensor = np.einsum("bcmnhw,bkhw->kcmn", windows, spread)
        return gradient


@mistake(hint="gradient_weights += ..., not =, in the loop over the batch")
class WeightsGradientOfLastSample(ConvInSteps):
    """The weights' gradient is that of the last sample.

    In the loop over the batch the gradient is set instead of added to. With a batch of one nothing is wrong.
    """

    def _gradient_weights(self, error: Tensor, latest: Pass) -> Tensor:
        return super()._gradient_weights(error[-1:], latest._replace(padded=latest.padded[-1:]))


@mistake(hint="gradient_weights is the sum over the batch, without / batch_size")
class WeightsGradientAveraged(ConvInSteps):
    """The weights' gradient is averaged over the batch.

    The loss decides on a sum or a mean, and hands it on in its error. The layer has to add the samples' gradients up.
    """

    def _gradient_weights(self, error: Tensor, latest: Pass) -> Tensor:
        return super()._gradient_weights(error, latest) / len(error)


@mistake(
    hint="gradient_weights[k, c] correlates channel c of the input with channel k of the error", cases=SEVERAL_CHANNELS
)
class WeightsGradientOfOneChannel(ConvInSteps):
    """All channels of a kernel get the gradient of the first one.

    The loop over the channels reads channel 0 of the input every time.
    """

    def _gradient_weights(self, error: Tensor, latest: Pass) -> Tensor:
        gradient = super()._gradient_weights(error, latest)
        return np.broadcast_to(gradient[:, :1], gradient.shape).copy()


@mistake(hint="gradient_bias = error_tensor.sum(axis=(0, 2, 3))")
class BiasGradientAveraged(ConvInSteps):
    """The bias' gradient is a mean over the batch.

    The bias is added in every sample, so the gradients add up.
    """

    def _gradient_bias(self, error: Tensor) -> Tensor:
        return super()._gradient_bias(error) / len(error)


@mistake(hint="gradient_bias = error_tensor.sum(axis=(0, 2, 3)), not mean")
class BiasGradientAveragedOverPixels(ConvInSteps):
    """The bias' gradient is a mean over the pixels.

    The bias is added to every pixel, so the gradients add up.
    """

    def _gradient_bias(self, error: Tensor) -> Tensor:
        return super()._gradient_bias(error.mean(axis=(2, 3), keepdims=True))


@mistake(hint="gradient_bias = error_tensor.sum(axis=(0, 2, 3)): axis 0 is the batch")
class BiasGradientOfLastSample(ConvInSteps):
    """The bias' gradient is that of the last sample.

    In the loop over the batch the gradient is set instead of added to. With a batch of one nothing is wrong.
    """

    def _gradient_bias(self, error: Tensor) -> Tensor:
        return super()._gradient_bias(error[-1:])


@mistake(hint="gradient_bias = error_tensor.sum(axis=(0, 2, 3)), one number for each kernel", families=("contract",))
class BiasGradientPerPixel(ConvInSteps):
    """The bias' gradient is summed over the batch only.

    Every pixel keeps a gradient of its own, but there is only one bias for all pixels of a channel.
    """

    def _gradient_bias(self, error: Tensor) -> Tensor:
        gradient: Tensor = error.sum(axis=0)
        return gradient


@mistake(
    hint="axes = (0, *range(2, error_tensor.ndim)); gradient_bias = error_tensor.sum(axis=axes)",
    families=("contract",),
    cases=SEQUENCES,
)
class BiasGradientForImagesOnly(ConvInSteps):
    """Backward does not handle sequences.

    The bias' gradient sums over the axes 0, 2 and 3, but the error of a sequence has no axis 3.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        error_tensor.sum(axis=(0, 2, 3))
        return super().backward(error_tensor)


@mistake(hint="store self.padded = np.pad(...) anew in every forward", families=("contract",))
class PaddedInputKept(ConvInSteps):
    """The padded input is that of the first forward.

    forward makes the padded array only if there is none of this shape, but does not fill it again for backward.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        earlier = self._pass
        output = super().forward(input_tensor)
        if earlier is not None and self._pass is not None and earlier.shape == self._pass.shape:
            self._pass = self._pass._replace(padded=earlier.padded)
        return output


@mistake(
    hint="the loss decides on a mean: leave error_tensor as it is, no error_tensor /= batch_size",
    families=("contract", "gradient"),
)
class ErrorDividedInPlace(ConvInSteps):
    """Backward divides the error that it is given.

    error_tensor /= batch_size changes the caller's array, and makes all gradients too small.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        error_tensor /= 2 * len(error_tensor)
        return super().backward(error_tensor)


@mistake(
    hint="keep a copy for backward: self.input_tensor = input_tensor.copy()", families=("contract",), level="strict"
)
class InputNotCopied(ConvInSteps):
    """A reference to the input is kept.

    backward pads the array that forward was given. If its owner has written into it by then, the weights' gradient is
    wrong.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        self._input = input_tensor
        return super().forward(input_tensor)

    def _gradient_weights(self, error: Tensor, latest: Pass) -> Tensor:
        images = self._input if self._input.ndim == 4 else self._input[:, :, np.newaxis]
        return super()._gradient_weights(error, latest._replace(padded=self._pad(images, self._before())))
