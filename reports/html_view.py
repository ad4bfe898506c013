"""What the page shows, prepared for the template: anchors, links, groups, evidence within a budget."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import escape

from ..checks.results import Finding, Result, Verdict, count_verdicts
from .commands import replay, reproduce, rerun
from .digest import Cause, Cell, foremost, matrix, root_causes
from .evidence import Block, Sentence, evidence_blocks
from .tracebacks import raised_line
from .wording import GRAVITY, LONGEST_TEXT, RUN_MARKS, RUN_TONES, TONES, capped, gravest, plural

IN_FULL = 60  # root causes with an article of their own; the others are explained at their findings
BUDGET = 1_700_000  # characters for findings in full; beyond, a finding is shown by its row alone
LARGEST = 20_000  # characters that one finding's evidence takes at most, about
MARKUP = 900  # characters around one finding's texts, about


FULL = Sentence("Evidence", "in the results file; this page is full")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One finding in its layer's table.

    Attributes:
        more: its evidence is shown below the table.
        cause: number of the root cause that it belongs to; 0 if none.
        explained: the root cause shows this very finding in full.
        blocker: anchor of the finding that blocks it.
        raised: where the subject raised, in one line.
    """

    finding: Finding
    anchor: str
    more: bool
    cause: int
    explained: bool
    blocker: str
    raised: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True)
class CheckGroup:
    """One law's findings for one layer."""

    check: str
    law: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class FamilyGroup:
    """One family's laws for one layer."""

    name: str
    anchor: str
    cell: Cell
    checks: tuple[CheckGroup, ...]


@dataclass(frozen=True, kw_only=True)
class LayerGroup:
    """One layer's findings."""

    name: str
    anchor: str
    verdict: Verdict
    counts: dict[str, int]
    families: dict[str, FamilyGroup]

    @property
    def rows(self) -> list[Row]:
        """All findings of the layer."""
        return [row for family in self.families.values() for check in family.checks for row in check.rows]


@dataclass(frozen=True, kw_only=True)
class SmallestView:
    """The smallest case of a root cause.

    Attributes:
        title: whether it is a smaller one than the lead's.
        where: the configuration.
        replay: the command that runs it again.
        arrays: name, shape and entries.
        snippet: a program that shows the failure; empty if there is none.
        no_snippet: why there is none.
    """

    title: str
    where: str
    replay: str
    arrays: tuple[tuple[str, str, str], ...]
    snippet: str
    no_snippet: str


@dataclass(frozen=True, kw_only=True)
class CauseView:
    """One root cause with the evidence of its lead, its smallest case, and links to the others."""

    number: int
    cause: Cause
    headline: str
    raised: str
    anchor: str
    row: str
    again: str
    blocks: tuple[Block, ...]
    smallest: SmallestView | None
    others: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Page:
    """Everything on the page."""

    result: Result
    mark: str
    tone: str
    lede: str
    shares: tuple[tuple[Verdict, int], ...]
    tones: tuple[tuple[str, float, float], ...]
    causes: tuple[CauseView, ...]
    further: int
    families: tuple[str, ...]
    layers: tuple[LayerGroup, ...]
    faults: tuple[Finding, ...]
    undecided: int
    excused: tuple[Finding, ...]
    shortened: int
    command: str


def page_view(result: Result) -> Page:
    """Prepare a result for the template."""
    causes = root_causes(result)
    shown, _ = foremost(causes, IN_FULL)
    budget = _Budget()
    row_anchors = {finding.id: f"f{number}" for number, finding in enumerate(result.findings, 1)}
    views = [_cause(number, cause, result, row_anchors, budget) for number, cause in enumerate(shown, 1)]
    layers = tuple(_layers(result, shown, row_anchors, budget))
    verdict = result.footer.verdict
    return Page(
        result=result,
        mark=RUN_MARKS.get(verdict, "?"),
        tone=RUN_TONES.get(verdict, "warn"),
        lede=_lede(result, causes),
        shares=tuple((v, result.footer.counts[v]) for v in GRAVITY if result.footer.counts.get(v)),
        tones=_tone_shares(result),
        causes=tuple(views),
        further=len(causes) - len(shown),
        families=matrix(result.findings).families,
        layers=layers,
        shortened=budget.refused,
        faults=tuple(finding for finding in result.findings if finding.verdict is Verdict.HARNESS_ERROR),
        excused=tuple(finding for finding in result.findings if finding.reason),
        undecided=sum(finding.verdict is Verdict.UNDECIDED for finding in result.findings),
        command=reproduce(result.header),
    )


class _Budget:
    """Findings in full until the page is large; what is shown first, the root causes, comes first."""

    def __init__(self) -> None:
        self._left = BUDGET
        self.refused = 0

    def admits(self, finding: Finding) -> bool:
        """Tell whether there is room for the finding's texts and evidence, and take it."""
        diagnoses = (diagnosis.text for diagnosis in finding.diagnosis)
        texts = (finding.message, finding.expected, finding.found, finding.where, finding.hint, *diagnoses)
        evidence = json.dumps(finding.evidence, ensure_ascii=False, default=str)
        cost = MARKUP + 2 * min(len(escape(evidence)), LARGEST) + min(len(escape(finding.output)), LARGEST)
        cost += sum(len(escape(text[:LONGEST_TEXT])) for text in texts)
        if finding.smallest is not None:
            arrays = json.dumps([array.values for array in finding.smallest.arrays], default=str)
            cost += min(len(escape(finding.smallest.snippet)), 2 * LARGEST) + min(len(escape(arrays)), LARGEST)
        if cost > self._left:
            self.refused += 1
            return False
        self._left -= cost
        return True


