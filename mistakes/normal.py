"""Normal initializer: mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod, sqrt

import numpy as np

from ..framework import Normal
from ..framework.validation import Tensor
from .registry import Declare

DRAW = "np.random.normal(0, stddev, shape)"

Lengths = int | Sequence[int]

mistake = Declare(families=("initializer",))


class OwnDraws(Normal):
    """Draws that a mistake can replace."""

    def initialize(self, weights_shape: Lengths, fan_in: int, fan_out: int) -> Tensor:
        del fan_in, fan_out
        return self._drawn(weights_shape)

    def _drawn(self, weights_shape: Lengths) -> Tensor:
        return self.rng.normal(0.0, self.stddev, weights_shape)


@mistake(hint=DRAW)
class VarianceAsDeviation(OwnDraws):
    """The root of the standard deviation is passed on.

    The argument is the standard deviation already; the second argument of np.random.normal is one as well.
    """

    def _drawn(self, weights_shape: Lengths) -> Tensor:
        return self.rng.normal(0.0, sqrt(self.stddev), weights_shape)


@mistake(hint=DRAW)
class Squared(OwnDraws):
    """The standard deviation is squared.

    The square is the variance; the second argument of np.random.normal is the standard deviation.
    """

    def _drawn(self, weights_shape: Lengths) -> Tensor:
        return self.rng.normal(0.0, self.stddev**2, weights_shape)


@mistake(hint=DRAW)
class ArgumentIgnored(OwnDraws):
    """The standard deviation is always 1.

    np.random.randn(*shape) is not multiplied by the argument.
    """

    def _drawn(self, weights_shape: Lengths) -> Tensor:
        return self.rng.normal(0.0, 1.0, weights_shape)


@mistake(hint=DRAW)
class DeviationAsMean(OwnDraws):
    """The standard deviation is passed for the mean.

    The first argument of np.random.normal is the mean: all weights lie around it, with a deviation of 1.
    """

    def _drawn(self, weights_shape: Lengths) -> Tensor:
        return self.rng.normal(self.stddev, 1.0, weights_shape)


@mistake(hint=DRAW)
class Uniform(OwnDraws):
    """The draws are uniform.

    They have the right standard deviation, but another distribution.
    """

    def _drawn(self, weights_shape: Lengths) -> Tensor:
        bound = sqrt(3) * self.stddev
        return self.rng.uniform(-bound, bound, weights_shape)


@mistake(hint=DRAW)
class Positive(Normal):
    """All draws are positive.

    Their absolute values are taken, so every unit starts with weights of one sign.
    """

    def initialize(self, weights_shape: Lengths, fan_in: int, fan_out: int) -> Tensor:
        return np.abs(super().initialize(weights_shape, fan_in, fan_out))


@mistake(hint=DRAW)
class DividedByRootOfFanIn(Normal):
    """The draws are divided by the root of the fan-in.

    This is another scheme; here the standard deviation is the one that was asked for, whatever the fans are.
    """

    def initialize(self, weights_shape: Lengths, fan_in: int, fan_out: int) -> Tensor:
        return super().initialize(weights_shape, fan_in, fan_out) / sqrt(fan_in)


@mistake(hint=DRAW)
class OneRowRepeated(OwnDraws):
    """Half of the draws are those of the other half.

    Fewer numbers are drawn than there are weights, and repeated: units that start equal stay equal.
    """

    def _drawn(self, weights_shape: Lengths) -> Tensor:
        shape = (weights_shape,) if isinstance(weights_shape, int) else tuple(weights_shape)
        count = prod(shape)
        drawn = self.rng.normal(0.0, self.stddev, (count + 1) // 2)
        return np.resize(drawn, shape)


@mistake(hint=DRAW, families=("contract",), cases=("matrix", "wide"))
class Transposed(Normal):
    """The shape is turned round.

    The weights come as (outputs, inputs) although (inputs, outputs) was asked for.
    """

    def initialize(self, weights_shape: Lengths, fan_in: int, fan_out: int) -> Tensor:
        return super().initialize(weights_shape, fan_in, fan_out).T


@mistake(
    hint="np.random.normal(0, self.stddev, shape), and self.stddev stays as it is",
    families=("state",),
    cases=("matrix",),
)
class DeviationShrinks(Normal):
    """Every call makes the standard deviation smaller.

    It is multiplied by a factor in each call, so the weights of later layers start too small.
    """

    calls = 0

    def initialize(self, weights_shape: Lengths, fan_in: int, fan_out: int) -> Tensor:
        self.calls += 1
        return super().initialize(weights_shape, fan_in, fan_out) * 0.5 ** (self.calls - 1)
