"""A finding's evidence, a free JSON map, as blocks that a page can show."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ..checks.results import Finding
from .charts import Bars, Heatmap, Number, bars, heatmap
from .tracebacks import innermost
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
    """Text as it was printed: a traceback or an output; `lead` is its one line that says most."""

    kind: ClassVar[str] = "listing"
    title: str
    lead: str
    text: str


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


def evidence_blocks(finding: Finding, subject: str = "") -> tuple[Block, ...]:
    """Everything that a finding shows besides its message; what has an unknown or malformed key is shown by name."""
    blocks: list[Block] = []
    rest: dict[str, Any] = {}
    for key, value in finding.evidence.items():
        known = _block(key, value, subject)
        if known:
            blocks += known
        else:
            rest[key] = value
    blocks.sort(key=lambda block: _ORDER.index(block.kind))
    if rest:
        blocks.append(Pairs(tuple((key.replace("_", " "), value_text(value)) for key, value in rest.items())))
    if finding.output.strip():
        blocks.append(Listing("What the subject printed", "", capped(finding.output, LONGEST_TEXT)))
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


def _block(key: str, value: Any, subject: str) -> list[Block]:
    """The blocks for a known key; none if the key is unknown or its value is not what the key promises."""
    match key, value:
        case "worst", [*entries] if entries and all(isinstance(entry, Mapping) for entry in entries):
            rows = tuple(_worst_row(entry) for entry in entries[:MOST_ENTRIES])
            return [Worst(rows, max(0, len(entries) - MOST_ENTRIES))]
        case "ratio", {"value": ratio, **more}:
            reads = f", which reads as {more['reads']}" if more.get("reads") else ""
            return [Sentence("Common ratio", f"found / expected = {value_text(ratio)}{reads}")]
        case ("pattern" | "convention"), str():
            return [Sentence(key.capitalize(), capped(value, LONGEST_TEXT))]
        case "traceback", str() if value.strip():
            text = capped(value, LONGEST_TEXT, keep="tail")
            return [Listing("Traceback", innermost(value, subject), text)]
        case "heatmap", _:
            return _map(value)
        case "profile", Mapping():
            charts = [_profile(f"Profile over {axis}", numbers) for axis, numbers in value.items()]
            return [] if [] in charts else [block for chart in charts for block in chart]
        case "profile", _:
            return _profile("Profile", value)
    return []


def _worst_row(entry: Mapping[str, Any]) -> tuple[str, str, str, str]:
    expected, found = entry.get("expected"), entry.get("found")
    difference = "–"
    if isinstance(expected, int | float) and isinstance(found, int | float):
        difference = number_text(found - expected)
    return (_index_text(entry.get("index", "")), value_text(expected), value_text(found), difference)


def _index_text(index: Any) -> str:
    """A position as in NumPy: `[3, 1]`; the whole of a scalar is `[]`."""
    return f"[{', '.join(map(value_text, index))}]" if isinstance(index, list | tuple) else value_text(index)


def _map(value: Any) -> list[Block]:
    rows = _numbers_2d(value)
    chart = heatmap(rows) if rows else None
    return [Map("Heat map", chart)] if chart else []


def _profile(title: str, value: Any) -> list[Block]:
    numbers = _numbers(value)
    chart = bars(numbers) if numbers else None
    return [Profile(title, chart)] if chart else []


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
