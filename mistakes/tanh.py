"""Hyperbolic tangent: mistakes."""

from __future__ import annotations

import numpy as np

from ..framework import TanH
from ..framework.validation import Tensor
from .registry import Declare
from .sigmoid import logistic

mistake = Declare(families=("gradient",))


@mistake(hint="np.tanh(input_tensor)", families=("value",))
class Overflow(TanH):
    """Large inputs become NaN.

    (exp(x) - exp(-x)) / (exp(x) + exp(-x)) is inf / inf = NaN for inputs beyond ±709.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        growing, falling = np.exp(input_tensor), np.exp(-input_tensor)
        activation: Tensor = (growing - falling) / (growing + falling)
        self._activation = activation
        return activation.copy()


@mistake(hint="error_tensor * (1 - self.activation ** 2)", families=("gradient",))
class SlopeOverflows(TanH):
    """Large inputs have a gradient that is NaN.

    The slope of tanh as 4 / (exp(x) + exp(-x))**2 written with exp(2 x) in numerator and denominator is inf / inf for
    inputs beyond 355, although forward is right there.
    """

    _input: Tensor | None = None

    def forward(self, input_tensor: Tensor) -> Tensor:
        self._input = input_tensor.copy()
        return super().forward(input_tensor)

    def backward(self, error_tensor: Tensor) -> Tensor:
        growing = np.exp(2 * self._of_latest_forward(self._input))
        slope: Tensor = 4 * growing / (growing + 1) ** 2
        return error_tensor * slope


@mistake(hint="tanh(x) = 2 * sigmoid(2 * x) - 1, or simply np.tanh(input_tensor)", families=("value", "gradient"))
class SigmoidRescaled(TanH):
    """Forward is a sigmoid stretched in height only.

    2 * sigmoid(x) - 1 runs from -1 to 1 as well, but it is tanh(x / 2): the factor 2 inside is missing.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        self._activation = 2 * logistic(input_tensor) - 1
        return self._activation.copy()


@mistake(hint="error_tensor * (1 - y**2)")
class SquareMissing(TanH):
    """The square is missing in the derivative.

    backward multiplies by 1 - y instead of 1 - y².
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        result: Tensor = error_tensor * (1 - self._of_latest_forward(self._activation))
        return result


@mistake(hint="y**2, not y * 2")
class DoubledNotSquared(TanH):
    """The output is doubled where it should be squared.

    backward multiplies by 1 - y * 2, a slip of the keyboard for 1 - y**2.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        result: Tensor = error_tensor * (1 - self._of_latest_forward(self._activation) * 2)
        return result


@mistake(hint="the stored output is the tangent already: error_tensor * (1 - y**2)")
class TanhOfOutput(TanH):
    """Backward applies the tangent to the output once more.

    It computes 1 - tanh(y)², although y is the tangent of the input already.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        result: Tensor = error_tensor * (1 - np.tanh(self._of_latest_forward(self._activation)) ** 2)
        return result


@mistake(hint="error_tensor * (1 - y**2)")
class DerivativeOfSigmoid(TanH):
    """Backward is that of the sigmoid.

    y * (1 - y) belongs to the logistic sigmoid. The derivative of the hyperbolic tangent is 1 - y².
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        y = self._of_latest_forward(self._activation)
        result: Tensor = error_tensor * y * (1 - y)
        return result


@mistake(hint="self.activation = np.tanh(input_tensor) in every forward, without `if`", families=("contract",))
class FirstOutputKept(TanH):
    """Backward uses the output of the very first forward.

    The output is stored only if none is stored yet, so every later batch gets the derivative of the first one.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        first = self._activation
        output = super().forward(input_tensor)
        self._activation = self._activation if first is None else first
        return output