def _cause(number: int, cause: Cause, result: Result, anchors: dict[str, str], budget: _Budget) -> CauseView:
    lead = cause.lead
    admitted = budget.admits(replace(lead, smallest=cause.smallest))
    return CauseView(
        number=number,
        cause=cause,
        headline=_headline(lead, result.header.subject),
        raised=raised_line(lead, result.header.subject),
        anchor=f"cause-{number}",
        row=anchors[lead.id],
        again=rerun(result.header, lead.id),
        blocks=evidence_blocks(lead) if admitted else (FULL,),
        smallest=_smallest(cause, result) if admitted else None,
        others=tuple((anchors[other.id], cause.name_of(other)) for other in cause.others),
    )


def _smallest(cause: Cause, result: Result) -> SmallestView | None:
    smallest = cause.smallest
    if smallest is None:
        return None
    arrays = (
        (array.name, f"{array.shape}", "too many entries to show" if array.values is None else json.dumps(array.values))
        for array in smallest.arrays
    )
    return SmallestView(
        title="Smallest case" if cause.shrunk else "In full",
        where=smallest.where,
        replay=replay(result.header, smallest),
        arrays=tuple((name, shape, capped(text, LARGEST // 4)) for name, shape, text in arrays),
        snippet=capped(smallest.snippet, 2 * LARGEST),
        no_snippet=smallest.no_snippet,
    )


def _headline(finding: Finding, subject: str) -> str:
    """The cause in one line: what it looks like, else where it was raised, else what was found."""
    if finding.diagnosis:
        return re.split(r"(?<=\.) ", finding.diagnosis[0].text, maxsplit=1)[0]
    return raised_line(finding, subject) or finding.message or finding.law


def _layers(result: Result, causes: Iterable[Cause], anchors: dict[str, str], budget: _Budget) -> Iterable[LayerGroup]:
    numbers = {finding.id: number for number, cause in enumerate(causes, 1) for finding in cause.findings}
    leads = {cause.lead.id for cause in causes}
    slugs = _Slugs()

    def row(finding: Finding) -> Row:
        explained = finding.id in leads
        worth = bool(finding.evidence or finding.output or finding.failing) and not explained
        more = worth and budget.admits(finding)
        return Row(
            finding=finding,
            anchor=anchors[finding.id],
            more=more,
            cause=numbers.get(finding.id, 0),
            explained=explained,
            raised=raised_line(finding, result.header.subject),
            blocker=anchors.get(finding.blocked_by, ""),
            blocks=evidence_blocks(finding) if more else (),
        )

    def family(layer: str, name: str, cell: Cell) -> FamilyGroup:
        checks: dict[str, list[Finding]] = {}
        for finding in cell.findings:
            checks.setdefault(finding.check, []).append(finding)
        groups = tuple(
            CheckGroup(check=check, law=found[0].law, rows=tuple(map(row, found))) for check, found in checks.items()
        )
        return FamilyGroup(name=name, anchor=slugs.unique(f"{layer}-{name}"), cell=cell, checks=groups)

    for layer, cells in matrix(result.findings).rows.items():
        findings = [finding for cell in cells.values() for finding in cell.findings]
        yield LayerGroup(
            name=layer,
            anchor=slugs.unique(layer),
            verdict=gravest(finding.verdict for finding in findings),
            counts=count_verdicts(findings),
            families={name: family(layer, name, cell) for name, cell in cells.items()},
        )


class _Slugs:
    """Anchors from names: plain letters, each once."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def unique(self, name: str) -> str:
        slug = base = "layer-" + (re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:60] or "unnamed")
        number = 2
        while slug in self._used:
            slug, number = f"{base}-{number}", number + 1
        self._used.add(slug)
        return slug


def _lede(result: Result, causes: tuple[Cause, ...]) -> str:
    """One sentence below the verdict."""
    layers = len({finding.layer for finding in result.findings})
    if causes:
        broken = len({cause.layer for cause in causes})
        return f"{plural(len(causes), 'root cause')} in {broken} of {plural(layers, 'component')}. Fix the first first."
    if result.passed:
        return f"Every law that could be decided holds, in {plural(layers, 'component')}."
    return " ".join(result.footer.reasons) or "The run gives no reason."


def _tone_shares(result: Result) -> tuple[tuple[str, float, float], ...]:
    """The bar below the verdict: tone, start and width in per cent."""
    total = sum(result.footer.counts.values()) or 1
    start, shares = 0.0, []
    for tone in ("bad", "warn", "idle", "good"):
        width = 100 * sum(n for name, n in result.footer.counts.items() if TONES[Verdict(name)] == tone) / total
        if width:
            shares.append((tone, round(start, 3), round(width, 3)))
        start += width
    return tuple(shares)
