"""Constant initializer: mistakes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..framework import Constant
from ..framework.validation import Tensor
from .registry import Declare

mistake = Declare(families=("initializer",))


@mistake(hint="np.full(weights_shape, self.value), with self.value = value in __init__", cases=("vector",))
class ValueIgnored(Constant):
    """The value is always 0.1.

    The default of the constructor's argument is used whatever value is given.
    """

    def __init__(self, value: float = 0.1) -> None:
        super().__init__(0.1)
        del value


@mistake(hint="np.full(weights_shape, self.value, dtype=float)", families=("contract",))
class WholeNumbers(Constant):
    """The value is cut to a whole number.

    An integer array, such as np.zeros(shape, dtype=int), cuts off the fraction: 0.1 becomes 0.
    """

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        return super().initialize(weights_shape, fan_in, fan_out).astype(int)


@mistake(hint="np.full(weights_shape, self.value)")
class NoiseAdded(Constant):
    """The entries differ a little.

    Small random numbers are added to the value. Breaking the symmetry is the task of the other initializers.
    """

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        noise = 1e-3 * np.random.RandomState(0).standard_normal(weights_shape)
        return super().initialize(weights_shape, fan_in, fan_out) + noise


@mistake(hint="np.full(weights_shape, self.value)", families=("contract",))
class OneNumber(Constant):
    """Initialize returns one number.

    It returns the value itself instead of an array of the shape asked for.
    """

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        del weights_shape
        return super().initialize((), fan_in, fan_out)
