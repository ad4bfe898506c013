"""Numbers as inline SVG that needs no style attributes: classes carry the colours, so dark mode and print work."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Number = float | None  # None stands for a number that is not finite

STEPS = 4  # shades per sign
MOST_CELLS = 48  # rows and columns of a heat map; a larger one is shown by the extreme entries of its blocks
MOST_BARS = 120


@dataclass(frozen=True, kw_only=True)
class Shade:
    """All cells of a heat map that have one colour.

    Attributes:
        name: CSS class: `p1` to `p4` (positive), `m1` to `m4` (negative), `z` (zero), `nan`.
        path: SVG path of unit squares.
    """

    name: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Heatmap:
    """A matrix as coloured squares."""

    rows: int
    columns: int
    shades: tuple[Shade, ...]
    lowest: Number
    highest: Number
    missing: int


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Magnitudes along an axis; heights are in per cent of the largest.

    Attributes:
        heights: one per bar; None where the value is not finite.
        largest: the largest magnitude.
        at: position of the largest.
        length: number of values; more than bars if neighbours were merged by their largest magnitude.
        missing: number of values that are not finite.
    """

    heights: tuple[Number, ...]
    largest: float
    at: int
    length: int
    missing: int


def heatmap(matrix: Sequence[Sequence[Number]]) -> Heatmap | None:
    """Colour a rectangular matrix by sign and magnitude; None if it is empty or ragged."""
    if not matrix or not matrix[0] or len({len(row) for row in matrix}) != 1:
        return None
    small = _thinned([_thinned_row(row) for row in matrix])
    finite = [value for row in matrix for value in row if value is not None]
    largest = max(map(abs, finite), default=0.0)
    squares: dict[str, list[str]] = {}
    for y, row in enumerate(small):
        for x, value in enumerate(row):
            squares.setdefault(_shade(value, largest), []).append(f"M{x} {y}h1v1h-1z")
    return Heatmap(
        rows=len(small),
        columns=len(small[0]),
        shades=tuple(Shade(name=name, path="".join(paths)) for name, paths in sorted(squares.items())),
        lowest=min(finite, default=None),
        highest=max(finite, default=None),
        missing=sum(value is None for row in matrix for value in row),
    )


def bars(values: Sequence[Number]) -> Bars | None:
    """Magnitudes as bars; None without a finite value."""
    finite = [(abs(value), index) for index, value in enumerate(values) if value is not None]
    if not finite:
        return None
    largest, at = max(finite, key=lambda pair: (pair[0], -pair[1]))
    step = math.ceil(len(values) / MOST_BARS)
    merged = [_extreme(values[start : start + step]) for start in range(0, len(values), step)]
    heights = tuple(None if value is None else round(100 * abs(value) / (largest or 1), 1) for value in merged)
    return Bars(heights=heights, largest=largest, at=at, length=len(values), missing=len(values) - len(finite))


def _shade(value: Number, largest: float) -> str:
    if value is None:
        return "nan"
    step = math.ceil(STEPS * abs(value) / largest) if largest else 0
    return f"{'p' if value > 0 else 'm'}{step}" if step else "z"


def _extreme(values: Sequence[Number]) -> Number:
    """The value of the largest magnitude; None if one is not finite, since that must not be hidden."""
    finite = [value for value in values if value is not None]
    return max(finite, key=abs) if len(finite) == len(values) else None


def _thinned_row(row: Sequence[Number]) -> list[Number]:
    step = math.ceil(len(row) / MOST_CELLS)
    return [_extreme(row[start : start + step]) for start in range(0, len(row), step)]


def _thinned(rows: Sequence[Sequence[Number]]) -> list[list[Number]]:
    """Merge neighbouring rows as `_thinned_row` merges columns."""
    columns = [_thinned_row(column) for column in zip(*rows, strict=True)]
    return [list(row) for row in zip(*columns, strict=True)]
