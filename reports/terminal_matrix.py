"""Layers by families on a terminal: a table where it fits, a line per layer where it does not."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from .digest import Matrix
from .terminal_text import Writer
from .wording import MARKS, MEANINGS, TONES, gravest

_SHORT = {
    "contract": "contr",
    "value": "value",
    "gradient": "grad",
    "phase": "phase",
    "regularization": "reg",
    "optimizer": "opt",
    "initializer": "init",
    "recurrence": "rec",
    "network": "net",
    "state": "state",
}


def matrix_block(matrix: Matrix, writer: Writer) -> RenderableType:
    """The overview with the legend of the marks that occur in it."""
    for names in (list(matrix.families), [_SHORT.get(family, family[:5]) for family in matrix.families]):
        needed = max(map(len, matrix.rows)) + sum(len(name) + 2 for name in names)
        if needed <= writer.width:
            return Padding(Group(_table(matrix, names, writer), _legend(matrix, writer)), (0, 0, 1, 0), expand=False)
    return Padding(Group(*_lines(matrix, writer), _legend(matrix, writer)), (0, 0, 1, 0), expand=False)


def _table(matrix: Matrix, names: list[str], writer: Writer) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("", no_wrap=True)
    for name in names:
        table.add_column(writer.text(name), justify="center", no_wrap=True)
    for layer, row in matrix.rows.items():
        cells = [_mark(matrix, layer, family, writer) if family in row else Text() for family in matrix.families]
        table.add_row(writer.text(layer), *cells)
    return table


def _lines(matrix: Matrix, writer: Writer) -> list[Text]:
    lines = []
    for layer, row in matrix.rows.items():
        verdict = gravest(cell.verdict for cell in row.values())
        line = writer.text(f"{MARKS[verdict]} {layer}", tone=TONES[verdict])
        troubles = [family for family, cell in row.items() if MARKS[cell.verdict] != "✓"]
        for family in troubles:
            line.append(f" {_SHORT.get(family, family[:5])} ").append_text(_mark(matrix, layer, family, writer))
        lines.append(line)
    return lines


def _mark(matrix: Matrix, layer: str, family: str, writer: Writer) -> Text:
    verdict = matrix.rows[layer][family].verdict
    return writer.text(MARKS[verdict], tone=TONES[verdict])


def _legend(matrix: Matrix, writer: Writer) -> Text:
    used = {MARKS[cell.verdict] for row in matrix.rows.values() for cell in row.values()}
    return writer.text("   ".join(f"{mark} {text}" for mark, text in MEANINGS.items() if mark in used), dim=True)
