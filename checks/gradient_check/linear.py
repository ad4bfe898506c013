"""Backward is linear in the incoming gradient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..numerics.directions import norm
from ..numerics.precision import current
from .values import Array, Given

LINEAR = 1e4  # units in the last place that b(2v + 3w) may differ from 2b(v) + 3b(w) by
UNITS = 5.0  # (|2v + 3w|² + |2v|² + |3w|²)^½ for v and w of size 1 that are independent: 26^½
CHANCE = 20.0  # times the change from call to call: a difference of three answers is 4 times as noisy as one of two
FACTOR = 2.0**10  # a power of 2: scaling by it changes no rounding
GROWTH = 32.0  # a square's share of the answer grows by 1024 with that factor; its share in 2v + 3w is a few times it


@dataclass(frozen=True)
class Answers:
    """What backward returned for one block.

    Attributes:
        v, w, both: for the incoming gradients v, w and 2v + 3w.
        again: for v, a second time.
    """

    v: Array
    w: Array
    both: Array
    again: Array

    @cached_property
    def expected(self) -> Array:
        """What b(2v + 3w) should be."""
        return 2.0 * self.v + 3.0 * self.w

    @cached_property
    def residual(self) -> Array:
        """What is left of the identity, by entry."""
        return np.abs(self.both - self.expected)

    @property
    def noise(self) -> Array:
        """What the residual, if it is noise, says of a single answer: it holds about 5 such errors."""
        return np.maximum(self.chance, self.residual / UNITS)

    @cached_property
    def chance(self) -> Array:
        """By how much the same question is answered differently, by entry."""
        return np.abs(self.again - self.v)


def is_linear(answers: Answers, floor: float, scaled: Callable[[float], Array]) -> bool:
    """Tell whether b(2v + 3w) = 2b(v) + 3b(w), but for rounding and noise.

    What exceeds rounding, and not a millionth (float32: a thousandth), may be noise. Noise that is drawn shows when the
    same call is repeated. A solver that stops early repeats its answer exactly, but then b(-v) = -b(v) and b(1024 v) is
    off by no larger a share than before: signs and powers of 2 change no rounding, and its tolerance is a share of the
    answer, or a fixed amount. Anything else is a term that is not linear. Those calls are made only then. An odd and
    bounded term, as a clipped one, is not told from a solver that stops at a fixed amount.

    Args:
        answers: of backward.
        floor: what an entry may be off by without any effect on the output.
        scaled: returns b(factor v) for a factor.
    """
    terms = float((2.0 * np.abs(answers.v) + 3.0 * np.abs(answers.w)).max(initial=0.0))
    rounding = LINEAR * current().eps * terms + floor
    if (answers.residual <= rounding).all():
        return True
    if not (answers.residual <= max(rounding, current().noisy * terms + floor)).all():
        return False
    residual, chance = norm(answers.residual), norm(answers.chance)
    if residual <= CHANCE * chance:
        return True
    odd = norm(scaled(-1.0) + answers.v)
    large = scaled(FACTOR) / FACTOR
    grown = norm(large - answers.v) if np.isfinite(large).all() else 0.0  # what overflows tells nothing
    limit = rounding * answers.v.size**0.5
    return bool(odd <= limit + CHANCE * chance and grown <= limit + GROWTH * residual + CHANCE * chance)


def floor_of(y: Array, v: Array, w: Array, block: Given) -> float:
    """What one entry of a gradient may be off by without any effect on the output beyond its rounding."""
    step = norm(np.asarray(block, np.float64)) / max(block.size, 1) ** 0.5 or 1.0
    return LINEAR * current().eps * (2.0 * norm(v * y) + 3.0 * norm(w * y)) / step
