"""Scoring: how many of the known mistakes the checks catch, and in which families."""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from ...mistakes import all_mistakes
from ...sandbox import DirectSession
from ...sandbox.launch import THREADS
from ...specs import Spec
from ..choices.conventions import detect
from ..law import Level
from ..plan.effort import STANDARD
from ..plan.plan import Plan, make_plan
from ..results import Finding
from ..settings import Settings
from .runner import Runner


@dataclass(frozen=True, kw_only=True)
class Score:
    """What the checks say of one mistake.

    Attributes:
        mistake: its id.
        spec: the spec that it implements wrongly.
        families: the families in which a check of this spec fails, in the order of the findings.
    """

    mistake: str
    spec: str
    families: tuple[str, ...]

    @property
    def caught(self) -> bool:
        """Tell whether any check fails."""
        return bool(self.families)


@dataclass(frozen=True, kw_only=True)
class SpecScore:
    """The scores of the mistakes of one spec.

    Attributes:
        spec: its name; `total` for all of them.
        mistakes: how many there are.
        families: in how many mistakes each family has a failing check, most first.
        missed: the ids of those that no check reports.
    """

    spec: str
    mistakes: int
    families: dict[str, int]
    missed: tuple[str, ...]

    @property
    def caught(self) -> int:
        """How many of them a check reports."""
        return self.mistakes - len(self.missed)


class DirectSessions:
    """Sessions in this process, for subjects of our own."""

    def __init__(self, build: Callable[[Spec], Any]) -> None:
        self._build = build

    def session(self) -> DirectSession:
        """A fresh session."""
        return DirectSession(self._build)


@cache
def _plan_of(spec_name: str, level: Level, effort: str, names: tuple[str, ...]) -> Plan:
    return make_plan([spec_name], Settings(level=level, effort=effort, names=names))


def findings_of(
    build: Callable[[Spec], Any],
    spec_name: str,
    *,
    level: Level,
    seed: int = 0,
    effort: str = STANDARD,
    names: tuple[str, ...] = (),
) -> list[Finding]:
    """All findings about one spec, in this process, with the conventions that the subject itself shows.

    With names, those of the checks or families that they name, and of what these need.
    """
    source, found = DirectSessions(build), list[Finding]()
    settings = Settings(seed=seed, level=level, effort=effort, conventions=detect(source, [spec_name]))
    Runner(_plan_of(spec_name, level, effort, names), source, settings).run(1, found.append)
    return found


def score(mistake_id: str, effort: str = STANDARD) -> Score:
    """Run the checks on one mistake: at the default level, or at level strict where only that asks for the law."""
    mistake = all_mistakes()[mistake_id]
    level = max(Level.FULL, Level.of(mistake.level))
    found = findings_of(mistake.build, mistake.spec, level=level, effort=effort)
    families = dict.fromkeys(finding.family for finding in found if finding.failing)
    return Score(mistake=mistake.id, spec=mistake.spec, families=tuple(families))


def scores(mistake_ids: Sequence[str], jobs: int = 0, effort: str = STANDARD) -> Iterator[Score]:
    """The scores in the order of the ids, as they come in.

    Args:
        mistake_ids: what to run.
        jobs: processes; 0 for as many as cores.
        effort: which of the named cases are visited; nothing is drawn.
    """
    judge = partial(score, effort=effort)
    jobs = min(jobs or os.cpu_count() or 1, len(mistake_ids))
    if jobs <= 1:
        yield from map(judge, mistake_ids)
        return
    with _one_thread_each():
        # Not forked: this process may have threads, of NumPy's for example.
        pool = ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))
        try:
            yield from pool.map(judge, mistake_ids, chunksize=1)
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """While it is open, processes that start compute with one thread: several of them share the cores."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def by_spec(found: Iterable[Score]) -> list[SpecScore]:
    """A row for each spec, in the order of the scores."""
    groups: dict[str, list[Score]] = {}
    for each in found:
        groups.setdefault(each.spec, []).append(each)
    return [_together(spec, members) for spec, members in groups.items()]


def total(found: Sequence[Score]) -> SpecScore:
    """The row for all of them."""
    return _together("total", found)


def _together(name: str, members: Sequence[Score]) -> SpecScore:
    counts = Counter(family for each in members for family in each.families)
    missed = tuple(each.mistake for each in members if not each.caught)
    return SpecScore(spec=name, mistakes=len(members), families=dict(counts.most_common()), missed=missed)
