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
STRIDE = 2  # spacing of the second table, in units of the first one's
POINTS = 129  # on the way from x - u to x + u
PIECE = 16  # differences that are judged together: one of a smooth function may be small where its sign changes
AMPLIFIED = math.comb(2 * ORDER, ORDER) ** 0.5  # standard deviation of the differences of independent unit noise
GROWTH = 64.0  # doubling the spacing multiplies an 8th difference by 256 if smooth, by about 1 if noise


def measure_roughness(evaluate: Evaluate, x: Array, u: Array, y: Array, precision: Precision) -> Array:
    """How large the noise of each output entry is along `u`, flat; 0 where the table shows none that is small.

    What is found is about 3 standard deviations of independent noise. A single jump counts with a third of its height:
    with the factor 6 of the tolerance that is more than its effect on an extrapolated difference, 0.7 of it by the
    step. The way is much longer than the ladder's steps: an iteration that stops early has a wrong derivative even
    where the number of iterations stays the same, by about as much as the output jumps where it changes.

    The way is cut into pieces. A piece shows noise only if its largest difference about keeps its size on the double
    spacing. Next to a singularity 8th differences grow without limit, but all the more on the double spacing. Pieces
    with jumps above the precision's `noisy` share of the output hold features of the function, such as steps and
    kinks, and are left out.
    So are pieces where the function raises or is not finite: the way may leave its domain.

    Costs 129 evaluations.
    """
    limit = precision.noisy * np.maximum(np.abs(y.ravel()), norm(y) / max(y.size, 1) ** 0.5)
    result, fine, coarse = (np.zeros(y.size) for _ in range(3))
    latest: deque[Array] = deque(maxlen=STRIDE * ORDER + 1)  # of the values: all of them may need much memory
    for number, place in enumerate(np.linspace(-1.0, 1.0, POINTS)):
        latest.append(_value(evaluate, precision.rounded(x + place * u), y.size))
        if number < STRIDE * ORDER:
            continue
        around = list(latest)
        middle = (len(around) - ORDER) // 2
        np.maximum(fine, _difference(around[middle : middle + ORDER + 1]), out=fine)  # nan stays
        np.maximum(coarse, _difference(around[::STRIDE]), out=coarse)
        if ((number + 1) % PIECE == 0 and number < POINTS - PIECE) or number == POINTS - 1:
            with np.errstate(invalid="ignore"):
                is_noise = (fine <= limit) & (coarse <= GROWTH * fine)
            np.maximum(result, fine, out=result, where=is_noise)
            fine, coarse = np.zeros(y.size), np.zeros(y.size)
    return result


def _value(evaluate: Evaluate, point: Array, size: int) -> Array:
    try:
        return evaluate([point])[0].ravel()
    except Exception:  # whatever the function raises outside of its domain
        return np.full(size, np.nan)


def _difference(values: list[Array]) -> Array:
    """The 8th difference of each entry, in standard deviations of noise of that size."""
    difference = np.zeros_like(values[0])
    with np.errstate(all="ignore"):
        for place, value in enumerate(values):
            difference += (-1) ** place * math.comb(ORDER, place) / AMPLIFIED * value
    return np.abs(difference, out=difference)
