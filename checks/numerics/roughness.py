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
# Doubling the spacing leaves the largest 8th difference of noise as it is; that of one kink doubles, that of many kinks
# together grows by 2^1.5, as their slopes do a random walk. This is the middle between noise and many kinks.
GROWTH = 2.0**0.75
TINY = 1e-4  # share of the limit below which no kink matters, and what is left of the smooth part may grow
SMOOTH = 64.0  # times that a difference with a smooth part of that size is at most larger
KINKED = 8.0  # times that kinks make a difference larger; more is smooth, and says nothing of noise


def measure_roughness(evaluate: Evaluate, x: Array, u: Array, y: Array, precision: Precision) -> Array:
    """How large the noise of each output entry is along `u`, flat; 0 where the table shows none that is small.

    What is found is about 3 standard deviations of independent noise. A single jump counts with a third of its height:
    with the factor 6 of the tolerance that is more than its effect on an extrapolated difference, 0.7 of it by the
    step. The way is much longer than the ladder's steps: an iteration that stops early has a wrong derivative even
    where the number of iterations stays the same, by about as much as the output jumps where it changes.

    The way is cut into pieces. Those in which the function is smooth say nothing: there the double spacing makes
    differences 256 times as large, and more next to a singularity. The others are noise only if the largest
    difference about keeps its size, in the piece and in the median of the pieces: in one piece noise varies by a factor
    of 3, in the median by 1.7. A kink is not noise: what grows widens no bound. Pieces with
    jumps above the precision's `noisy` share of the output hold features of the function, such as steps, and are left
    out. So are pieces where the function raises or is not finite: the way may leave its domain.

    Costs 129 evaluations.
    """
    limit = precision.noisy * np.maximum(np.abs(y.ravel()), norm(y) / max(y.size, 1) ** 0.5)
    fine, coarse = np.zeros(y.size), np.zeros(y.size)
    pieces: list[tuple[Array, Array]] = []
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
            pieces.append((fine, coarse))
            fine, coarse = np.zeros(y.size), np.zeros(y.size)
    return _noise_in(np.stack([piece[0] for piece in pieces]), np.stack([piece[1] for piece in pieces]), limit)


def _noise_in(fine: Array, coarse: Array, limit: Array) -> Array:
    """The largest difference that is noise, by output entry; the first axis numbers the pieces of the way."""
    with np.errstate(all="ignore"):
        growth = np.where((fine <= limit) & (coarse <= KINKED * fine), coarse / fine, np.nan)
    seen = np.isfinite(growth).any(axis=0)
    typical = np.nanmedian(np.where(seen, growth, np.inf), axis=0)
    noise = (growth <= GROWTH) & (typical <= GROWTH)
    largest = np.where(noise, fine, 0.0).max(axis=0, initial=0.0)
    tiny = np.where((fine <= TINY * limit) & (coarse <= SMOOTH * fine), fine, 0.0).max(axis=0, initial=0.0)
    result: Array = np.maximum(largest, tiny)
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
