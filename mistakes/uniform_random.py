"""Uniform initializer: mistakes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..framework import UniformRandom
from ..framework.validation import Tensor
from .registry import mistake


@mistake(
    "uniform_random.both-signs",
    hint="np.random.uniform(0, 1, weights_shape)",
    families=("initializer",),
)
class BothSigns(UniformRandom):
    """The interval is [-1, 1).

    Half of the draws are negative; the text asks for the interval from 0 to 1.
    """

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        return 2 * super().initialize(weights_shape, fan_in, fan_out) - 1


@mistake(
    "uniform_random.normal",
    hint="np.random.uniform(0, 1, weights_shape), not np.random.randn",
    families=("initializer",),
)
class Normal(UniformRandom):
    """The draws are normal.

    randn draws from the standard normal distribution, rand from the uniform one.
    """

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        del fan_in, fan_out
        return self.rng.standard_normal(weights_shape)


@mistake(
    "uniform_random.scaled-by-fan-in",
    hint="np.random.uniform(0, 1, weights_shape), without a factor",
    families=("initializer",),
    cases=("matrix", "kernels"),
)
class ScaledByFanIn(UniformRandom):
    """The draws are divided by the root of the fan-in.

    That is another scheme; this one is the plain interval from 0 to 1, whatever the fans.
    """

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        result: Tensor = super().initialize(weights_shape, fan_in, fan_out) / np.sqrt(fan_in)
        return result


@mistake(
    "uniform_random.one-draw",
    hint="np.random.uniform(0, 1, weights_shape): pass the shape",
    families=("initializer",),
)
class OneDraw(UniformRandom):
    """All entries are the same number.

    One number is drawn and the array filled with it, so all units start equal and stay equal.
    """

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        del fan_in, fan_out
        return np.full(weights_shape, self.rng.random(()))


@mistake(
    "uniform_random.seeded",
    hint="no np.random.seed(...) in an initializer; seed once, at the start of the program",
    families=("initializer",),
)
class Seeded(UniformRandom):
    """Every call draws the same numbers.

    The generator is seeded inside of initialize: all layers of a shape start with the same weights.
    """

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        del fan_in, fan_out
        return np.random.RandomState(1337).random_sample(weights_shape)
