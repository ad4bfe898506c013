"""Noise that functions have beside rounding, read from difference tables (Hamming 1973; Moré and Wild 2011).

An iteration that stops at a tolerance of 1e-8 is smooth where the number of iterations stays the same, so moves by
a unit in the last place do not show its error. Over a longer way the number changes, and the output jumps. High
differences of equally spaced values remove what is smooth and leave the jumps.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from .directions import Array, norm
from .ladder import Evaluate
from .precision import Precision

ORDER = 8  # of the differences
POINTS = 129  # on the way from x - u to x + u
AMPLIFIED = math.comb(2 * ORDER, ORDER) ** 0.5  # standard deviation of the differences of independent unit noise
SMOOTH_SHRINKS = 64.0  # halving the spacing divides an 8th difference by 256 if smooth, by about 1 if noise


def measure_roughness(evaluate: Evaluate, x: Array, u: Array, y: Array, precision: Precision) -> Array:
    """How large the noise of each output entry is, flat; 0 where the table shows none that is small.

    It is about 3 standard deviations of independent noise. A single jump counts with a third of its height: with the
    factor 6 of the tolerance that is more than its effect on an extrapolated difference, 0.7 of it by the step.

    Jumps above the precision's `noisy` share of the output are features of the function, such as steps and kinks, and
    are left out. So are differences that shrink with the spacing, as those of a smooth function do.

    Costs 129 evaluations.
    """
    limit = precision.noisy * np.maximum(np.abs(y.ravel()), norm(y) / max(y.size, 1) ** 0.5)
    fine, coarse = np.zeros(y.size), np.zeros(y.size)
    latest: deque[Array] = deque(maxlen=2 * ORDER + 1)  # of the values: all of them may need much memory
    for number, place in enumerate(np.linspace(-1.0, 1.0, POINTS)):
        latest.append(evaluate([precision.rounded(x + place * u)])[0].ravel())
        if number >= ORDER:
            np.maximum(fine, _jump(list(latest)[-ORDER - 1 :], limit), out=fine)
        if number >= 2 * ORDER and number % 2 == 0:
            np.maximum(coarse, _jump(list(latest)[::2], SMOOTH_SHRINKS * limit), out=coarse)
    result: Array = np.where(coarse <= SMOOTH_SHRINKS * fine, fine, 0.0)
    return result


def _jump(values: list[Array], limit: Array) -> Array:
    """The noise that one difference of each entry shows; 0 where it exceeds the limit."""
    with np.errstate(all="ignore"):
        difference = np.abs(np.diff(np.stack(values), n=ORDER, axis=0)[0]) / AMPLIFIED
        noise: Array = np.where(difference <= limit, difference, 0.0)
    return noise
