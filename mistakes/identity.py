"""Identity: mistakes."""

from __future__ import annotations

import numpy as np

from ..framework import Identity
from ..framework.validation import Tensor
from .registry import Declare

FORWARD = "return input_tensor"
BACKWARD = "return error_tensor"

mistake = Declare(families=("gradient",))


@mistake(hint=FORWARD, families=("value",))
class Rectified(Identity):
    """Negative inputs become 0.

    An activation that is left out is the identity, not the rectifier.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        return np.maximum(super().forward(input_tensor), 0.0)


@mistake(hint=FORWARD, families=("value",))
class Clipped(Identity):
    """Large inputs are cut off.

    np.clip keeps the output within bounds that ordinary inputs do not reach.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        return np.clip(super().forward(input_tensor), -1e3, 1e3)


@mistake(hint=FORWARD, families=("contract",), cases=("image",))
class Flattened(Identity):
    """Images become vectors.

    The shape is part of what the identity leaves alone.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        output = super().forward(input_tensor)
        return output.reshape(len(output), -1)


@mistake(hint=BACKWARD)
class Ones(Identity):
    """Backward returns ones.

    The derivative is 1, but by the chain rule it has to be multiplied by the incoming error.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        return np.ones_like(error_tensor)


@mistake(hint=BACKWARD)
class InputAsGradient(Identity):
    """Backward multiplies by the input.

    The derivative of x is 1, not x.
    """

    _input: Tensor

    def forward(self, input_tensor: Tensor) -> Tensor:
        self._input = super().forward(input_tensor)
        return self._input.copy()

    def backward(self, error_tensor: Tensor) -> Tensor:
        return super().backward(error_tensor) * self._input


@mistake(hint=BACKWARD, cases=("vector", "image"))
class MeanOverBatch(Identity):
    """Backward divides by the batch size.

    If the loss is a mean, its gradient is divided already.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        return super().backward(error_tensor) / len(error_tensor)


@mistake(hint=BACKWARD, families=("contract",))
class ErrorsAddUp(Identity):
    """The errors of all calls add up.

    They are collected in an attribute, which a later call returns with its own.
    """

    _sum: Tensor | float = 0.0

    def backward(self, error_tensor: Tensor) -> Tensor:
        error = super().backward(error_tensor)
        same = np.shape(self._sum) == error.shape
        self._sum = error + self._sum if same else error
        return self._sum.copy()


@mistake(hint=BACKWARD, families=("contract",))
class WritesIntoError(Identity):
    """Backward overwrites the incoming error.

    It is set to zero after use, although the caller may still need it.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        error = super().backward(error_tensor)
        error_tensor[...] = 0.0
        return error
