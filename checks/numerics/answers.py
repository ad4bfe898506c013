"""What several answers of a function say of it: laws of the contract, as functions of arrays.

`check_gradient` and the laws about layers ask in their own ways; what the answers mean is said here, once. Each
function returns None if the law holds, and what is wrong otherwise:

- `not_finite(values)`: an entry is nan or infinite.
- `changed(first, again)`: the same question is answered differently: by chance, because gradients add up, or because
  something of another call is used. It serves for "repeatable", "not accumulated", "belongs to the latest forward".
- `linearity.Linear`: backward is linear in the incoming gradient.

The bounds are per entry: an entry is held to units in the last place of its own size, or of that of most others, so
that one huge entry widens the bound of no other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .precision import current

Array = NDArray[np.float64]

SAME = 1e3  # units in the last place that two answers may differ by: libraries change the order of a summation


@dataclass(frozen=True)
class Disagreement:
    """The entry that is furthest beyond its bound, and how many are.

    Attributes:
        index: of the entry.
        found, expected: what stands there, and what should.
        tolerance: the bound at that entry.
        count: number of entries beyond their bounds.
        accumulated: True if the answer is the sum of the expected one and itself, as gradients that add up are.
    """

    index: tuple[int, ...]
    found: float
    expected: float
    tolerance: float
    count: int
    accumulated: bool = False

    @property
    def error(self) -> float:
        """How far the two are apart."""
        return abs(self.found - self.expected)


def typical(values: Array) -> float:
    """The size that three quarters of the entries which are not 0 do not exceed: huge ones do not change it."""
    sizes = np.abs(values[np.isfinite(values) & (values != 0)])
    return float(np.quantile(sizes, 0.75, method="lower")) if sizes.size else 0.0


def sizes(values: Array) -> Array:
    """Per entry: its own size, at least the typical one."""
    result: Array = np.maximum(np.abs(values), typical(values))
    return result


def beyond(found: Array, expected: Array, bound: Array) -> Disagreement | None:
    """Where `found` differs from `expected` by more than the bound of the entry; what is not finite differs."""
    with np.errstate(all="ignore"):
        difference = np.abs(found - expected)
        excess = np.where(np.isnan(difference), np.inf, difference / bound)
    wrong = ~(difference <= bound)
    if not wrong.any():
        return None
    place = int(np.argmax(np.where(wrong, excess, -1.0)))
    return Disagreement(
        index=tuple(int(i) for i in np.unravel_index(place, found.shape)),
        found=float(found.flat[place]),
        expected=float(expected.flat[place]),
        tolerance=float(np.broadcast_to(bound, found.shape).flat[place]),
        count=int(wrong.sum()),
    )


def not_finite(values: Array) -> Disagreement | None:
    """The first entry that is nan or infinite."""
    wrong = ~np.isfinite(values)
    if not wrong.any():
        return None
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    return Disagreement(place, float(values[place]), 0.0, float("inf"), int(wrong.sum()))


def changed(
    first: Array, again: Array, *, noise: Array | float = 0.0, share: float = 0.0, units: float = SAME
) -> Disagreement | None:
    """Where a second answer to the same question differs from the first one by more than rounding.

    Args:
        first: the first answer.
        again: the second one.
        noise: by how much each entry is known to change, for example by the rounding of terms that cancel.
        share: of an entry's size that it may change by, if that is more than rounding.
        units: in the last place that it may change by.
    """
    bound = max(units * current().eps, share) * sizes(first) + noise
    found = beyond(again, first, bound)
    if found is None:
        return None
    doubled = beyond(again, 2.0 * first, 2.0 * units * current().eps * sizes(first) + noise) is None
    return Disagreement(found.index, found.found, found.expected, found.tolerance, found.count, accumulated=doubled)
