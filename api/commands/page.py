"""Plain text for a person, wrapped to the terminal's width: headings, paragraphs, two columns."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable, Iterator, Mapping

_WIDEST = 100  # beyond it lines are hard to read
_NARROWEST = 40


def width() -> int:
    """Columns to fill: those of the terminal (or of `COLUMNS`), within reason."""
    return min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)


def paragraph(text: str) -> Iterator[str]:
    """A text below a heading, indented."""
    yield from _wrapped(text, "  ", "  ")


def section(title: str, rows: Mapping[str, str] | Iterable[str]) -> Iterator[str]:
    """An empty line, a heading, and rows: names with their texts, or paragraphs; nothing if there are none."""
    items = list(rows.items()) if isinstance(rows, Mapping) else list(rows)
    if not items:
        return
    yield ""
    yield from _wrapped(title, "", "")
    if isinstance(rows, Mapping):
        yield from columns(rows)
    else:
        for item in items:
            yield from paragraph(str(item))


def columns(rows: Mapping[str, str]) -> Iterator[str]:
    """Names and their texts side by side; where the names take more than half the width, one below the other."""
    longest = max(map(len, rows))
    beside = longest + 4 <= width() // 2
    hang = " " * (longest + 4 if beside else 6)
    for name, text in rows.items():
        if beside:
            first = f"  {name:<{longest}}  "
        else:
            yield f"  {name}"
            first = hang
        yield from _wrapped(text, first, hang)


def _wrapped(text: str, first: str, hang: str) -> list[str]:
    """Lines; a long word stays whole, so that it can be copied."""
    return textwrap.wrap(
        text, width(), initial_indent=first, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False
    )
