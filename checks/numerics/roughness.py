"""Noise that functions have beside rounding, read from difference tables (Hamming 1973; Moré and Wild 2011).

An iteration that stops at a tolerance of 1e-8 is smooth where the number of iterations stays the same, so moves by
a unit in the last place do not show its error. Over a longer way the number changes, and the output jumps. High
differences of equally spaced values remove what is smooth and leave the jumps.
"""

from __future__ import annotations

import math

import numpy as np

from .directions import Array, norm
from .ladder import Evaluate
from .precision import Precision

ORDER = 8  # of the differences
POINTS = 129  # on the way from x - u to x + u
AMPLIFIED = math.comb(2 * ORDER, ORDER) ** 0.5  # standard deviation of the differences of independent unit noise
SMOOTH_SHRINKS = 16.0  # halving the spacing divides an 8th difference by 256 if smooth, by about 1 if noise


def measure_roughness(evaluate: Evaluate, x: Array, u: Array, y: Array, precision: Precision) -> Array:
    """How large the noise of each output entry is, flat; 0 where the table shows none that is small.

    It is about 3 standard deviations of independent noise. A single jump counts with a third of its height: with the
    factor 6 of the tolerance that is more than its effect on an extrapolated difference, 0.7 of it by the step.

    Jumps above the precision's `noisy` share of the output are features of the function, such as steps and kinks, and
    are left out. So are differences that shrink with the spacing, as those of a smooth function do.

    Costs 129 evaluations.
    """
    places = np.linspace(-1.0, 1.0, POINTS)
    # One at a time: the points together may be large.
    values = (evaluate([precision.rounded(x + place * u)])[0] for place in places)
    table = np.stack([np.asarray(value, dtype=np.float64).ravel() for value in values])
    limit = precision.noisy * np.maximum(np.abs(y.ravel()), norm(y) / max(y.size, 1) ** 0.5)
    with np.errstate(all="ignore"):
        fine = _jumps(table, limit)
        coarse = _jumps(table[::2], SMOOTH_SHRINKS * limit)
    result: Array = np.where(coarse <= SMOOTH_SHRINKS * fine, fine, 0.0)
    return result


def _jumps(table: Array, limit: Array) -> Array:
    """The largest jump of each column that does not exceed its limit."""
    jumps = np.abs(np.diff(table, n=ORDER, axis=0)) / AMPLIFIED
    largest: Array = np.max(np.where(jumps <= limit, jumps, 0.0), axis=0, initial=0.0)
    return largest
