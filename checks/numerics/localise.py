"""Which entries of a wrong gradient are wrong, and what they look like. Runs only after a failure.

Some entries are differentiated one by one. If they leave open where the wrong ones are, groups of entries are: few
wrong entries, or few wrong rows, of many are singled out by halving the groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .directions import Array, norm, scale_of, signed
from .gradient import BlockChecker
from .groups import Items, find_wrong
from .ladder import Evaluate, differentiate, measure_noise
from .precision import Precision, current
from .readings import (
    Entry,
    common_ratio,
    read_arrangement,
    read_ratio,
    read_slices,
    read_zeros,
    slices_text,
)

PROBES = 24  # entries looked at one by one
TESTS = 96  # directional tests that a search for few wrong entries may use, for each axis or all entries
LADDER = 6  # evaluations that a derivative of a smooth function costs
FOR_PROBES = 0.2  # share of a budget that is for entries one by one
FOR_SLICES = 0.5  # share of what is left for each axis
MOST = 6  # wrong entries, or slices of an axis, that are singled out
SHOWN = 5  # wrong entries that a finding keeps
TILES = 5  # of the map of errors, in each direction
FEW = 0.5  # share of wrong entries among those looked at, below which wrong slices are looked for


@dataclass(frozen=True)
class Location:
    """What is wrong with a gradient.

    Attributes:
        entries: the entries probed, the most wrong first.
        wrong_share: share of the probed entries that are wrong; of those drawn at random, if there are too many.
        ratio: found / expected where all probed entries share it; None otherwise.
        reading: one sentence for a person; empty if nothing was recognised.
        evaluations: number of evaluations of the function.
        complete: True if all entries but those listed here are known to be right.
        places: by axis, the indices outside of which everything is right; empty if not looked for, or not few.
    """

    entries: tuple[Entry, ...]
    wrong_share: float
    ratio: float | None
    reading: str
    evaluations: int
    complete: bool
    places: Mapping[int, Sequence[int]] = field(default_factory=dict)

    def evidence(self, axes: int | None = None) -> dict[str, Any]:
        """What a finding keeps of it; of indices the first `axes` numbers, if not all."""
        evidence: dict[str, Any] = {
            "worst": [
                {"index": list(entry.index[:axes]), "found": entry.found, "expected": entry.expected}
                for entry in self.entries[:SHOWN]
                if entry.wrong
            ],
            "wrong share of the entries looked at": self.wrong_share,
        }
        if self.ratio is not None:
            evidence["ratio"] = {"value": self.ratio, "reads": self.reading}
        elif self.reading:
            evidence["pattern"] = self.reading
        return evidence


class Localiser:
    """Differentiates <v, f> along single entries and groups of entries of the block `x`.

    `precision` is that in which the function computes, `rounding` bounds the rounding error of each claimed entry.
    """

    def __init__(
        self,
        evaluate: Evaluate,
        x: Array,
        v: Array,
        claimed: Array,
        rng: np.random.Generator,
        *,
        noise: Array | None = None,
        precision: Precision | None = None,
        rounding: Array | None = None,
        budget: int | None = None,
    ) -> None:
        self.evaluate, self.x, self.v, self.claimed, self.rng = evaluate, x, v, claimed, rng
        self.evaluations = 0
        self.budget = budget
        self.precision = precision or current()
        self.rounding = 200 * current().eps * np.abs(claimed) if rounding is None else rounding
        self.scale = scale_of(x)
        self.movable = np.flatnonzero(np.isfinite(x))
        self.y = self._count([x])[0]
        self.noise = measure_noise(self._count, x, self.y, rng, self.precision) if noise is None else noise

    @classmethod
    def after(cls, checker: BlockChecker, v: Array, budget: int | None = None) -> Localiser:
        """The localiser of what a checker, which has run, found wrong for the cotangent `v`.

        `budget` is the number of evaluations that it may use, about; None: as many as it likes.
        """
        return cls(
            checker.evaluate,
            checker.x,
            v,
            checker.pull(v),
            checker.rng,
            noise=checker.noise,
            precision=checker.precision,
            rounding=None if checker.rounding is None else checker.rounding(v),
            budget=budget,
        )

    def locate(self, factors: Mapping[str, float]) -> Location:
        """Probe entries; `factors` are the ratios that would mean something, by name (`1/batch`: 0.111)."""
        size, chosen, most = self.x.size, self.movable, self._most(PROBES, FOR_PROBES)
        if chosen.size > most:
            chosen = np.sort(self.rng.choice(chosen, most, replace=False))
        entries = [self._probe(int(flat)) for flat in chosen]
        share = float(np.mean([entry.wrong for entry in entries])) if entries else 0.0
        wrong, complete = [entry for entry in entries if entry.wrong], len(entries) == self.movable.size
        if not wrong and not complete:
            wrong, complete = self._search()
            entries = wrong + entries
        entries.sort(key=lambda entry: -np.inf if np.isnan(entry.error) else -entry.error)
        ratio = common_ratio(entries, self.precision)
        reading = read_ratio(ratio, factors, self.precision) or read_zeros(entries)
        reading = reading or read_arrangement(entries, self.claimed, self.precision)
        places: Mapping[int, Sequence[int]] = {}
        if not reading and 0 < share < FEW and not complete:
            places = self._slices()
            reading = slices_text(places) if places else ""
        if not reading and complete:
            reading = read_slices(entries, self.x.shape)
        reading = reading or _read_count(len(wrong), size, complete, share)
        return Location(tuple(entries), share, ratio, reading, self.evaluations, complete, places)

    def _most(self, wanted: int, share: float = 1.0) -> int:
        """How many derivatives out of the wanted ones are within a share of what is left of the budget."""
        if self.budget is None:
            return wanted
        return max(min(wanted, int(share * (self.budget - self.evaluations) / LADDER)), 0)

    def error_map(self, location: Location) -> Array:
        """Where the error is: the block as a matrix of its first axis by the others, in at most 5 by 5 tiles.

        Each tile has the root mean square of its entries' errors: exact if they are all known, otherwise an estimate
        from one direction, or 0 if that is within its bound. Of a small block every entry is a tile.
        """
        rows = self.x.shape[0] if self.x.ndim > 1 else 1
        numbers = np.arange(self.x.size).reshape(rows, -1)
        tiles = PROBES if self.x.size <= PROBES else TILES
        while not location.complete and tiles > 1 and tiles**2 > self._most(TILES**2, FOR_SLICES):
            tiles -= 1
        by_row = np.array_split(numbers, min(tiles, rows), axis=0)
        parts = (np.array_split(part, min(tiles, max(part.shape[1], 1)), axis=1) for part in by_row)
        errors = np.zeros(self.x.shape)
        for entry in location.entries:
            errors[entry.index] = entry.error if entry.wrong else 0.0

        def size(tile: Items) -> float:
            known = errors.ravel()[tile]
            return norm(known) / known.size**0.5 if location.complete else self._size_of_error(tile)

        return np.array([[size(tile.ravel()) for tile in row] for row in parts])

    def _count(self, points: Sequence[Array]) -> list[Array]:
        values = [np.asarray(value, dtype=np.float64) for value in self.evaluate(points)]
        self.evaluations += len(values)
        return values

    def _along(self, u: Array) -> tuple[float, float]:
        """The derivative of <v, f> along u, and the bound of its error."""
        derivative = differentiate(self._count, self.x, u, self.y, self.noise, precision=self.precision)
        usable = np.where(np.isfinite(derivative.error), derivative.error, 0.0)
        value = float(np.vdot(self.v.ravel(), derivative.value))
        return value, 6 * float(np.linalg.norm(self.v.ravel() * usable)) + 200 * self.precision.eps * abs(value)

    def _probe(self, flat: int) -> Entry:
        index = tuple(int(i) for i in np.unravel_index(flat, self.x.shape))
        u = np.zeros(self.x.shape)
        u[index] = self.scale
        value, bound = self._along(u)
        found = float(self.claimed[index])
        bound = bound / self.scale + float(self.rounding[index])
        return Entry(index, found, value / self.scale, bound)

    def _search(self) -> tuple[list[Entry], bool]:
        """A few wrong entries, and whether they are all."""
        found = find_wrong(self.x.size, self._disagrees, most=MOST, tests=self._most(TESTS))
        return [entry for entry in map(self._probe, found.items) if entry.wrong], found.complete

    def _slices(self) -> dict[int, Sequence[int]]:
        """By axis: the few indices that all wrong entries have."""
        places: dict[int, Sequence[int]] = {}
        numbers = np.arange(self.x.size).reshape(self.x.shape)
        for axis, length in enumerate(self.x.shape):
            if length <= 2:
                continue
            by_index = np.moveaxis(numbers, axis, 0).reshape(length, -1)

            def holds_wrong(indices: Items, rows: Items = by_index) -> bool:
                return self._disagrees(rows[indices].ravel())

            found = find_wrong(length, holds_wrong, most=MOST, tests=self._most(TESTS, FOR_SLICES))
            if found.complete and len(found.items) <= length // 2:
                places[axis] = found.items
        return places

    def _disagrees(self, subset: Items) -> bool:
        return self._size_of_error(subset) > 0 or not np.isfinite(self.claimed.ravel()[subset]).all()

    def _size_of_error(self, subset: Items) -> float:
        """Estimate of the root mean square error of some entries; 0 if it is within the bound."""
        u = np.zeros(self.x.size)
        subset = subset[np.isfinite(self.x.ravel()[subset])]
        u[subset] = signed((subset.size,), self.rng) * self.scale
        value, bound = self._along(u.reshape(self.x.shape))
        found = float(np.vdot(self.claimed.ravel(), u))
        rounding = 6 * norm(self.rounding.ravel() * u)
        error = abs(found - value)
        return 0.0 if error <= bound + rounding or not subset.size else error / (self.scale * subset.size**0.5)


def _read_count(wrong: int, size: int, complete: bool, share: float) -> str:
    if complete and 0 < wrong < size:
        return f"only {wrong} of {size:,} entries {'is' if wrong == 1 else 'are'} wrong"
    return f"{share:.0%} of the entries looked at are wrong" if 0 < share < 1 else ""
