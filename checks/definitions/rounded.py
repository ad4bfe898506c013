"""Numbers with a bound of their rounding error, for definitions in which errors of one step enter the next.

Running error analysis (Higham: Accuracy and Stability of Numerical Algorithms, 2002, section 3.3). As in `estimate`, an
operation may err by 8 times as much as a correctly rounded one, and sums may be taken in any order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..numerics.compare import EPS

UNIT = 8.0 * EPS


@dataclass(frozen=True)
class Rounded:
    """A value, and the largest error that a sensible way to compute it may have."""

    value: float
    error: float = 0.0


def plus(one: Rounded, other: Rounded) -> Rounded:
    """The sum."""
    value = one.value + other.value
    return Rounded(value, one.error + other.error + UNIT * abs(value))


def times(one: Rounded, other: Rounded) -> Rounded:
    """The product."""
    value = one.value * other.value
    carried = abs(one.value) * other.error + abs(other.value) * one.error + one.error * other.error
    return Rounded(value, carried + UNIT * abs(value))


def affine(inputs: Sequence[Rounded], weights: Sequence[float], bias: float) -> Rounded:
    """The sum of the inputs, each times its weight, and of the bias."""
    terms = [*(x.value * w for x, w in zip(inputs, weights, strict=True)), float(bias)]
    size = math.fsum(abs(term) for term in terms)
    carried = math.fsum(x.error * abs(w) for x, w in zip(inputs, weights, strict=True))
    return Rounded(math.fsum(terms), carried + UNIT * (len(terms) + 1) * size)


def tanh(x: Rounded) -> Rounded:
    """The hyperbolic tangent; an error of the argument counts by the largest slope within that error."""
    nearest = max(abs(x.value) - x.error, 0.0)
    return Rounded(math.tanh(x.value), (1.0 - math.tanh(nearest) ** 2) * x.error + 3.0 * UNIT)


def logistic(x: Rounded) -> Rounded:
    """The logistic sigmoid, in the same way."""
    nearest = max(abs(x.value) - x.error, 0.0)
    return Rounded(_logistic(x.value), _logistic(nearest) * _logistic(-nearest) * x.error + 3.0 * UNIT)


def _logistic(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-value)) if value > -700 else math.exp(value)
