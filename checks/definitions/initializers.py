"""Initializers that draw from a normal distribution: its standard deviation."""

from __future__ import annotations

import math
from functools import singledispatch

from ...specs import He, InitializerSpec, Normal, Xavier


@singledispatch
def deviation(spec: InitializerSpec, fan_in: int, fan_out: int) -> float:
    """The standard deviation of the draws, whose mean is 0."""
    del fan_in, fan_out
    raise NotImplementedError(f"there is no definition of {spec.name()}")


@deviation.register
def _(spec: Normal, fan_in: int, fan_out: int) -> float:
    del fan_in, fan_out
    return spec.stddev


@deviation.register
def _(spec: Xavier, fan_in: int, fan_out: int) -> float:
    del spec
    return math.sqrt(2 / (fan_in + fan_out))


@deviation.register
def _(spec: He, fan_in: int, fan_out: int) -> float:
    del spec, fan_out
    return math.sqrt(2 / fan_in)
