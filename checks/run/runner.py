"""Runner: carries a plan out. Prerequisites first, each check once, every planned id answered."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from ...sandbox import WorkerError
from ..explain.shrinking import Shrinker
from ..plan.plan import Plan, Planned
from ..results import Finding
from ..settings import DEFAULTS, Settings
from .group_runner import GroupRunner, SessionSource
from .outcome import Diagnose
from .workers import CheckWorker


@dataclass
class Runner:
    """Runs the checks of a plan.

    Attributes:
        plan: what is planned.
        source: where sessions come from.
        settings: those of the run.
        diagnose: explains a failure; may be None.
        shrinks: whether smallest cases are looked for.
        group_runner: runs single checks.
    """

    plan: Plan
    source: SessionSource
    settings: Settings = DEFAULTS
    diagnose: Diagnose | None = None
    shrinks: bool = False
    group_runner: GroupRunner = field(init=False)
    _done: dict[str, Finding] = field(default_factory=dict)
    _delivery: threading.Lock = field(default_factory=threading.Lock)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.group_runner = GroupRunner(self.plan, self.source, self.settings, self.diagnose)
        self._shrinker = Shrinker(self.settings.budget, self.source.session, self.group_runner.examine)

    def run(self, jobs: int, report: Callable[[Finding], None], workers: Sequence[CheckWorker] = ()) -> None:
        """Run everything selected.

        Args:
            jobs: threads of this process that judge.
            report: gets the findings in the plan's order.
            workers: what else judges, side by side with them.
        """
        workers = [*[self.group_runner] * max(jobs, 1), *workers]
        waiting = iter([planned.id for planned in self.plan.selected])
        upcoming = next(waiting, None)

        def next_done() -> Finding | None:
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
            queue = deque(wave)
            if len(workers) == 1:  # in this thread, so that Ctrl-C reaches a subject that runs in this process
                self._work(workers[0], queue, deliver)
                continue
            pool = ThreadPoolExecutor(max_workers=len(workers))
            try:
                futures = [pool.submit(self._work, worker, queue, deliver) for worker in workers]
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
            for finding in self.group_runner.findings([planned], self._done):
                self._done[check_id] = self._with_smallest(finding)
        return self._done[check_id]

    def _with_smallest(self, finding: Finding) -> Finding:
        """The finding, with its smallest case if it is the first failure of its check."""
        if not self.shrinks or not finding.failing or self._stopped.is_set():
            return finding
        try:
            return self._shrinker.with_smallest(self.plan.everything[finding.id], finding)
        except WorkerError:  # no session to be had any more
            return finding

    def _work(self, worker: CheckWorker, queue: deque[list[Planned]], deliver: Callable[[], None]) -> None:
        try:
            for group in _until_empty(queue):
                for _ in worker.findings(group, self._done):
                    if self._stopped.is_set():
                        return
                    deliver()
        except BaseException:
            self._stopped.set()
            raise

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


def _until_empty(queue: deque[list[Planned]]) -> Iterator[list[Planned]]:
    """What is in a queue from which other threads take as well."""
    while True:
        try:
            group = queue.popleft()
        except IndexError:
            return
        yield group


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
