"""Logistic sigmoid: mistakes."""

from __future__ import annotations

import numpy as np

from ..framework import Sigmoid
from ..framework.validation import Tensor
from .registry import Declare

mistake = Declare(families=("gradient",))


def logistic(x: Tensor) -> Tensor:
    """The textbook formula."""
    result: Tensor = 1 / (1 + np.exp(-x))
    return result


@mistake(hint="error_tensor * self.activation * (1 - self.activation)", families=("gradient",))
class SlopeOverflows(Sigmoid):
    """Very negative inputs have a gradient that is NaN.

    exp(-x) / (1 + exp(-x))**2 is the slope, but inf / inf for inputs below -355, although forward is right there.
    """

    _input: Tensor | None = None

    def forward(self, input_tensor: Tensor) -> Tensor:
        self._input = input_tensor.copy()
        return super().forward(input_tensor)

    def backward(self, error_tensor: Tensor) -> Tensor:
        falling = np.exp(-self._of_latest_forward(self._input))
        slope: Tensor = falling / (1 + falling) ** 2
        return error_tensor * slope


@mistake(hint="1 / (1 + np.exp(-input_tensor)), with the minus", families=("value", "gradient"))
class Sign(Sigmoid):
    """The exponent lacks its minus.

    forward computes 1 / (1 + exp(x)), which falls where the sigmoid rises: it is sigmoid(-x).
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        return super().forward(-input_tensor)


@mistake(hint="1 / (1 + np.exp(-x)) for x >= 0 and np.exp(x) / (1 + np.exp(x)) for x < 0", families=("value",))
class Overflow(Sigmoid):
    """Large inputs become NaN.

    exp(x) / (1 + exp(x)) is inf / inf = NaN for inputs above 709. One such value spoils all weights.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        exponential = np.exp(input_tensor)
        activation: Tensor = exponential / (1 + exponential)
        self._activation = activation
        return activation.copy()


@mistake(hint="leave the input as it is; 1 / (1 + np.exp(-x)) needs no clipping to be finite", families=("value",))
class InputClipped(Sigmoid):
    """The input is cut off at ±10.

    np.clip was meant against overflow, but exp overflows at 709 only. Beyond 10 the output stands still at 0.99995,
    while backward goes on as if it moved.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        return super().forward(np.clip(input_tensor, -10, 10))


@mistake(hint="the stored output is the sigmoid already: error_tensor * y * (1 - y)")
class SigmoidOfOutput(Sigmoid):
    """Backward applies the sigmoid to the output once more.

    It computes s = sigmoid(y) and s * (1 - s), although y is the sigmoid of the input already.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        s = logistic(self._of_latest_forward(self._activation))
        result: Tensor = error_tensor * s * (1 - s)
        return result


@mistake(hint="error_tensor * y * (1 - y)")
class FactorMissing(Sigmoid):
    """The factor 1 - y is missing.

    backward multiplies by the output y alone, so errors do not vanish where the unit saturates at 1.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        return error_tensor * self._of_latest_forward(self._activation)


@mistake(hint="error_tensor * y * (1 - y)")
class DerivativeOfTanh(Sigmoid):
    """Backward is that of the hyperbolic tangent.

    1 - y² belongs to y = tanh(x). The sigmoid's derivative is y * (1 - y).
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        result: Tensor = error_tensor * (1 - self._of_latest_forward(self._activation) ** 2)
        return result


@mistake(hint="self.activation = output.copy()", families=("contract",), level="strict")
class OutputNotCopied(Sigmoid):
    """The layer keeps a reference to the array it returned.

    backward reads the output that the caller has got. If the caller writes into that array, the gradient is wrong.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        self._activation = super().forward(input_tensor)
        return self._activation
