"""Waivers: failures that somebody answers for, with a reason and perhaps until a day."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from ..results import FAILING, Finding, Verdict


def today_in_utc() -> date:
    """The day on which a run takes place, the same wherever it runs."""
    return datetime.now(UTC).date()


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """One entry of a waiver file.

    Attributes:
        finding: a glob over the ids of findings.
        reason: why the failures are tolerated, for whoever reads the report.
        expires: the last day on which it is valid; None for no end.
        verdicts: the failing verdicts that it covers.
        place: where it stands, for messages: `waivers.toml, line 3`.
    """

    finding: str
    reason: str
    expires: date | None = None
    verdicts: frozenset[Verdict] = FAILING
    place: str = "a waiver"

    def matches(self, finding_id: str) -> bool:
        """Tell whether the waiver is about the finding."""
        return fnmatch.fnmatchcase(finding_id, self.finding)

    def expired(self, today: date) -> bool:
        """Tell whether its last day is over."""
        return self.expires is not None and today > self.expires


@dataclass(frozen=True, kw_only=True)
class Waivers:
    """The waivers of a run, and its day.

    Attributes:
        entries: in the order of the file; the first valid one that covers a finding counts.
        path: the file as the user named it; empty if there is none.
        today: the day of the run.
    """

    entries: tuple[Waiver, ...] = ()
    path: str = ""
    today: date = field(default_factory=today_in_utc)

    def apply(self, finding: Finding) -> Finding:
        """The finding, waived if it fails and a valid waiver covers it."""
        if not finding.failing:
            return finding
        for waiver in self.entries:
            if not waiver.expired(self.today) and finding.verdict in waiver.verdicts and waiver.matches(finding.id):
                return replace(finding, verdict=Verdict.WAIVED, original=str(finding.verdict), reason=waiver.reason)
        return finding

    def complaints(self, askable: Iterable[str], verdicts: Mapping[str, Verdict]) -> list[str]:
        """What is wrong with the waivers themselves: a sentence each, with what to delete or to renew.

        A run that was restricted judges only the waivers that are about something it has looked at, and calls one
        stale only if it has looked at everything that the waiver is about.

        Args:
            askable: the ids of all findings that the subject's components have at the level of the run.
            verdicts: the verdicts of the findings that were selected, by id.
        """
        ids = list(askable)
        restricted = not set(ids) <= verdicts.keys()
        sentences = (self._complaint(waiver, ids, verdicts, restricted=restricted) for waiver in self.entries)
        return [sentence for sentence in sentences if sentence]

    def _complaint(
        self, waiver: Waiver, askable: Iterable[str], verdicts: Mapping[str, Verdict], *, restricted: bool
    ) -> str:
        about = [finding_id for finding_id in askable if waiver.matches(finding_id)]
        seen = [verdicts[finding_id] for finding_id in about if finding_id in verdicts]
        name = f"the waiver for {waiver.finding} ({waiver.place})"
        if not about and not restricted:
            return f"{name} matches no finding of this run; delete it, or correct its glob"
        if seen and len(seen) == len(about) and all(verdict is Verdict.PASSED for verdict in seen):
            what = "the finding passes" if len(seen) == 1 else f"all {len(seen)} findings pass"
            return f"{name} is stale: {what} without it; delete it"
        if seen and waiver.expired(self.today):
            return f"{name} expired on {waiver.expires}; fix what it covers and delete it, or renew its date"
        return ""
