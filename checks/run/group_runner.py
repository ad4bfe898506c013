"""GroupRunner: carries groups of checks out, one session after another; every way to end becomes a finding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from ...sandbox import SessionLike, SubjectDied, WorkerError
from ...specs import Deviation
from ..context import Shared
from ..plan.plan import Plan, Planned
from ..results import FAILING, Finding, Verdict
from ..settings import DEFAULTS, Settings
from .deviations import CorrectedSession, accepted
from .outcome import Diagnose, Examined, base_finding, examine

HIDING = FAILING | {Verdict.BLOCKED, Verdict.UNSUPPORTED}
"""Verdicts of a prerequisite with which a check is not looked at."""


class SessionSource(Protocol):
    """Where fresh sessions come from; replaces a dead worker by a new one."""

    def session(self) -> SessionLike:
        """A fresh session."""


@dataclass(frozen=True)
class GroupRunner:
    """Runs checks of a plan; has no state of its own.

    Attributes:
        plan: where prerequisites are found.
        source: where sessions come from.
        settings: those of the run.
        diagnose: explains a failure; may be None.
    """

    plan: Plan
    source: SessionSource
    settings: Settings = DEFAULTS
    diagnose: Diagnose | None = None

    def findings(self, group: Sequence[Planned], done: MutableMapping[str, Finding]) -> Iterator[Finding]:
        """The findings of checks that share a case, in order.

        Args:
            group: prerequisites before what needs them.
            done: what is known by id; the group's findings are added as they come.
        """
        shared: Shared = {}
        with _Sessions(self.source) as sessions:
            for planned in group:
                done[planned.id] = self._judged(planned, sessions, done, shared)
                yield done[planned.id]

    def examine(self, planned: Planned, session: SessionLike) -> Examined:
        """One check in a session, with what led to its finding, and without a diagnosis."""
        return examine(planned, session, self.settings)

    def _judged(self, planned: Planned, sessions: _Sessions, done: Mapping[str, Finding], shared: Shared) -> Finding:
        blocked = self._blocked(planned, done)
        if blocked is not None:
            return blocked
        try:
            session = sessions.current()
        except WorkerError as error:
            return replace(
                base_finding(planned),
                verdict=Verdict.DIED,
                message=f"the worker could not be started again: {error}",
            )

        def again(deviation: Deviation) -> Finding:
            return self.examine(planned, CorrectedSession(sessions.current(), deviation)).finding

        examined = examine(planned, session, self.settings, self.diagnose, shared)
        return accepted(examined.finding, self.settings.deviations, again)

    def _blocked(self, planned: Planned, done: Mapping[str, Finding]) -> Finding | None:
        """The finding that says which root cause hides this check; None if nothing does."""
        for need in planned.needs:
            finding = done.get(need)
            if finding is None or finding.verdict not in HIDING:
                continue
            root, base = finding.blocked_by or finding.id, base_finding(planned)
            if finding.verdict is not Verdict.UNSUPPORTED:
                return replace(base, verdict=Verdict.BLOCKED, message=f"not looked at: {root} fails", blocked_by=root)
            if planned.group == self.plan.everything[need].group:
                return replace(base, verdict=Verdict.UNSUPPORTED, message=finding.message, blocked_by=root)
        return None


class _Sessions:
    """One session after another for one group: a dead one is replaced when it is asked for."""

    def __init__(self, source: SessionSource) -> None:
        self._source = source
        self._session: SessionLike | None = None

    def __enter__(self) -> _Sessions:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def current(self) -> SessionLike:
        if self._session is None or not self._session.alive:
            self._close()
            self._session = self._source.session()
        return self._session

    def _close(self) -> None:
        if self._session is not None:
            with suppress(SubjectDied):
                self._session.close()
            self._session = None
