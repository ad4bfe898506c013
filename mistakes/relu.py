"""Rectified linear unit: mistakes."""

from __future__ import annotations

import numpy as np

from ..framework import ReLU
from ..framework.validation import Tensor
from .registry import Declare

mistake = Declare(families=("gradient",))


@mistake(hint="return np.maximum(0, input_tensor)", families=("value",))
class Leaky(ReLU):
    """Negative inputs leak through.

    This is the leaky variant: negative inputs are multiplied by 0.01 instead of becoming 0, forward and backward.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        super().forward(input_tensor)
        return np.where(input_tensor > 0, input_tensor, 0.01 * input_tensor)

    def backward(self, error_tensor: Tensor) -> Tensor:
        return np.where(self._of_latest_forward(self._positive), error_tensor, 0.01 * error_tensor)


@mistake(hint="return np.maximum(0, input_tensor)", families=("value",))
class AbsoluteValue(ReLU):
    """Forward takes the absolute value.

    Negative inputs change their sign instead of becoming 0: np.abs where np.maximum with 0 should stand.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        super().forward(input_tensor)
        return np.abs(input_tensor)


@mistake(hint="return np.maximum(0, input_tensor), without an upper bound", families=("value", "gradient"))
class Clipped(ReLU):
    """Forward cuts off at 1.

    np.clip(input, 0, 1) also bounds the output from above, and so loses what makes the unit not saturate.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        return np.minimum(super().forward(input_tensor), 1.0)


@mistake(hint="error_tensor * (self.input_tensor > 0), which makes a new array", families=("contract",))
class BackwardOverwritesInput(ReLU):
    """Backward writes the mask into the array that forward was given.

    grad = self.input_tensor; grad[grad > 0] = 1 changes the caller's array: it is the output of the layer before, which
    needs it for its own backward. A second backward is still right, so no gradient check of this layer sees it.
    """

    _given: Tensor | None = None

    def forward(self, input_tensor: Tensor) -> Tensor:
        self._given = input_tensor
        return super().forward(input_tensor)

    def backward(self, error_tensor: Tensor) -> Tensor:
        slope = self._of_latest_forward(self._given)
        slope[slope > 0] = 1
        slope[slope < 0] = 0
        return error_tensor * slope


@mistake(
    hint="store self.input_tensor in forward; backward: error_tensor * (self.input_tensor > 0)",
    families=("gradient", "contract"),
)
class MaskByError(ReLU):
    """Backward looks at the sign of the error, not of the input.

    backward applies max(0, .) to the incoming error. The derivative is 1 where the input was positive; the sign of
    the error has nothing to do with it.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        return np.maximum(error_tensor, 0.0)


@mistake(hint="multiply the error by (self.input_tensor > 0), which is 0 or 1, not by the output")
class OutputAsDerivative(ReLU):
    """Backward multiplies by the output.

    The derivative is 1 where the input is positive, not the input's value: large activations get errors that are too
    large.
    """

    _output: Tensor

    def forward(self, input_tensor: Tensor) -> Tensor:
        self._output = super().forward(input_tensor)
        return self._output.copy()

    def backward(self, error_tensor: Tensor) -> Tensor:
        return error_tensor * self._output


@mistake(hint="error_tensor * (self.input_tensor > 0): exactly 0 where the input was negative")
class LeakyBackward(ReLU):
    """Backward is that of the leaky variant.

    forward is right, but backward lets a hundredth of the error pass where the input was negative.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        return np.where(self._of_latest_forward(self._positive), error_tensor, 0.01 * error_tensor)


@mistake(hint="compare instead of dividing: error_tensor * (self.input_tensor > 0)")
class DivisionAtZero(ReLU):
    """The derivative divides by the input.

    It is computed as output / input, which is 0 / 0 = NaN where the input is exactly 0. One such entry, a black pixel
    say, turns all weights into NaN.
    """

    _derivative: Tensor

    def forward(self, input_tensor: Tensor) -> Tensor:
        output = super().forward(input_tensor)
        self._derivative = output / input_tensor
        return output

    def backward(self, error_tensor: Tensor) -> Tensor:
        return error_tensor * self._derivative


@mistake(
    hint="return np.where(self.input_tensor > 0, error_tensor, 0), which makes a new array", families=("contract",)
)
class WritesIntoError(ReLU):
    """Backward overwrites the incoming error.

    error_tensor[self.input_tensor <= 0] = 0 changes the array of the caller, who may still need it.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        error_tensor[...] = super().backward(error_tensor)
        return error_tensor.copy()


@mistake(hint="store a mask of your own: self.mask = input_tensor > 0", families=("contract",), level="strict")
class OutputNotCopied(ReLU):
    """The layer keeps a reference to the array it returned.

    backward reads its mask off the output. If the caller, or the next layer, writes into that array, the mask is
    wrong.
    """

    _output: Tensor

    def forward(self, input_tensor: Tensor) -> Tensor:
        self._output = super().forward(input_tensor)
        return self._output

    def backward(self, error_tensor: Tensor) -> Tensor:
        self._positive = self._output > 0
        return super().backward(error_tensor)


@mistake(hint="input_tensor > 0, without a small threshold", families=("value",))
class SmallInputsDropped(ReLU):
    """Small positive inputs become 0.

    The input is compared with a threshold such as 1e-12 instead of 0. A network of small numbers, as with half
    precision or a tiny initialisation, passes nothing on.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        super().forward(input_tensor)
        self._positive = input_tensor > 1e-12
        return np.where(self._positive, input_tensor, 0.0)
