"""Hyperbolic tangent: mistakes."""

from __future__ import annotations

import numpy as np

from ..framework import TanH
from ..framework.validation import Tensor
from .registry import mistake
from .sigmoid import logistic


@mistake(
    "tanh.overflow",
    hint="np.tanh(input_tensor)",
    families=("value",),
)
class Overflow(TanH):
    """Large inputs become NaN.

    (exp(x) - exp(-x)) / (exp(x) + exp(-x)) is inf / inf = NaN for inputs beyond ±709.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        growing, falling = np.exp(input_tensor), np.exp(-input_tensor)
        activation: Tensor = (growing - falling) / (growing + falling)
        self._activation = activation
        return activation.copy()


@mistake(
    "tanh.sigmoid-rescaled",
    hint="tanh(x) = 2 * sigmoid(2 * x) - 1, or simply np.tanh(input_tensor)",
    families=("value", "gradient"),
)
class SigmoidRescaled(TanH):
    """Forward is a sigmoid stretched in height only.

    2 * sigmoid(x) - 1 runs from -1 to 1 as well, but it is tanh(x / 2): the factor 2 inside is missing.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        self._activation = 2 * logistic(input_tensor) - 1
        return self._activation.copy()


@mistake(
    "tanh.square-missing",
    hint="error_tensor * (1 - y**2)",
    families=("gradient",),
)
class SquareMissing(TanH):
    """The square is missing in the derivative.

    backward multiplies by 1 - y instead of 1 - y².
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        result: Tensor = error_tensor * (1 - self._of_latest_forward(self._activation))
        return result


@mistake(
    "tanh.doubled-not-squared",
    hint="y**2, not y * 2",
    families=("gradient",),
)
class DoubledNotSquared(TanH):
    """The output is doubled where it should be squared.

    backward multiplies by 1 - y * 2, a slip of the keyboard for 1 - y**2.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        result: Tensor = error_tensor * (1 - self._of_latest_forward(self._activation) * 2)
        return result


@mistake(
    "tanh.derivative-of-input",
    hint="store the output y = np.tanh(x) in forward; backward: error_tensor * (1 - y**2)",
    families=("gradient",),
)
class DerivativeOfInput(TanH):
    """The derivative is computed from the input.

    1 - y² holds for the output y; backward puts in the input x instead.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        output = super().forward(input_tensor)
        self._activation = input_tensor.copy()
        return output


@mistake(
    "tanh.tanh-of-output",
    hint="the stored output is the tangent already: error_tensor * (1 - y**2)",
    families=("gradient",),
)
class TanHOfOutput(TanH):
    """Backward applies the tangent to the output once more.

    It computes 1 - tanh(y)², although y is the tangent of the input already.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        result: Tensor = error_tensor * (1 - np.tanh(self._of_latest_forward(self._activation)) ** 2)
        return result


@mistake(
    "tanh.derivative-of-sigmoid",
    hint="error_tensor * (1 - y**2)",
    families=("gradient",),
)
class DerivativeOfSigmoid(TanH):
    """Backward is that of the sigmoid.

    y * (1 - y) belongs to the logistic sigmoid. The derivative of the hyperbolic tangent is 1 - y².
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        y = self._of_latest_forward(self._activation)
        result: Tensor = error_tensor * y * (1 - y)
        return result


@mistake(
    "tanh.derivative-negative",
    hint="error_tensor * (1 - y**2)",
    families=("gradient",),
)
class DerivativeNegative(TanH):
    """The derivative has the wrong sign.

    y² - 1 is negative, but the hyperbolic tangent rises everywhere: every step goes uphill.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        return -super().backward(error_tensor)


@mistake(
    "tanh.error-missing",
    hint="error_tensor * (1 - y**2)",
    families=("contract", "gradient"),
)
class ErrorMissing(TanH):
    """Backward returns the derivative without the error.

    By the chain rule the derivative 1 - y² has to be multiplied by the incoming error.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        return super().backward(np.ones_like(error_tensor))


@mistake(
    "tanh.first-output-kept",
    hint="self.activation = np.tanh(input_tensor) in every forward, without `if`",
    families=("contract",),
)
class FirstOutputKept(TanH):
    """Backward uses the output of the very first forward.

    The output is stored only if none is stored yet, so every later batch gets the derivative of the first one.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        first = self._activation
        output = super().forward(input_tensor)
        self._activation = self._activation if first is None else first
        return output
