"""A result rearranged for readers: its root causes, and its layers by families."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..checks.results import Finding, Result, Smallest, Verdict, count_verdicts
from .tracebacks import raised_line
from .wording import gravest

FAMILIES = (
    "contract",
    "value",
    "gradient",
    "phase",
    "regularization",
    "optimizer",
    "initializer",
    "recurrence",
    "network",
    "state",
)


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Failing findings of one layer that have the same reason, as far as one can tell.

    Attributes:
        lead: the finding that explains most; a report shows it in full.
        others: the same in other cases or seen by other checks.
        blocked: how many findings wait for this cause to be fixed.
    """

    lead: Finding
    others: tuple[Finding, ...]
    blocked: int

    @property
    def layer(self) -> str:
        """The layer that all findings of the cause belong to."""
        return self.lead.layer

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings of the cause, the lead first."""
        return (self.lead, *self.others)

    @property
    def smallest(self) -> Smallest | None:
        """The smallest case on which one of the findings fails, the lead's first."""
        return next((finding.smallest for finding in self.findings if finding.smallest is not None), None)

    @property
    def shrunk(self) -> bool:
        """True if the smallest case is another one than that of the lead."""
        return self.smallest is not None and self.smallest.where != self.lead.where

    def name_of(self, other: Finding) -> str:
        """How another finding of the cause differs from the lead: its case, with the check if that is another."""
        same = (other.check, other.quantity) == (self.lead.check, self.lead.quantity)
        return other.case if same else other.id.partition("/")[2]


@dataclass(frozen=True)
class Cell:
    """The findings of one family of one layer."""

    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """The gravest verdict."""
        return gravest(finding.verdict for finding in self.findings)

    @property
    def counts(self) -> dict[str, int]:
        """Findings per verdict."""
        return count_verdicts(self.findings)

    @property
    def tally(self) -> str:
        """How many of the findings have the gravest verdict: "12" if all have, else "2/12"."""
        share = self.counts[self.verdict]
        return str(share) if share == len(self.findings) else f"{share}/{len(self.findings)}"


@dataclass(frozen=True)
class Matrix:
    """Layers by families; a cell is missing where a family has no check for a layer."""

    families: tuple[str, ...]
    rows: dict[str, dict[str, Cell]]


def matrix(findings: Iterable[Finding]) -> Matrix:
    """Group findings by layer and family; layers in the order of the findings, families in that of `FAMILIES`."""
    rows: dict[str, dict[str, list[Finding]]] = {}
    for finding in findings:
        rows.setdefault(finding.layer, {}).setdefault(finding.family, []).append(finding)
    seen = dict.fromkeys(family for row in rows.values() for family in row)
    families = tuple(sorted(seen, key=lambda family: FAMILIES.index(family) if family in FAMILIES else len(FAMILIES)))
    cells = {
        layer: {family: Cell(tuple(row[family])) for family in families if family in row} for layer, row in rows.items()
    }
    return Matrix(families, cells)


def root_causes(result: Result) -> tuple[Cause, ...]:
    """What to fix: the failing findings without the blocked ones, by layer in the order of the plan.

    Findings of a layer share a cause if they raise the same error at the same line, if they all behave exactly like the
    same known mistake, or if they are the same measurement in several cases.
    """
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in result.findings:
        if finding.failing:
            groups.setdefault(_reason(finding, result.header.subject), []).append(finding)
    waiting = _waiting(result.findings)
    layers = list(dict.fromkeys(finding.layer for finding in result.findings))
    causes = []
    for group in groups.values():
        lead = min(group, key=_explains)  # the first of those that explain most
        others = tuple(finding for finding in group if finding is not lead)
        causes.append(Cause(lead=lead, others=others, blocked=sum(waiting.get(f.id, 0) for f in group)))
    return tuple(sorted(causes, key=lambda cause: layers.index(cause.layer)))


def foremost(causes: Sequence[Cause], limit: int) -> tuple[tuple[Cause, ...], tuple[Cause, ...]]:
    """Split causes into at most `limit` to show in full and the rest: every layer's first, then every second, ..."""
    rank: dict[str, int] = {}
    ranked = []
    for index, cause in enumerate(causes):
        rank[cause.layer] = rank.get(cause.layer, 0) + 1
        ranked.append((rank[cause.layer], index))
    shown = {index for _, index in sorted(ranked)[:limit]}
    return (
        tuple(cause for index, cause in enumerate(causes) if index in shown),
        tuple(cause for index, cause in enumerate(causes) if index not in shown),
    )


def _reason(finding: Finding, subject: str) -> tuple[str, ...]:
    if finding.verdict is Verdict.ERRORED and (raised := raised_line(finding, subject)):
        return (finding.layer, "raises", raised)
    if finding.diagnosis and finding.diagnosis[0].exact:
        return (finding.layer, "behaves like", finding.diagnosis[0].mistake)
    return (finding.layer, finding.verdict, finding.check, finding.quantity)


def _explains(finding: Finding) -> tuple[bool, bool]:
    """Sorts first what has an exact diagnosis, then what has any."""
    return (not any(diagnosis.exact for diagnosis in finding.diagnosis), not finding.diagnosis)


def _waiting(findings: Sequence[Finding]) -> dict[str, int]:
    """Per id: how many blocked findings lead to it, directly or through other blocked ones."""
    blockers = {finding.id: finding.blocked_by for finding in findings if finding.verdict is Verdict.BLOCKED}
    waiting: dict[str, int] = {}
    for start, blocker in blockers.items():
        passed_by, end = {start}, blocker
        while end in blockers and end not in passed_by:
            passed_by.add(end)
            end = blockers[end]
        waiting[end] = waiting.get(end, 0) + 1
    return waiting
