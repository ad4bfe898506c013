"""Runner: carries a plan out. Prerequisites first, each check once, every planned id answered."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Protocol

from ..specs import Deviation
from ..wall import SessionLike, SubjectDied, WorkerError
from .deviations import CorrectedSession, accepted
from .effort import EFFORTS, STANDARD
from .outcome import Diagnose, Examined, base_finding, examine, run_check
from .plan import Plan, Planned
from .results import FAILING, Finding, Verdict
from .shrinking import Shrinker


class SessionSource(Protocol):
    """Where fresh sessions come from; replaces a dead worker by a new one."""

    def session(self) -> SessionLike:
        """A fresh session."""


@dataclass
class Runner:
    """Runs the checks of a plan.

    Attributes:
        plan: what is planned.
        source: where sessions come from.
        conventions: declared or detected.
        seed: the run's seed.
        seconds: budget of one check.
        diagnose: explains a failure; may be None.
        effort: how long smallest cases are looked for.
        shrinks: whether they are looked for at all.
        deviations: where the subject's course demands what is wrong.
    """

    plan: Plan
    source: SessionSource
    conventions: Mapping[str, str]
    seed: int = 0
    seconds: float = 10.0
    diagnose: Diagnose | None = None
    effort: str = STANDARD
    shrinks: bool = False
    deviations: Sequence[Deviation] = ()
    _done: dict[str, Finding] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _delivery: threading.Lock = field(default_factory=threading.Lock)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._shrinker = Shrinker(EFFORTS[self.effort], self.source.session, self._examine)

    def run(self, jobs: int, report: Callable[[Finding], None]) -> None:
        """Run everything selected with `jobs` threads; `report` gets the findings in the plan's order."""
        order = [planned.id for planned in self.plan.selected]
        waiting = iter(order)
        upcoming = next(waiting, None)

        def next_done() -> Finding | None:
            with self._lock:
                return None if upcoming is None else self._done.get(upcoming)

        def deliver() -> None:
            # One thread delivers, in order, and looks for smallest cases meanwhile; the others go on with the plan.
            nonlocal upcoming
            while (finding := next_done()) and self._delivery.acquire(blocking=False):
                try:
                    while upcoming is not None and (finding := next_done()):
                        report(self._with_smallest(finding))
                        upcoming = next(waiting, None)
                finally:
                    self._delivery.release()

        for wave in self._waves():
            if jobs <= 1:  # in this thread, so that Ctrl-C reaches a subject that runs in this process
                for group in wave:
                    self._run_group(group, deliver)
                continue
            pool = ThreadPoolExecutor(max_workers=jobs)
            try:
                futures = [pool.submit(self._run_group, group, deliver) for group in wave]
                for future in futures:
                    future.result()
            except BaseException:
                # Ctrl-C, or a full disk: nothing more is begun, and what runs ends when the source is closed.
                self._stopped.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise
            pool.shutdown()

    def outcome(self, check_id: str) -> Finding:
        """The finding of one id; runs it, and what it needs, if that has not happened yet. For one thread."""
        if check_id not in self._done:
            planned = self.plan.everything[check_id]
            for need in planned.needs:
                self.outcome(need)
            with _Sessions(self.source) as sessions:
                self._done[check_id] = self._judge(planned, sessions)
            self._done[check_id] = self._with_smallest(self._done[check_id])
        return self._done[check_id]

    def _with_smallest(self, finding: Finding) -> Finding:
        """The finding, with its smallest case if it is the first failure of its check."""
        if not self.shrinks or not finding.failing or self._stopped.is_set():
            return finding
        try:
            return self._shrinker.with_smallest(self.plan.everything[finding.id], finding)
        except WorkerError:  # no session to be had any more
            return finding

    def _examine(self, planned: Planned, session: SessionLike) -> Examined:
        return examine(planned, session, conventions=self.conventions, seed=self.seed, seconds=self.seconds)

    def _run_group(self, group: list[Planned], deliver: Callable[[], None]) -> None:
        with _Sessions(self.source) as sessions:
            for planned in group:
                finding = self._judge(planned, sessions)
                if self._stopped.is_set():
                    return
                with self._lock:
                    self._done[planned.id] = finding
                deliver()

    def _judge(self, planned: Planned, sessions: _Sessions) -> Finding:
        blocked = self._blocked(planned)
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
        finding = self._checked(planned, session, self.diagnose)
        return accepted(
            finding,
            self.deviations,
            lambda deviation: self._checked(planned, CorrectedSession(sessions.current(), deviation), None),
        )

    def _checked(self, planned: Planned, session: SessionLike, diagnose: Diagnose | None) -> Finding:
        return run_check(
            planned,
            session,
            conventions=self.conventions,
            seed=self.seed,
            seconds=self.seconds,
            diagnose=diagnose,
        )

    def _blocked(self, planned: Planned) -> Finding | None:
        """The finding that says which root cause hides this check; None if nothing does."""
        for need in planned.needs:
            finding = self._done.get(need)
            if finding is None:
                continue
            if finding.verdict in FAILING or finding.verdict in {Verdict.BLOCKED, Verdict.UNSUPPORTED}:
                root = finding.blocked_by or finding.id
                base = base_finding(planned)
                if finding.verdict is Verdict.UNSUPPORTED:
                    inside = planned.group == self.plan.everything[need].group
                    if not inside:
                        continue
                    return replace(base, verdict=Verdict.UNSUPPORTED, message=finding.message, blocked_by=root)
                return replace(base, verdict=Verdict.BLOCKED, message=f"not looked at: {root} fails", blocked_by=root)
        return None

    def _waves(self) -> list[list[list[Planned]]]:
        """The selected checks and all they need, grouped by case; a wave's groups need earlier waves only."""
        wanted = self._closure(planned.id for planned in self.plan.selected)
        groups: dict[tuple[str, str], list[Planned]] = {}
        for check_id, planned in self.plan.everything.items():
            if check_id in wanted:
                groups.setdefault(planned.group, []).append(planned)
        depths: dict[tuple[str, str], int] = {}

        def depth(group: tuple[str, str]) -> int:
            if group not in depths:
                depths[group] = 0  # a cycle would be a mistake in the checks; the plan's tests look for it
                others = {self.plan.everything[need].group for planned in groups[group] for need in planned.needs} - {
                    group
                }
                depths[group] = 1 + max((depth(other) for other in others), default=-1)
            return depths[group]

        waves: dict[int, list[list[Planned]]] = {}
        for group, members in groups.items():
            waves.setdefault(depth(group), []).append(_in_order(members))
        return [waves[key] for key in sorted(waves)]

    def _closure(self, ids: Iterable[str]) -> set[str]:
        wanted: set[str] = set()
        stack = list(ids)
        while stack:
            check_id = stack.pop()
            if check_id not in wanted:
                wanted.add(check_id)
                stack.extend(self.plan.everything[check_id].needs)
        return wanted


def _in_order(members: list[Planned]) -> list[Planned]:
    """Prerequisites before what needs them; otherwise as planned."""
    by_id = {planned.id: planned for planned in members}
    ordered: dict[str, Planned] = {}

    def visit(planned: Planned) -> None:
        if planned.id in ordered:
            return
        for need in planned.needs:
            if need in by_id:
                visit(by_id[need])
        ordered[planned.id] = planned

    for planned in members:
        visit(planned)
    return list(ordered.values())


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
