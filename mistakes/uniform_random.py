"""Uniform initializer: mistakes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..framework import UniformRandom
from ..framework.validation import Tensor
from .registry import Declare

mistake = Declare(families=("initializer",))


@mistake(hint="np.random.uniform(0, 1, weights_shape)")
class BothSigns(UniformRandom):
    """The interval is [-1, 1).

    Half of the draws are negative; the text asks for the interval from 0 to 1.
    """

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        return 2 * super().initialize(weights_shape, fan_in, fan_out) - 1


@mistake(hint="np.random.uniform(0, 1, weights_shape), not np.random.randn")
class Normal(UniformRandom):
    """The draws are normal.

    randn draws from the standard normal distribution, rand from the uniform one.
    """

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        del fan_in, fan_out
        return self.rng.standard_normal(weights_shape)


@mistake(hint="np.random.uniform(0, 1, weights_shape), without a factor", cases=("matrix", "kernels"))
class ScaledByFanIn(UniformRandom):
    """The draws are divided by the root of the fan-in.

    That is another scheme; this one is the plain interval from 0 to 1, whatever the fans.
    """

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        result: Tensor = super().initialize(weights_shape, fan_in, fan_out) / np.sqrt(fan_in)
        return result


@mistake(hint="np.random.uniform(0, 1, weights_shape): pass the shape")
class OneDraw(UniformRandom):
    """All entries are the same number.

    One number is drawn and the array filled with it, so all units start equal and stay equal.
    """

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        del fan_in, fan_out
        return np.full(weights_shape, self.rng.random(()))
