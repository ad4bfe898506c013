"""He initializer: mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np

from ..framework import He
from ..framework.validation import Tensor
from .registry import Declare

DEVIATION = "np.random.normal(0, np.sqrt(2 / fan_in), weights_shape)"

mistake = Declare(families=("initializer",))


class OwnDeviation(He):
    """Normal weights whose standard deviation a mistake can replace."""

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        return self.rng.normal(0.0, self._deviation(fan_in, fan_out), weights_shape)

    def _deviation(self, fan_in: int, fan_out: int) -> float:
        del fan_out
        return sqrt(2 / fan_in)


@mistake(hint=DEVIATION)
class VarianceAsDeviation(OwnDeviation):
    """The variance is passed for the standard deviation.

    The second argument of np.random.normal is the standard deviation, the root of the variance 2 / fan_in.
    """

    def _deviation(self, fan_in: int, fan_out: int) -> float:
        del fan_out
        return 2 / fan_in


@mistake(hint=DEVIATION)
class FanOut(OwnDeviation):
    """The fan-out is used for the fan-in.

    The variance is 2 / fan_out. The output of a unit is a sum over its inputs, so their number counts.
    """

    def _deviation(self, fan_in: int, fan_out: int) -> float:
        del fan_in
        return sqrt(2 / fan_out)


@mistake(hint=DEVIATION)
class VarianceOfXavier(OwnDeviation):
    """The variance is Xavier's.

    2 / (fan_in + fan_out) does not make up for the half of the units that a ReLU turns off.
    """

    def _deviation(self, fan_in: int, fan_out: int) -> float:
        return sqrt(2 / (fan_in + fan_out))


@mistake(hint=DEVIATION)
class TwoMissing(OwnDeviation):
    """The factor 2 is missing.

    The variance 1 / fan_in does not make up for the half of the units that a ReLU turns off.
    """

    def _deviation(self, fan_in: int, fan_out: int) -> float:
        del fan_out
        return sqrt(1 / fan_in)


@mistake(hint="use the argument fan_in: " + DEVIATION, cases=("kernels",))
class FanInOfShape(He):
    """The fan-in is read off the shape.

    It takes weights_shape[0] instead of the argument. That fits a fully connected layer, but for kernels it is the
    number of kernels.
    """

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        fan_in = int(np.atleast_1d(weights_shape)[0])
        return super().initialize(weights_shape, fan_in, fan_out)


@mistake(hint=DEVIATION)
class Uniform(He):
    """The draws are uniform.

    The variance is right, but the text asks for the normal distribution.
    """

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        del fan_out
        bound = sqrt(6 / fan_in)
        return self.rng.uniform(-bound, bound, weights_shape)


@mistake(hint="pass the whole shape: " + DEVIATION, cases=("matrix", "kernels"))
class RowRepeated(He):
    """One row is drawn and repeated.

    The draw has the shape without its first axis and is broadcast, so that units start equal and stay equal.
    """

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        shape = tuple(int(size) for size in np.atleast_1d(weights_shape))
        return super().initialize(shape[1:], fan_in, fan_out) * np.ones(shape)
