"""One root cause on a terminal: the law, the two sides, where, what it looks like, what to do next."""

from __future__ import annotations

from rich.console import Group, RenderableType

from ..checks.results import Finding, Header, Verdict
from .commands import replay, rerun
from .digest import Cause
from .terminal_text import Writer
from .tracebacks import raised_line
from .wording import MARKS, TONES, listed, next_step, number_text, plural, verdict_word


def cause_block(cause: Cause, header: Header, writer: Writer) -> RenderableType:
    """The block for one cause, without its layer's name."""
    lead = cause.lead
    name = f"{lead.check} {lead.quantity}".rstrip()
    title = writer.text(f"{MARKS[lead.verdict]} {name}", tone=TONES[lead.verdict], bold=True)
    title.append_text(writer.text(f"  {verdict_word(lead.verdict)}"))
    fields = [writer.field(label, text) for label, text in cause_fields(cause, header.subject) if text]
    commands = [writer.command("Again", _again(lead, header, writer))]
    if cause.smallest is not None:
        commands.append(writer.command("Replay", replay(header, cause.smallest)))
    return Group(title, *fields, *commands)


def _again(lead: Finding, header: Header, writer: Writer) -> str:
    """The command for this finding alone, or for its layer where that is shorter and fits."""
    alone = rerun(header, lead.id)
    return alone if len(alone) <= writer.width - 14 else rerun(header, lead.layer)


def cause_fields(cause: Cause, subject: str) -> list[tuple[str, str]]:
    """Label and text, in the order in which a person reads them; empty texts are left out by whoever shows them."""
    lead = cause.lead
    return [
        ("Law", lead.law),
        *_outcome(lead, subject),
        ("Where", lead.where or lead.case),
        ("Also", _also(cause)),
        ("Smallest", cause.smallest.where if cause.smallest and cause.shrunk else ""),
        *zip(("Looks like", "Or like"), _diagnoses(lead), strict=False),
        ("Next", next_step(lead)),
    ]


def _outcome(finding: Finding, subject: str) -> list[tuple[str, str]]:
    """What was expected and what was found; an error at its innermost line."""
    if raised := raised_line(finding, subject):
        return [("Raised", finding.message), ("At", raised)]
    if not (finding.expected and finding.found):
        return [("Found", finding.message + _error(finding))]
    what = "" if finding.message == finding.found else finding.message
    return [("What", what), ("Expected", finding.expected), ("Found", finding.found + _error(finding))]


def _error(finding: Finding) -> str:
    """How far beyond the bound, if both are numbers."""
    if finding.verdict is not Verdict.FAILED or finding.measured is None or finding.tolerance is None:
        return ""
    return f" (error {number_text(finding.measured)}, at most {number_text(finding.tolerance)} allowed)"


def _also(cause: Cause) -> str:
    """Where else the same was seen, and what waits for it."""
    names = dict.fromkeys(map(cause.name_of, cause.others))
    named = [name for name in names if "=" not in name]
    drawn = len(names) - len(named)  # called by their sizes, which a list of names hides
    seen = [listed(named, 4)] * bool(named) + [plural(drawn, "drawn case")] * bool(drawn)
    parts = [f"in {' and '.join(seen)}"] if seen else []
    if cause.blocked:
        parts.append(f"blocks {plural(cause.blocked, 'check')}")
    return "; ".join(parts)


def _diagnoses(finding: Finding) -> list[str]:
    """What the failure looks like; the id names the entry of the catalogue."""
    return [f"{'' if item.exact else 'perhaps: '}{item.text} [{item.mistake}]" for item in finding.diagnosis]
