"""A result as a piece of HTML for a notebook's cell: small, without scripts, for light and dark pages alike.

Text has the page's own colour; what has a colour of its own has a mark as well. Nothing is fetched, and every text of
the subject is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ..checks.results import Header, Result
from .commands import replay, rerun
from .digest import Cause, Matrix, foremost, matrix, root_causes
from .terminal import notes
from .terminal_cause import cause_fields
from .wording import (
    LONGEST_TEXT,
    MARKS,
    MEANINGS,
    RUN_MARKS,
    RUN_TONES,
    TONES,
    capped,
    counts_text,
    duration_text,
    plural,
    printable,
)

IN_FULL = 8  # root causes; a student fixes one at a time
_COLOURS = {"good": "#2a9d4a", "bad": "#e0484d", "warn": "#c98a00", "idle": "#8a8f98", "": "inherit"}
_LINE = "1px solid rgba(128,128,128,.35)"
_CODE = "font-family:monospace;background:rgba(128,128,128,.15);padding:.1em .35em;border-radius:3px"


def render_notebook(result: Result) -> str:
    """The result; the verdict first, then what to fix, then the overview."""
    causes, rest = foremost(root_causes(result), IN_FULL)
    blocks = [_cause(cause, result.header, opened=index == 0) for index, cause in enumerate(causes)]
    if rest:
        blocks.append(f"<p>{_text(plural(len(rest), 'more root cause'))}: {_text(_layers(rest))}</p>")
    overview = _overview(matrix(result.findings)) if result.findings else ""
    said = "".join(f"<dt>{_text(label)}</dt><dd>{_text(text)}</dd>" for label, text in notes(result))
    return (
        '<div class="backproof" style="max-width:60em;line-height:1.45;text-align:left">'
        f"{_verdict(result)}{''.join(blocks)}"
        f'<details style="margin:.4em 0"{" open" if len(causes) == 0 else ""}><summary>Overview</summary>{overview}'
        f'<dl style="margin:.4em 0">{said}</dl></details></div>'
    )


def _verdict(result: Result) -> str:
    footer = result.footer
    layers = {finding.layer for finding in result.findings}
    word = _coloured(f"{RUN_MARKS.get(footer.verdict, '?')} {footer.verdict}", RUN_TONES.get(footer.verdict, "warn"))
    rest = f"{counts_text(footer.counts)} in {plural(len(layers), 'component')}, {duration_text(footer.seconds)}"
    unprotected = "" if result.header.protected else "; not protected"
    return f'<p style="margin:.4em 0">{word}: {_text(rest + unprotected)}</p>'


def _cause(cause: Cause, header: Header, *, opened: bool) -> str:
    lead = cause.lead
    title = f"{MARKS[lead.verdict]} {lead.layer} {lead.check} {lead.quantity}".rstrip()
    fields = [(label, text) for label, text in cause_fields(cause, header.subject) if text]
    rows = "".join(_row(label, _text(text)) for label, text in fields)
    rows += _row("Again", _code(rerun(header, lead.id)))
    if cause.smallest is not None:
        rows += _row("Replay", _code(replay(header, cause.smallest)))
    return (
        f'<details style="margin:.4em 0;padding-left:.6em;border-left:3px solid {_COLOURS["bad"]}"'
        f"{' open' if opened else ''}>"
        f'<summary style="cursor:pointer">{_coloured(title, TONES[lead.verdict])}</summary>'
        f'<table style="border-collapse:collapse;margin:.3em 0;white-space:pre-wrap">{rows}</table></details>'
    )


def _row(label: str, content: str) -> str:
    cell = "text-align:left;vertical-align:top;padding:.1em .8em .1em 0"
    cells = f'<th style="{cell};white-space:nowrap">{_text(label)}</th><td style="{cell}">{content}</td>'
    return f'<tr style="background:transparent">{cells}</tr>'


def _overview(table: Matrix) -> str:
    cell, line = "text-align:center;padding:.1em .6em", f"background:transparent;border-bottom:{_LINE}"
    head = "".join(f'<th style="{cell}">{_text(family)}</th>' for family in table.families)
    rows = []
    for layer, row in table.rows.items():
        cells = ((row[family].verdict if family in row else None) for family in table.families)
        marks = (_coloured(MARKS[verdict], TONES[verdict]) if verdict else "" for verdict in cells)
        entries = "".join(f'<td style="{cell}">{mark}</td>' for mark in marks)
        rows.append(f'<tr style="{line}"><th style="{cell};text-align:left">{_text(layer)}</th>{entries}</tr>')
    used = {MARKS[each.verdict] for row in table.rows.values() for each in row.values()}
    legend = "   ".join(f"{mark} {text}" for mark, text in MEANINGS.items() if mark in used)
    return (
        f'<table style="border-collapse:collapse;margin:.4em 0"><tr style="background:transparent"><td></td>{head}</tr>'
        f'{"".join(rows)}</table><p style="opacity:.75;margin:.2em 0">{_text(legend)}</p>'
    )


def _layers(causes: Sequence[Cause]) -> str:
    return ", ".join(dict.fromkeys(cause.layer for cause in causes))


def _coloured(text: str, tone: str) -> str:
    return f'<b style="color:{_COLOURS[tone]}">{_text(text)}</b>'


def _code(text: str) -> str:
    return f'<code style="{_CODE}">{_text(text)}</code>'


def _text(text: str) -> str:
    return escape(printable(capped(text, LONGEST_TEXT)))
