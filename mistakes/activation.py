"""Activations by name: mistakes."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ..framework import Activation
from ..framework.layers import BaseLayer, ReLU, Sigmoid, TanH
from ..framework.validation import Tensor
from .registry import Declare

mistake = Declare(families=("gradient",), cases=("relu", "sigmoid", "tanh"))


class OfTheInput(Activation):
    """Keeps its input for a derivative of its own."""

    _input: Tensor

    def forward(self, input_tensor: Tensor) -> Tensor:
        self._input = np.array(input_tensor)
        return super().forward(input_tensor)


@mistake(hint="if name is None or name == 'linear': return input_tensor", families=("value",), cases=("linear",))
class DefaultForLinear(Activation):
    """What is linear is rectified.

    The default of the argument takes the place of a name that is not in the table.
    """

    def __init__(self, name: str | None) -> None:
        super().__init__("relu" if name == "linear" else name)


@mistake(hint="'tanh': np.tanh(x)", families=("value",), cases=("tanh",))
class SigmoidForTanh(Activation):
    """The name tanh gives the sigmoid.

    Two rows of the table of functions are the same.
    """

    def __init__(self, name: str | None) -> None:
        super().__init__("sigmoid" if name == "tanh" else name)


@mistake(
    hint="either 1 - tanh(x)**2 of the input, or 1 - y**2 of the output y, not 1 - tanh(y)**2",
    cases=("sigmoid", "tanh"),
)
class DerivativeOfOutput(Activation):
    """The function is applied twice in the derivative.

    The derivative of the input is given the output: tanh_d(y) computes 1 - tanh(y)**2.
    """

    _output: Tensor

    def forward(self, input_tensor: Tensor) -> Tensor:
        self._output = super().forward(input_tensor)
        return self._output.copy()

    def backward(self, error_tensor: Tensor) -> Tensor:
        again = type(self.layer)()
        again.forward(self._output)
        return again.backward(error_tensor)


@mistake(hint="s * (1 - s)", cases=("sigmoid",))
class SigmoidDerivativeWithoutMinus(OfTheInput):
    """The derivative of the sigmoid is its value.

    The factor 1 - s is missing.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        if not isinstance(self.layer, Sigmoid):
            return super().backward(error_tensor)
        result: Tensor = error_tensor / (1 + np.exp(-self._input))
        return result


@mistake(hint="1 - np.tanh(x)**2", cases=("tanh",))
class TanhDerivativeNotSquared(OfTheInput):
    """The square in the derivative of tanh is missing.

    1 - tanh(x) is the derivative of another function; it is 2 for inputs far below 0, where tanh is flat.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        if not isinstance(self.layer, TanH):
            return super().backward(error_tensor)
        result: Tensor = error_tensor * (1 - np.tanh(self._input))
        return result


@mistake(hint="output_grad * (self.last_input > 0)", cases=("relu",))
class ReluOfError(Activation):
    """Backward rectifies the error.

    The derivative is 1 where the input was positive; the sign of the error has nothing to do with it.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        if not isinstance(self.layer, ReLU):
            return super().backward(error_tensor)
        return np.maximum(error_tensor, 0.0)


@mistake(
    hint="compute exp(-abs(x)), which cannot overflow, and tell the two signs apart",
    families=("value",),
    cases=("sigmoid",),
)
class SigmoidOverflow(Activation):
    """The sigmoid is NaN for large inputs.

    exp(x) / (1 + exp(x)) is infinity over infinity above 709.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        output = super().forward(input_tensor)
        if not isinstance(self.layer, Sigmoid):
            return output
        power: Tensor = np.exp(input_tensor)
        result: Tensor = power / (1 + power)
        return result


@mistake(
    hint="a new object for every layer: no Activation(...) as the default of an argument",
    families=("contract",),
    cases=(),
)
class LayerShared(Activation):
    """Activations of one name share what they remember.

    There is one object for each name, as a default argument makes it. A second layer overwrites the input that the
    first one's backward needs.
    """

    known: ClassVar[dict[str | None, BaseLayer]] = {}

    def __init__(self, name: str | None) -> None:
        super().__init__(name)
        self.layer = self.known.setdefault(name, self.layer)


@mistake(hint="self.last_input = x in every forward, without `if`", families=("contract",))
class FirstInputKept(OfTheInput):
    """Backward uses the input of the very first forward.

    The input is stored only if none is stored yet, so every later batch gets the derivative of the first one.
    """

    _first: Tensor | None = None

    def forward(self, input_tensor: Tensor) -> Tensor:
        output = super().forward(input_tensor)
        self._first = self._input if self._first is None else self._first
        return output

    def backward(self, error_tensor: Tensor) -> Tensor:
        if self._first is not None and self._first.shape == self._input.shape:
            self.layer.forward(self._first)
        return super().backward(error_tensor)
