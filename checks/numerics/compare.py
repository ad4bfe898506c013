"""Two arrays against a bound per entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .precision import FLOAT64, current

Array = NDArray[np.float64]
EPS = FLOAT64.eps


@dataclass(frozen=True)
class Estimate:
    """A value with the rounding error that any sensible way to compute it may have.

    Attributes:
        value: what the definition says.
        error: bound per entry of the rounding error of an implementation that computes in float64; in another precision
            it is larger in proportion to the unit of that precision.
        slack: what a right implementation may differ by in any precision: an epsilon, the spread of a random quantity.
    """

    value: Array
    error: Array
    slack: Array | float = 0.0

    def widened(self, factor: float) -> Estimate:
        """The same value with `factor` times the error: for a result of several such computations."""
        return Estimate(self.value, factor * self.error, factor * self.slack)

    @property
    def bound(self) -> Array:
        """Bound per entry of the difference that an implementation may show, in the current precision."""
        precision = current()
        if precision is FLOAT64:
            return self.error + self.slack
        return self.error * (precision.eps / EPS) + (self.slack + precision.tiny)


def estimate(value: Any, magnitude: Any, operations: float) -> Estimate:
    """`operations` roundings of quantities of size `magnitude` (running error analysis, Higham 2002, section 3.3).

    The factor 8 allows for another order of the operations and for library functions of a few units in the last place.
    """
    value = np.asarray(value, dtype=np.float64)
    bound = 8.0 * EPS * (operations + 1) * np.abs(np.asarray(magnitude, dtype=np.float64))
    return Estimate(value, np.broadcast_to(bound, value.shape) + np.finfo(np.float64).tiny)


@dataclass(frozen=True)
class Difference:
    """Where two arrays differ by more than the bound.

    Attributes:
        largest: the largest absolute difference; infinite where a value is not finite.
        tolerance: the bound at that entry.
        count: number of entries beyond their bound.
        worst: up to five of them: index, found, expected.
    """

    largest: float
    tolerance: float
    count: int
    worst: tuple[dict[str, Any], ...]

    @property
    def within(self) -> bool:
        """True if every entry is within its bound."""
        return self.count == 0


def compare(found: NDArray[Any], expected: Estimate) -> Difference:
    """Compare entry by entry; shapes must agree."""
    with np.errstate(invalid="ignore", over="ignore"):
        difference = np.abs(np.asarray(found, dtype=np.float64) - expected.value)
        difference = np.where(np.asarray(found) == expected.value, 0.0, difference)  # equal infinities
        difference = np.where(np.isnan(difference), np.inf, difference)
        bound = expected.bound
        excess = difference / bound
    beyond = ~(difference <= bound) | ~np.isfinite(bound)  # no bound, no agreement
    if not difference.size:
        return Difference(0.0, 0.0, 0, ())
    order = np.argsort(-np.where(np.isnan(excess), np.inf, excess), axis=None)
    flat = int(order[0])
    worst = tuple(
        {
            "index": [int(i) for i in np.unravel_index(int(place), difference.shape)],
            "found": float(np.asarray(found, dtype=np.float64).flat[place]),
            "expected": float(expected.value.flat[place]),
        }
        for place in order[:5]
        if beyond.flat[place]
    )
    return Difference(float(difference.flat[flat]), float(bound.flat[flat]), int(beyond.sum()), worst)
