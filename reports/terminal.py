"""The summary of a run on a terminal: what a student can act on, root causes first."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.text import Text

from ..checks.results import Finding, Header, Result, Verdict
from .commands import check_pattern, rerun
from .digest import Cause, foremost, matrix, root_causes
from .terminal_cause import cause_block
from .terminal_matrix import matrix_block
from .terminal_text import Writer
from .wording import (
    HARNESS_FAULT,
    MARKS,
    RUN_MARKS,
    RUN_TONES,
    UNDECIDED,
    UNPROTECTED,
    counts_text,
    duration_text,
    listed,
    plural,
)

IN_FULL = 8  # root causes that are explained; a student fixes one at a time
IN_LINES = 12  # further root causes with a line of their own; beyond, a line per layer


def summary(result: Result, console: Console) -> None:
    """Print what to fix first, then the overview, then the verdict; a few lines if the run is conformant."""
    writer = Writer(console)
    _print_causes(result, writer, IN_FULL)
    if not result.passed and result.findings:
        writer.print(matrix_block(matrix(result.findings), writer))
    for label, text in notes(result):
        brief = result.passed and (writer.narrow or label != "Conventions")
        writer.print(writer.field(label, text, lines=2 if brief else 4))
    writer.print(_verdict(result, writer))


def brief(result: Result, console: Console, in_full: int = 1) -> None:
    """Print what to fix first and the verdict: for someone who sees the rest often enough."""
    writer = Writer(console)
    _print_causes(result, writer, in_full)
    writer.print(_verdict(result, writer))


def render_text(result: Result, width: int = 100) -> str:
    """The summary as plain text."""
    console = Console(file=io.StringIO(), width=width, no_color=True, force_terminal=False, legacy_windows=False)
    with console.capture() as capture:
        summary(result, console)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


def _print_causes(result: Result, writer: Writer, in_full: int) -> None:
    causes = root_causes(result)
    if causes:
        shown, rest = foremost(causes, in_full)
        for block in (*_causes(shown, result.header, writer), *_further(rest, result.header, writer)):
            writer.print(block)


def _causes(causes: Sequence[Cause], header: Header, writer: Writer) -> list[RenderableType]:
    """Every cause in full, under its layer's name."""
    blocks: list[RenderableType] = []
    layer = None
    for cause in causes:
        if cause.layer != layer:
            layer = cause.layer
            blocks.append(writer.rule(layer))
        blocks += [cause_block(cause, header, writer), Text()]
    return blocks


def _further(causes: Sequence[Cause], header: Header, writer: Writer) -> list[RenderableType]:
    """Causes that are not shown in full, each with the command that shows it alone."""
    if not causes:
        return []
    if len(causes) <= IN_LINES:
        entries = [(_title(cause.lead), rerun(header, check_pattern(cause.lead))) for cause in causes]
    else:
        numbers = Counter(cause.layer for cause in causes)
        entries = [(f"✗ {layer}: {plural(n, 'root cause')}", rerun(header, layer)) for layer, n in numbers.items()]
    column = max(len(title) for title, _ in entries)
    lines = [writer.command_line(f"{title:<{column}}", command) for title, command in entries]
    return [writer.rule(plural(len(causes), "more root cause")), Group(*lines, Text())]


def _title(finding: Finding) -> str:
    return f"{MARKS[finding.verdict]} {finding.layer} {finding.check} {finding.quantity}".rstrip()


def notes(result: Result) -> list[tuple[str, str]]:
    """What a reader must know besides the causes: label and text."""
    header, footer = result.header, result.footer
    said = []
    if not result.passed and footer.reasons:
        said.append(("Why", " ".join(footer.reasons)))
    faults = [finding for finding in result.findings if finding.verdict is Verdict.HARNESS_ERROR]
    if faults:
        where = f"{listed((f.id for f in faults), 3)} ({faults[0].message})"
        said.append(("Our fault", f"{HARNESS_FAULT} It was at {where}"))
    undecided = [finding.id for finding in result.findings if finding.verdict is Verdict.UNDECIDED]
    if undecided:
        said.append(("Undecided", f"{plural(len(undecided), 'check')}; {UNDECIDED}: {listed(undecided, 2)}"))
    refused = [finding for finding in result.findings if finding.verdict is Verdict.UNSUPPORTED]
    if refused:
        said.append(
            ("Not offered", f"{plural(len(refused), 'check')}, for example {refused[0].id}: {refused[0].message}")
        )
    waived = [finding for finding in result.findings if finding.verdict is Verdict.WAIVED]
    for reason in dict.fromkeys(finding.reason for finding in waived):
        ids = [finding.id for finding in waived if finding.reason == reason]
        said.append(("Waived", f"{plural(len(ids), 'finding')}, {listed(ids, 2)}: {reason or waived[0].message}"))
    said += [("As taught", sentence) for sentence in footer.deviations]
    if footer.missing:
        by = f" (required by {header.course})" if header.course else ""
        said.append(("Missing", listed(footer.missing, 12) + by))
    if header.course and header.versions.get("stage"):
        edition = header.versions.get("edition")
        said.append(
            ("Course", f"{header.course}, {header.versions['stage']}" + (f", edition {edition}" if edition else ""))
        )
    if header.conventions:
        said.append(("Conventions", "; ".join(f"{name}: {choice}" for name, choice in header.conventions.items())))
    if header.notes:
        said.append(("Notes", "; ".join(header.notes)))
    protection = f"sandbox: {header.sandbox or 'none'}" if header.protected else UNPROTECTED
    said.append(("Run", f"seed {header.seed}, level {header.level}, data of {header.dtype}; {protection}"))
    return said


def _verdict(result: Result, writer: Writer) -> Text:
    """The last line: verdict, counts, seconds; one line for programs, wrapped for a terminal."""
    verdict, layers = result.footer.verdict, {finding.layer for finding in result.findings}
    mark, tone = RUN_MARKS.get(verdict, "?"), RUN_TONES.get(verdict, "warn")
    counts, seconds = counts_text(result.footer.counts), duration_text(result.footer.seconds)
    line = Text.assemble(
        writer.text(f"{mark} {verdict}", tone=tone, bold=True),
        writer.text(f": {counts} in {plural(len(layers), 'component')}, {seconds}"),
    )
    line.no_wrap = not writer.console.is_terminal
    line.overflow = "ignore" if line.no_wrap else "fold"
    return line
