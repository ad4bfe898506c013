"""A finding's evidence, a free JSON map, as blocks that a page can show."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from ..checks.results import Finding
from .charts import Bars, Heatmap, Number, bars, heatmap
from .wording import capped, number_text

MOST_ENTRIES = 12
LONGEST_TEXT = 4000
LONGEST_VALUE = 300


@dataclass(frozen=True)
class Worst:
    """The entries that are wrong the most: position, expected, found, difference."""

    kind: ClassVar[str] = "worst"
    rows: tuple[tuple[str, str, str, str], ...]
    left_out: int


@dataclass(frozen=True)
class Sentence:
    """A title and one sentence."""

    kind: ClassVar[str] = "sentence"
    title: str
    text: str


@dataclass(frozen=True)
class Listing:
    """Text as it was printed: a traceback or an output."""

    kind: ClassVar[str] = "listing"
    title: str
    text: str

    @property
    def short(self) -> bool:
        """Fits in a few lines, so that it need not be folded away."""
        return self.text.count("\n") <= 8


@dataclass(frozen=True)
class Map:
    """A matrix of numbers."""

    kind: ClassVar[str] = "heatmap"
    title: str
    chart: Heatmap


@dataclass(frozen=True)
class Profile:
    """Magnitudes along an axis."""

    kind: ClassVar[str] = "profile"
    title: str
    chart: Bars


@dataclass(frozen=True)
class Pairs:
    """Everything else, by name."""

    kind: ClassVar[str] = "pairs"
    items: tuple[tuple[str, str], ...]


Block = Worst | Sentence | Listing | Map | Profile | Pairs


def evidence_blocks(finding: Finding) -> tuple[Block, ...]:
    """Everything that a finding shows besides its message; what has an unknown or malformed key is shown by name."""
    blocks: list[Block] = []
    rest: dict[str, Any] = {}
    for key, value in finding.evidence.items():
        known = _block(key, value)
        if known:
            blocks += known
        else:
            rest[key] = value
    blocks.sort(key=lambda block: _ORDER.index(block.kind))
    if rest:
        blocks.append(Pairs(tuple((key.replace("_", " "), value_text(value)) for key, value in rest.items())))
    if finding.output.strip():
        blocks.append(Listing("What the subject printed", capped(finding.output.rstrip(), LONGEST_TEXT)))
    return tuple(blocks)


def value_text(value: Any) -> str:
    """Any JSON value in short."""
    if value is None:
        return "not finite"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number_text(value, 6)
    if isinstance(value, str):
        return capped(value, LONGEST_VALUE)
    if isinstance(value, Mapping):
        return capped(", ".join(f"{key}: {value_text(item)}" for key, item in value.items()), LONGEST_VALUE)
    return capped(json.dumps(value, ensure_ascii=False), LONGEST_VALUE)


_ORDER = ("sentence", "worst", "profile", "heatmap", "listing")


def _block(key: str, value: Any) -> list[Block]:
    """The blocks for a known key; none if the key is unknown or its value is not what the key promises."""
    return _READERS[key](value) if key in _READERS else []


def _worst(value: Any) -> list[Block]:
    if not isinstance(value, list | tuple) or not value or not all(isinstance(entry, Mapping) for entry in value):
        return []
    return [Worst(tuple(map(_worst_row, value[:MOST_ENTRIES])), max(0, len(value) - MOST_ENTRIES))]


def _ratio(value: Any) -> list[Block]:
    if not isinstance(value, Mapping) or "value" not in value:
        return []
    reads = f": {value['reads']}" if value.get("reads") else ""
    return [Sentence("Common ratio", f"found / expected = {value_text(value['value'])}{reads}")]


def _sentence(title: str, value: Any) -> list[Block]:
    return [Sentence(title, capped(value, LONGEST_TEXT))] if isinstance(value, str) else []


def _traceback(value: Any) -> list[Block]:
    if not isinstance(value, str) or not value.strip():
        return []
    return [Listing("Full traceback", capped(value.rstrip(), LONGEST_TEXT, keep="tail"))]


def _map(value: Any) -> list[Block]:
    chart = heatmap(_numbers_2d(value))
    return [Map("Heat map", chart)] if chart else []


def _profiles(value: Any) -> list[Block]:
    """One profile, or one per axis by name."""
    profiles = value if isinstance(value, Mapping) else {"": value}
    charts = {axis: bars(_numbers(numbers)) for axis, numbers in profiles.items()}
    blocks: list[Block] = [
        Profile(f"Profile over {axis}" if axis else "Profile", chart) for axis, chart in charts.items() if chart
    ]
    return blocks if len(blocks) == len(charts) else []


_READERS: Mapping[str, Callable[[Any], list[Block]]] = {
    "worst": _worst,
    "ratio": _ratio,
    "pattern": partial(_sentence, "Pattern"),
    "convention": partial(_sentence, "Convention"),
    "traceback": _traceback,
    "heatmap": _map,
    "profile": _profiles,
}


def _worst_row(entry: Mapping[str, Any]) -> tuple[str, str, str, str]:
    expected, found = entry.get("expected"), entry.get("found")
    difference = "–"
    if isinstance(expected, int | float) and isinstance(found, int | float):
        difference = number_text(found - expected)
    return (_index_text(entry.get("index", "")), value_text(expected), value_text(found), difference)


def _index_text(index: Any) -> str:
    """A position as in NumPy: `[3, 1]`; the whole of a scalar is `[]`."""
    return f"[{', '.join(map(value_text, index))}]" if isinstance(index, list | tuple) else value_text(index)


def _numbers_2d(value: Any) -> list[list[Number]]:
    """The rows of a matrix of numbers; none if the value is not one."""
    rows = [_numbers(row) for row in value] if isinstance(value, list | tuple) else []
    return rows if all(rows) else []


def _numbers(value: Any) -> list[Number]:
    """The numbers of a list, those that are not finite as None; none if the value is not a list of numbers."""
    if not isinstance(value, list | tuple) or not all(map(_is_number, value)):
        return []
    return [number if number is not None and math.isfinite(number) else None for number in value]


def _is_number(value: Any) -> bool:
    """A number, or null, which stands for one that is not finite."""
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
