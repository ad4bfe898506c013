"""The directional derivative of a vector output, with an error bound per output entry.

Central differences on a ladder of steps, Richardson-extrapolated (Richardson 1911; Ridders 1982).
Each output entry takes its value from the first window of three steps on which it is smooth, so a
kink that lies inside a large step costs only smaller steps for the entries that see it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .directions import Array, norm
from .precision import FLOAT64, MAX_LEVELS, Precision

Evaluate = Callable[[Sequence[Array]], list[Array]]
Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

WINDOW = 3
LARGE = 2**16  # entries of a block whose points are evaluated pair by pair: all of them together leave the cache
JITTER = np.array([-2.0, -1.0, 1.0, 2.0])  # in units in the last place
VAGUE = 0.1  # a bound above this share of the derivative's size says nothing, unless the precision's `negligible` does


@dataclass(frozen=True)
class Derivative:
    """A directional derivative; all arrays are flat, one entry per output entry.

    Attributes:
        value: the derivative.
        error: bound of its error.
        settled: False where the function is not smooth on any step of the ladder.
        vague: True where it is smooth as far as its noise lets one see, but the noise hides the derivative.
        right, left: one-sided derivatives at the smallest step, for entries kinked at the point.
        one_sided_error: bound of their error.
        direction_error: per input entry, how far the steps really taken deviate from the direction.
        evaluations: number of points at which the function was evaluated.
    """

    value: Array
    error: Array
    settled: Flags
    vague: Flags
    right: Array
    left: Array
    one_sided_error: Array
    direction_error: Array
    evaluations: int


def measure_noise(
    evaluate: Evaluate, x: Array, y: Array, rng: np.random.Generator, precision: Precision = FLOAT64
) -> Array:
    """Rounding noise of each output entry: the effect of moving every input entry by a unit in the last place or two.

    Moves by one and by two are mixed: if all were by one, sums such as x[0] + x[1] would round alike every time.
    """
    unit = precision.spacing(x)
    jittered = []
    for _ in range(precision.jitters):
        moved = np.take(JITTER, rng.integers(len(JITTER), size=x.shape, dtype=np.int8))
        moved *= unit
        moved += x  # infinite entries stay infinite: nothing is added to them
        jittered.append(precision.rounded(moved))
    flat = y.ravel()
    worst = np.maximum.reduce([np.abs(other.ravel() - flat) for other in evaluate(jittered)])
    # What a quarter of the entries does not exceed is rounding for all; a jump at one entry says nothing of the others.
    known = worst[worst > 0]
    typical = float(np.quantile(known, 0.25, method="lower")) if known.size else 0.0
    result: Array = np.maximum(np.maximum(worst, typical), precision.eps * np.abs(flat))
    return result


def differentiate(
    evaluate: Evaluate, x: Array, u: Array, y: Array, noise: Array, *, precision: Precision = FLOAT64
) -> Derivative:
    """The derivative of `evaluate` at `x` along `u`; `y` is the value at `x`, `noise` its rounding noise.

    Costs 6 evaluations for a smooth function, 2 more for each further level of the ladder.
    """
    flat = y.ravel()
    steps: list[float] = []
    central: list[Array] = []  # D_k = (y(+h) - y(-h)) / 2h
    even: list[Array] = []  # E_k = (y(+h) + y(-h) - 2 y) / 2h: tends to 0 unless there is a kink at x
    deviation = np.zeros(x.shape)
    value = error = np.full(flat.shape, np.inf)
    step = np.ones(flat.shape)  # the smallest step that each entry's value comes from
    settled = contradicted = np.zeros(flat.shape, dtype=bool)
    right = left = np.zeros(flat.shape)
    while len(steps) < MAX_LEVELS and not (len(steps) >= WINDOW and settled.all()):
        count = WINDOW if not steps else 1
        new = [precision.first_step * precision.ratio ** -(len(steps) + level) for level in range(count)]
        values, shifts = _values(evaluate, x, u, new, deviation=deviation, precision=precision)
        for index, h in enumerate(new):
            plus, minus = values[2 * index], values[2 * index + 1]
            steps.append(h)
            with np.errstate(all="ignore"):
                central.append((plus - minus) / (2 * h))
                even.append((plus + minus - 2 * flat) / (2 * h))
                right, left = (plus - flat) / h, (flat - minus) / h
        shifted = [2 * shift * np.abs(each) for shift, each in zip(shifts, even[-len(shifts) :], strict=True)]
        around = np.maximum.reduce([noise / steps[-1], *shifted])
        candidate, bound = _extrapolate(central[-WINDOW:], even[-WINDOW:], around, precision.ratio)
        # Two scales that contradict each other beyond their bounds: a staircase, for example float32 inside of f.
        with np.errstate(invalid="ignore"):
            contradicted = contradicted | (~settled & (np.abs(candidate - value) > 6 * np.maximum(error, bound)))
        better = ~settled & (bound < error)
        value, step = np.where(better, candidate, value), np.where(better, steps[-1], step)
        # In units of y, what is unexplained shrinks with the step. If not it is noise, and larger steps have it too.
        unexplained = np.where(np.isfinite(bound), bound, 0.0) * steps[-1] / step
        error = np.where(better, bound, np.maximum(error, unexplained))
        settled = settled | (error <= precision.settled * _size(value, error) + 8 * around)
    smooth, vague = settled & ~contradicted, _is_vague(value, error, flat, precision)
    value = np.where(np.isfinite(error), value, 0.0)
    # The one-sided quotients at the smallest step h err by h |f''| / 2: bounded by their change over one level.
    change = np.abs(central[-1] - central[-2]) + np.abs(np.abs(even[-1]) - np.abs(even[-2]))
    return Derivative(
        value=value,
        error=error,
        settled=smooth & ~vague,
        vague=smooth & vague,
        right=right,
        left=left,
        one_sided_error=change + 4 * noise / steps[-1],
        direction_error=deviation,
        evaluations=2 * len(steps),
    )


def _is_vague(value: Array, error: Array, flat: Array, precision: Precision) -> Flags:
    """The entries whose bound is too large a share of the derivative, and large enough to matter beside the output."""
    relevant = error > precision.negligible * _size(flat, np.abs(flat))
    result: Flags = relevant & (error > VAGUE * _size(value, error))
    return result


def _values(
    evaluate: Evaluate, x: Array, u: Array, steps: Sequence[float], *, deviation: Array, precision: Precision
) -> tuple[list[Array], list[float]]:
    """The function on both sides of `x` for each step, flat, and how far each pair of points is from symmetric to `x`.

    `deviation` becomes the largest of the points so far.
    """
    points: list[Array] = []
    values: list[Array] = []
    shifts: list[float] = []
    for h in steps:
        move = h * u
        points += [precision.rounded(x + move), precision.rounded(np.subtract(x, move, out=move))]
        _note_deviation(deviation, points[-2], points[-1], h, u)
        shifts.append(_shift(x, points[-2], points[-1], h, u))
        if x.size > LARGE or h == steps[-1]:
            values += [value.ravel() for value in evaluate(points)]
            points.clear()
    return values, shifts


def _note_deviation(deviation: Array, above: Array, below: Array, h: float, u: Array) -> None:
    """How far the step between two points, which are rounded, is from the one that was meant, per unit of `h`."""
    with np.errstate(invalid="ignore"):
        difference = above - below
    difference[np.isnan(difference)] = 0.0  # entries that are infinite do not move
    difference *= 0.5 / h
    difference -= u
    np.abs(difference, out=difference)
    np.maximum(deviation, difference, out=deviation)


def _shift(x: Array, above: Array, below: Array, h: float, u: Array) -> float:
    """How far the middle of two points, which are rounded, is from `x`, as a share r of the step: the largest entry's.

    A central difference then is that of another point: it is off by r h u'Hu at most, where H is the second
    derivative, if no terms of that cancel; u'Hu is what the second difference shows, (y(+h) + y(-h) - 2 y) / h².
    """
    with np.errstate(all="ignore"):
        middle = above + below
        middle *= 0.5
        middle -= x
        middle /= u
        np.abs(middle, out=middle)
        return float(np.max(middle, initial=0.0, where=np.isfinite(middle))) / h


def _extrapolate(central: list[Array], even: list[Array], noise: Array, ratio: float) -> tuple[Array, Array]:
    """Richardson's tableau over three steps: the value and a bound of its error."""
    q = ratio**2
    with np.errstate(all="ignore"):
        first = [(q * fine - coarse) / (q - 1) for coarse, fine in itertools.pairwise(central)]
        value = (q * q * first[1] - first[0]) / (q * q - 1)
        # Smooth: differences shrink by q from row to row. Where they do not, the raw differences count.
        coarse, fine = np.abs(central[0] - central[1]), np.abs(central[1] - central[2])
        off_rate = fine > coarse / (q / 2) + 4 * noise
        even_limit = np.abs((ratio * even[2] - even[1]) / (ratio - 1))
        bound = np.maximum.reduce(
            [
                np.abs(value - first[0]),
                np.where(off_rate, fine, 0.0),
                np.minimum(even_limit, np.abs(even[2])),
                2 * noise,
            ]
        )
    return value, np.where(np.isfinite(bound) & np.isfinite(value), bound, np.inf)


def _size(value: Array, error: Array) -> Array:
    """Per entry: its own size, at least the typical size of the entries whose bound is finite."""
    known = np.where(np.isfinite(error), value, 0.0)
    typical = norm(known) / max(known.size, 1) ** 0.5
    size: Array = np.maximum(np.abs(known), typical)
    return size
