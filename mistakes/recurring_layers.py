"""Mistakes that recur on many layers."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..framework import (
    RNN,
    Activation,
    BatchNormalization,
    Conv,
    Dropout,
    Flatten,
    FullyConnected,
    Identity,
    Pooling,
    ReLU,
    Sigmoid,
    SoftMax,
    TanH,
)
from ..framework.validation import Tensor
from .in_front import Layer
from .registry import Declare, On

recurring = Declare(families=("contract",))


@recurring.on(
    On(Activation, hint="return np.maximum(0, x), which makes a new array", cases=("relu", "sigmoid", "tanh")),
    On(BatchNormalization, hint="centred = input_tensor - mean, not input_tensor -= mean"),
    On(
        Dropout,
        hint="return input_tensor * mask, which makes a new array, not input_tensor *= mask",
        cases=("keep-0.25", "keep-0.8-image"),
    ),
    On(ReLU, hint="return np.maximum(0, input_tensor), which makes a new array"),
    On(SoftMax, hint="shifted = input_tensor - input_tensor.max(axis=1, keepdims=True), not input_tensor -= ..."),
)
class WritesIntoInput(Layer):
    """Forward overwrites its input.

    It changes the array of the caller. A layer before that has kept it for its own backward computes wrong gradients.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        input_tensor[...] = super().forward(input_tensor)
        return input_tensor.copy()


@recurring.on(
    On(FullyConnected, kept="_cache"),
    On(ReLU, kept="_positive"),
    hint="self.input_tensor = input_tensor in every forward, without `if`",
)
class FirstInputKept(Layer):
    """Backward uses the input of the very first forward.

    The input is stored only if none is stored yet, so every later batch gets the gradient of the first one.
    """

    kept: str

    def forward(self, input_tensor: Tensor) -> Tensor:
        first = getattr(self, self.kept)
        output = super().forward(input_tensor)
        if first is not None:
            setattr(self, self.kept, first)
        return output


@recurring.on(
    On(Conv, name="memory-on-the-class", kept="_cache", hint="self.padded = ..., on the instance, not Conv.padded"),
    On(FullyConnected, kept="_cache", hint="store what backward needs on self: self.input_tensor = input_tensor"),
    On(
        Pooling, name="memory-on-the-class", kept="_cache", hint="self.places = [] in __init__, not a list on the class"
    ),
    On(Sigmoid, kept="_activation", hint="self.activation = ... in forward, not Sigmoid.activation = ..."),
)
class StateOnClass(Layer):
    """All layers share the memory of the latest forward.

    What backward needs is stored on the class. In a network with two such layers, the first one's gradient is
    computed from what the second one has stored.
    """

    kept: str
    latest: ClassVar[Any]

    def forward(self, input_tensor: Tensor) -> Tensor:
        output = super().forward(input_tensor)
        type(self).latest = getattr(self, self.kept)
        return output

    def backward(self, error_tensor: Tensor) -> Tensor:
        setattr(self, self.kept, self.latest)
        return super().backward(error_tensor)


@recurring.on(
    On(Activation, name="derivative-alone", hint="output_grad * derivative, by the chain rule", families=("gradient",)),
    On(ReLU, hint="multiply: error_tensor * (self.input_tensor > 0)"),
    On(Sigmoid, hint="error_tensor * y * (1 - y)"),
    On(TanH, hint="error_tensor * (1 - y**2)"),
    families=("contract", "gradient"),
)
class ErrorMissing(Layer):
    """Backward returns the derivative without the error.

    By the chain rule the derivative has to be multiplied by the incoming error.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        return super().backward(np.ones_like(error_tensor))


@recurring.on(
    On(
        Activation,
        hint="output_grad * derivative, by the chain rule",
        explanation="The derivative is missing, so only the linear activation is right.",
        cases=("relu", "sigmoid", "tanh"),
    ),
    On(
        Dropout,
        name="backward-passes-all",
        hint="error_tensor * self.mask, with the scaled mask of forward",
        explanation=(
            "The mask is missing in backward: dropped units, which did not contribute to the output, get errors."
        ),
        cases=("keep-0.25", "keep-0.8-image"),
    ),
    On(
        Flatten,
        name="backward-flat",
        hint="error_tensor.reshape(self.input_shape), with the shape stored in forward",
        title="backward does not restore the shape",
        explanation="It returns the error as it came, flat; the layer before expects the shape of its own output.",
        families=("contract",),
    ),
    On(ReLU, hint="error_tensor * (self.input_tensor > 0)"),
    On(
        SoftMax,
        name="error-passed-on",
        hint="y * (error - (error * y).sum(axis=1, keepdims=True))",
        explanation=(
            "That would do if the loss had softmax built in and returned y - label. A loss on probabilities does "
            "not, so the derivative of softmax is missing."
        ),
    ),
    families=("gradient",),
)
class DerivativeMissing(Layer):
    """Backward returns the error as it came.

    The derivative of forward is missing: errors pass also where the input cannot change the output.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        return error_tensor.copy()


@recurring.on(
    On(Sigmoid, hint="error_tensor * y * (1 - y)"),
    On(
        SoftMax,
        name="backward-sign",
        hint="y * (error - (error * y).sum(axis=1, keepdims=True)), in this order",
        title="backward has the wrong sign",
        explanation="The error is subtracted from the sum instead of the sum from the error: every step goes uphill.",
    ),
    On(TanH, hint="error_tensor * (1 - y**2)"),
    families=("gradient",),
)
class DerivativeNegative(Layer):
    """The derivative has the wrong sign.

    It is negative although the function rises everywhere: every step goes uphill.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        return -super().backward(error_tensor)


@recurring.on(
    On(Sigmoid, hint="store the output y in forward; backward: error_tensor * y * (1 - y)"),
    On(TanH, hint="store the output y = np.tanh(x) in forward; backward: error_tensor * (1 - y**2)"),
    families=("gradient",),
)
class DerivativeOfInput(Layer):
    """The derivative is computed from the input.

    Its formula holds for the output y; backward puts in the input x instead.
    """

    _activation: Tensor | None

    def forward(self, input_tensor: Tensor) -> Tensor:
        output = super().forward(input_tensor)
        self._activation = input_tensor.copy()
        return output


@recurring.on(
    On(
        Flatten,
        name="squeezed",
        hint="input_tensor.reshape(input_tensor.shape[0], -1), without squeeze",
        cases=("batch-1", "one-pixel"),
    ),
    On(
        FullyConnected,
        hint="return the product as it is, of shape (batch, output_size), without squeeze",
        cases=("batch-1", "1-to-1"),
    ),
    On(RNN, hint="return an array of shape (time, output_size), also for one step and one unit"),
)
class OutputSqueezed(Layer):
    """Forward drops axes of length 1.

    squeeze turns the output of a single sample, or of a single unit, into a vector. The next layer takes samples for
    features, or fails.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        return super().forward(input_tensor).squeeze()


@recurring.on(
    On(FullyConnected, hint="return extended_input @ weights; round only where numbers are printed"),
    On(Identity, name="rounded", hint="return input_tensor"),
    families=("value",),
)
class OutputRounded(Layer):
    """Forward rounds its output to 6 decimals.

    The output becomes a staircase. Its true derivative is 0 almost everywhere, so backward no longer belongs to it.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        return np.round(super().forward(input_tensor), 6)
