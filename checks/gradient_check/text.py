"""A result as text and as HTML."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from ..results import Verdict
from .finding import GradientFinding

MARKS = {Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.UNDECIDED: "?", Verdict.ERRORED: "!"}
COLOURS = {
    Verdict.PASSED: "#1a7f37",
    Verdict.FAILED: "#cf222e",
    Verdict.UNDECIDED: "#9a6700",
    Verdict.ERRORED: "#cf222e",
}


def title(finding: GradientFinding) -> str:
    """What the finding is about."""
    return f"{finding.law} of {finding.block}" if finding.block else finding.law


def rows(finding: GradientFinding) -> Iterator[tuple[str, str]]:
    """What there is to say, as pairs of a word and a text."""
    if finding.expected:
        yield "expected", finding.expected
    if finding.found:
        yield "found", finding.found
    if finding.measured is not None and finding.tolerance is not None:
        size = f", of a derivative of {finding.scale:.3g}" if finding.verdict is Verdict.PASSED else ""
        yield "error", f"{finding.measured:.3g}, at most {finding.tolerance:.3g} allowed{size}"
    for entry in finding.evidence.get("worst", ())[1:4]:
        yield "also", f"{entry['index']}: {entry['found']:.6g} instead of {entry['expected']:.6g}"
    if finding.masked:
        yield "masked", f"{finding.masked:.1%} of the outputs, where forward is not smooth"
    if "noise" in finding.evidence:
        yield "noise", f"{finding.evidence['noise']:.2g} of forward, measured and allowed for"
    if "complex step" in finding.evidence:
        yield "complex step", str(finding.evidence["complex step"])
    if finding.hint:
        yield "next", finding.hint


def as_text(name: str, verdict: Verdict, findings: Sequence[GradientFinding], counts: str) -> str:
    """Several lines for a terminal."""
    lines = [f"{MARKS[verdict]} {name}: {verdict}"]
    for finding in findings:
        said = f": {finding.message}" if finding.message else ""
        lines.append(f"  {MARKS[finding.verdict]} {title(finding)} {finding.verdict}{said}")
        lines += [f"      {word:<9} {text}" for word, text in rows(finding)]
    return "\n".join([*lines, f"  {counts}"])


def as_html(name: str, verdict: Verdict, findings: Sequence[GradientFinding], counts: str) -> str:
    """A table for a notebook; every text of the functions under test is escaped."""
    parts = [f"<p>{_mark(verdict)} <b>{escape(name)}</b>: {verdict}</p><table>"]
    for finding in findings:
        details = "".join(f"<br><i>{escape(word)}</i> {escape(text)}" for word, text in rows(finding))
        parts.append(
            f"<tr><td>{_mark(finding.verdict)}</td><td style='text-align:left'>{escape(title(finding))}</td>"
            f"<td style='text-align:left'>{escape(finding.message or str(finding.verdict))}{details}"
            f"{_heat_map(finding.evidence.get('heatmap'))}</td></tr>"
        )
    return "".join([*parts, f"</table><p><small>{escape(counts)}</small></p>"])


def _heat_map(errors: Sequence[Sequence[float]] | None) -> str:
    """The map of errors as coloured cells; nothing if there is none, or if it shows nothing."""
    largest = max((error for row in errors or () for error in row if math.isfinite(error)), default=0.0)
    if not errors or not largest:
        return ""
    rows = "".join(f"<tr>{''.join(_cell(error, largest) for error in row)}</tr>" for row in errors)
    return f"<br><i>where</i> size of the error, axis 0 downwards<table>{rows}</table>"


def _cell(error: float, largest: float) -> str:
    share = error / largest if math.isfinite(error) else 1.0
    return f"<td style='background:rgba(207,34,46,{share:.2f});min-width:1.2em' title='{error:.3g}'>&nbsp;</td>"


def _mark(verdict: Verdict) -> str:
    return f"<span style='color:{COLOURS[verdict]}'>{MARKS[verdict]}</span>"
