"""What a wrong gradient looks like: a common factor, another arrangement, wrong places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .directions import Array
from .precision import Precision

SHIFTS = (1, -1, 2, -2)
ENOUGH = 6  # entries that must fit, and tell apart, before another arrangement is believed
MOST_PARTS = 1000  # a ratio of 1/n is read as such up to this n
PERCENT = 0.05  # drop probabilities are multiples of it


@dataclass(frozen=True)
class Entry:
    """One entry of the gradient: where, what was claimed, what the function says and how exactly."""

    index: tuple[int, ...]
    found: float
    expected: float
    bound: float

    @property
    def error(self) -> float:
        """How far the claim is off."""
        return abs(self.found - self.expected)

    @property
    def wrong(self) -> bool:
        """True if it is off by more than the bound, or not finite."""
        return not (np.isfinite(self.found) and self.error <= self.bound)


def common_ratio(entries: Sequence[Entry], precision: Precision) -> float | None:
    """Found / expected where it is the same for all entries with a gradient worth the name, and explains the others."""
    largest = max((abs(entry.expected) for entry in entries), default=0.0)
    small = precision.legible * largest
    ratios = [entry.found / entry.expected for entry in entries if abs(entry.expected) > small]
    if len(ratios) < 2 or largest == 0:
        return None
    middle = float(np.median(ratios))
    allowed = 10 * precision.legible * max(abs(middle), 1e-3)
    fits = (abs(entry.found - middle * entry.expected) <= entry.bound + allowed * largest for entry in entries)
    spread = max(abs(ratio - middle) for ratio in ratios)
    return middle if spread <= allowed and all(fits) else None


def read_ratio(ratio: float | None, factors: Mapping[str, float], precision: Precision) -> str:
    """A common ratio as a sentence; `factors` are ratios that would mean something, by name."""
    if ratio is None or abs(ratio - 1.0) <= 10 * precision.legible:
        return ""
    common = {"-1": -1.0, "0": 0.0, "2": 2.0, "1/2": 0.5, "-2": -2.0}
    for name, value in {**factors, **common}.items():
        if abs(ratio - value) <= precision.legible * max(abs(value), 1e-3):
            if name == "-1":
                return "every entry has the wrong sign"
            if name == "0":
                return "every entry is 0"
            return f"every entry is {name} times what it should be"
    exact = _as_part(ratio, precision) or f"{ratio:.6g}{_as_share(ratio, precision)}"
    return f"every entry is {exact} times what it should be"


def _as_part(ratio: float, precision: Precision) -> str:
    """`1/32` or `-1/32`; empty if the inverse of the ratio is no integer."""
    parts = round(1 / ratio) if ratio else 0
    if not 2 < abs(parts) <= MOST_PARTS or abs(ratio * parts - 1) > precision.legible:
        return ""
    return f"{'-' if parts < 0 else ''}1/{abs(parts)}"


def _as_share(ratio: float, precision: Precision) -> str:
    """`1.25 (= 1/(1 - 0.2))`: the factor of a probability that is left out, or used twice."""
    if not 0 < ratio < 20 or abs(ratio - 1) <= precision.legible:
        return ""
    kept = ratio if ratio < 1 else 1 / ratio
    dropped = round((1 - kept) / PERCENT) * PERCENT
    if not 0 < dropped < 1 or abs(1 - dropped - kept) > precision.legible * kept:
        return ""
    return f" (= 1 - {dropped:.3g})" if ratio < 1 else f" (= 1/(1 - {dropped:.3g}))"


def read_arrangement(entries: Sequence[Entry], claimed: Array, precision: Precision) -> str:
    """The sentence for a gradient whose entries are right, in the wrong places; empty if none fits."""
    for reading, other in _arrangements(claimed):
        if _fits(entries, claimed, other, precision):
            return reading
    return ""


def _fits(entries: Sequence[Entry], claimed: Array, other: Array, precision: Precision) -> bool:
    """All entries looked at are what `other` has at their place, and enough of them tell it from `claimed`."""
    largest = max((abs(entry.expected) for entry in entries), default=0.0)
    telling = 0
    for entry in entries:
        value = float(other[entry.index])
        if not abs(value - entry.expected) <= entry.bound + precision.legible * largest:
            return False
        telling += abs(value - float(claimed[entry.index])) > entry.bound + precision.legible * largest
    return telling >= min(ENOUGH, len(entries) // 2 + 1)


def _arrangements(claimed: Array) -> Iterator[tuple[str, Array]]:
    for first in range(claimed.ndim):
        for second in range(first + 1, claimed.ndim):
            swapped = np.swapaxes(claimed, first, second)
            of = "" if claimed.ndim == 2 else f" (axes {first} and {second})"
            if swapped.shape == claimed.shape:
                yield f"the gradient is transposed{of}", swapped
            else:
                reordered = np.swapaxes(claimed.reshape(swapped.shape), first, second)
                yield f"the gradient is transposed{of}, and then reshaped to the block's shape", reordered
    for axis in range(claimed.ndim):
        yield f"the entries are in reversed order along axis {axis}", np.flip(claimed, axis)
    for axis in range(claimed.ndim):
        for shift in SHIFTS:
            if claimed.shape[axis] > abs(shift):
                way = f"{abs(shift)} place{'s' if abs(shift) > 1 else ''} {'later' if shift > 0 else 'earlier'}"
                yield f"the entries stand {way} along axis {axis} than they should", np.roll(claimed, -shift, axis)


def read_zeros(entries: Sequence[Entry]) -> str:
    """The sentence for wrong entries that are all 0; empty otherwise."""
    wrong = [entry for entry in entries if entry.wrong]
    if wrong and all(entry.found == 0 for entry in wrong):
        return f"{len(wrong)} of {len(entries)} entries looked at are 0, but should not be"
    return ""


def read_slices(entries: Sequence[Entry], shape: tuple[int, ...]) -> str:
    """The sentence for wrong entries that share an index, as far as the entries looked at tell; empty otherwise."""
    wrong = [entry for entry in entries if entry.wrong]
    for axis in range(len(shape)):
        places = {entry.index[axis] for entry in wrong}
        others = {entry.index[axis] for entry in entries if not entry.wrong}
        if wrong and others and not places & others and len(places) <= 2 and shape[axis] > 2:
            return slices_text({axis: sorted(places)})
    return ""


def slices_text(places: Mapping[int, Sequence[int]]) -> str:
    """`only entries with index 2 on axis 0 and index 5, 6 on axis 1 are wrong`."""
    parts = [f"index {', '.join(map(str, indices))} on axis {axis}" for axis, indices in places.items()]
    return f"only entries with {' and '.join(parts)} are wrong"
