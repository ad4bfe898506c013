"""Initializers: mistakes that show in a sequence of calls."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..framework import Constant, He, Xavier
from ..framework.validation import Tensor
from .registry import Declare

mistake = Declare(families=("state",), cases=("matrix",))


@mistake(hint="return np.full(weights_shape, self.value), made in every call")
class FirstArrayReturned(Constant):
    """The array of the first call is returned for ever.

    It is made once and stored. The second layer, which has another shape, gets weights that do not fit.
    """

    stored: Tensor | None = None

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        if self.stored is None:
            self.stored = super().initialize(weights_shape, fan_in, fan_out)
        return self.stored


@mistake(hint="np.random.normal(0, np.sqrt(2 / fan_in), weights_shape) with the fan_in of this call")
class DeviationOfFirstCall(He):
    """The deviation of the first call is used for ever.

    It is computed once and stored, so every later layer starts with weights of the size that suits the first one.
    """

    first: int | None = None

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        self.first = self.first or fan_in
        return super().initialize(weights_shape, self.first, fan_out)


@mistake(hint="np.sqrt(2 / (fan_in + fan_out)) with the fans of this call")
class FansAddUp(Xavier):
    """The fans of all calls add up.

    They are collected in an attribute, so the weights of every later layer are smaller.
    """

    total = 0

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        self.total += fan_in + fan_out
        return self.rng.normal(0.0, float(np.sqrt(2 / self.total)), weights_shape)
