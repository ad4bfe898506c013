"""Which entries of a wrong gradient are wrong, and what they look like. Runs only after a failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .directions import Array, scale_of, signed
from .ladder import Evaluate, differentiate, measure_noise
from .precision import Precision, current

PROBES = 24  # entries looked at one by one
BISECTIONS = 40  # directional tests that a search for few wrong entries may use


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


@dataclass(frozen=True)
class Location:
    """What is wrong with a gradient.

    Attributes:
        entries: the entries probed, the most wrong first.
        wrong_share: share of the probed entries that are wrong.
        ratio: found / expected where all probed entries share it; None otherwise.
        reading: one sentence for a person; empty if nothing was recognised.
        evaluations: number of evaluations of the function.
    """

    entries: tuple[Entry, ...]
    wrong_share: float
    ratio: float | None
    reading: str
    evaluations: int


class Localiser:
    """Differentiates <v, f> along single entries and groups of entries of the block `x`."""

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
    ) -> None:
        self.evaluate, self.x, self.v, self.claimed, self.rng = evaluate, x, v, claimed, rng
        self.evaluations = 0
        self.precision = precision or current()
        self.scale = scale_of(x)
        self.y = self._count([x])[0]
        self.noise = measure_noise(self._count, x, self.y, rng, self.precision) if noise is None else noise

    def locate(self, factors: Mapping[str, float]) -> Location:
        """Probe entries; `factors` are the ratios that would mean something, by name (`1/batch`: 0.111)."""
        size = self.x.size
        chosen = np.arange(size) if size <= PROBES else np.sort(self.rng.choice(size, PROBES, replace=False))
        entries = [self._probe(int(flat)) for flat in chosen]
        if not any(entry.wrong for entry in entries) and size > PROBES:
            entries = [self._probe(flat) for flat in self._search()] + entries
        entries.sort(key=lambda entry: -np.inf if np.isnan(entry.error) else -entry.error)
        share = float(np.mean([entry.wrong for entry in entries])) if entries else 0.0
        ratio = _common_ratio(entries, self.precision)
        reading = _read_ratio(ratio, factors, self.precision) or self._read_pattern(entries)
        return Location(tuple(entries), share, ratio, reading, self.evaluations)

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
        bound = (bound + 200 * self.precision.eps * abs(found * self.scale)) / self.scale
        return Entry(index, found, value / self.scale, bound)

    def _search(self) -> list[int]:
        """Halve the block, always into a half whose directional derivative is wrong."""
        candidates = np.arange(self.x.size)
        for _ in range(BISECTIONS):
            if candidates.size <= 1:
                break
            half = candidates[: candidates.size // 2]
            candidates = half if self._disagrees(half) else candidates[candidates.size // 2 :]
        return [int(flat) for flat in candidates[:1]]

    def _disagrees(self, subset: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> bool:
        u = np.zeros(self.x.size)
        u[subset] = signed((subset.size,), self.rng) * self.scale
        value, bound = self._along(u.reshape(self.x.shape))
        found = float(np.vdot(self.claimed.ravel(), u))
        rounding = 200 * self.precision.eps * (float(np.linalg.norm(self.claimed.ravel() * u)) + abs(found))
        return abs(found - value) > bound + rounding

    def _read_pattern(self, entries: list[Entry]) -> str:
        wrong = [entry for entry in entries if entry.wrong]
        if not wrong:
            return ""
        if all(entry.found == 0 for entry in wrong):
            return f"{len(wrong)} of {len(entries)} entries looked at are 0, but should not be"
        if len(entries) == self.x.size and self.x.ndim == 2 and self.x.shape[0] == self.x.shape[1]:
            expected = np.zeros(self.x.shape)
            for entry in entries:
                expected[entry.index] = entry.expected
            if np.allclose(self.claimed, expected.T, rtol=self.precision.legible):
                return "the gradient is transposed"
        for axis in range(self.x.ndim):
            places = {entry.index[axis] for entry in wrong}
            others = {entry.index[axis] for entry in entries if not entry.wrong}
            if others and not places & others and len(places) <= 2 and self.x.shape[axis] > 2:
                where = ", ".join(str(place) for place in sorted(places))
                return f"only entries with index {where} on axis {axis} are wrong"
        return ""


def _common_ratio(entries: list[Entry], precision: Precision) -> float | None:
    """Found / expected where it is the same for all entries with a gradient worth the name."""
    largest = max((abs(entry.expected) for entry in entries), default=0.0)
    ratios = [entry.found / entry.expected for entry in entries if abs(entry.expected) > precision.legible * largest]
    if len(ratios) < 2 or largest == 0:
        return None
    middle = float(np.median(ratios))
    spread = max(abs(ratio - middle) for ratio in ratios)
    return middle if spread <= 10 * precision.legible * max(abs(middle), 1e-3) else None


def _read_ratio(ratio: float | None, factors: Mapping[str, float], precision: Precision) -> str:
    if ratio is None:
        return ""
    common = {"-1": -1.0, "0": 0.0, "2": 2.0, "1/2": 0.5, "-2": -2.0}
    for name, value in {**factors, **common}.items():
        if abs(ratio - value) <= precision.legible * max(abs(value), 1e-3):
            if name == "-1":
                return "every entry has the wrong sign"
            if name == "0":
                return "every entry is 0"
            return f"every entry is {name} times what it should be"
    return f"every entry is {ratio:.6g} times what it should be"
