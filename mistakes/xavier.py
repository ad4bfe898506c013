"""Xavier initializer: mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from ..framework import Xavier
from ..framework.validation import Tensor
from .registry import Declare

DEVIATION = "np.random.normal(0, np.sqrt(2 / (fan_in + fan_out)), weights_shape)"

mistake = Declare(families=("initializer",))


class OwnDeviation(Xavier):
    """Normal weights whose standard deviation a mistake can replace."""

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        return self.rng.normal(0.0, self._deviation(fan_in, fan_out), weights_shape)

    def _deviation(self, fan_in: int, fan_out: int) -> float:
        return sqrt(2 / (fan_in + fan_out))


@mistake(hint=DEVIATION)
class VarianceAsDeviation(OwnDeviation):
    """The variance is passed for the standard deviation.

    The second argument of np.random.normal is the standard deviation, the root of the variance 2 / (fan_in +
    fan_out).
    """

    def _deviation(self, fan_in: int, fan_out: int) -> float:
        return 2 / (fan_in + fan_out)


@mistake(hint=DEVIATION)
class FanInOnly(OwnDeviation):
    """The fan-out is left out.

    The variance is 2 / fan_in, which is He's. Xavier's also keeps the size of the errors on their way back and so
    counts both fans.
    """

    def _deviation(self, fan_in: int, fan_out: int) -> float:
        del fan_out
        return sqrt(2 / fan_in)


@mistake(hint=DEVIATION)
class TwoMissing(OwnDeviation):
    """The factor 2 is missing.

    The variance 1 / (fan_in + fan_out) is half of what it should be, 1 / (mean of the fans).
    """

    def _deviation(self, fan_in: int, fan_out: int) -> float:
        return sqrt(1 / (fan_in + fan_out))


@mistake(hint=DEVIATION)
class ProductOfFans(OwnDeviation):
    """The fans are multiplied, not added.

    The variance is 2 / (fan_in * fan_out), far too small for layers of any size.
    """

    def _deviation(self, fan_in: int, fan_out: int) -> float:
        return sqrt(2 / (fan_in * fan_out))


@mistake(hint=DEVIATION)
class UniformBoundAsDeviation(OwnDeviation):
    """The bound of the uniform variant is passed for the standard deviation.

    sqrt(6 / (fan_in + fan_out)) is the end of the interval if the weights are uniform. A normal distribution of this
    deviation has three times the variance.
    """

    def _deviation(self, fan_in: int, fan_out: int) -> float:
        return sqrt(6 / (fan_in + fan_out))


@mistake(hint=DEVIATION)
class Uniform(Xavier):
    """The draws are uniform.

    The variance is right, but the text asks for the normal distribution.
    """

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        bound = sqrt(6 / (fan_in + fan_out))
        return self.rng.uniform(-bound, bound, weights_shape)
