"""Runs checks on subjects in this process, whole plans or chosen ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from backproof.checks.choices.conventions import detect
from backproof.checks.explain.diagnosis import diagnose
from backproof.checks.law import Level
from backproof.checks.plan.plan import Plan, make_plan
from backproof.checks.results import Finding
from backproof.checks.run.runner import Runner
from backproof.checks.settings import Settings
from backproof.sandbox import DirectSession
from backproof.specs import Spec

BuildSubject = Callable[[Spec], Any]


class Here:
    """Sessions in this process; counts them."""

    def __init__(self, build: BuildSubject) -> None:
        self._build = build
        self.sessions = 0

    def session(self) -> DirectSession:
        self.sessions += 1
        return DirectSession(self._build)


@cache
def plan_of(
    spec_names: tuple[str, ...], names: tuple[str, ...] = (), level: Level = Level.STRICT, dtype: str = "float64"
) -> Plan:
    return make_plan(spec_names, Settings(level=level, names=names, dtype=dtype))


def findings(
    build: BuildSubject,
    *spec_names: str,
    names: tuple[str, ...] = (),
    conventions: Mapping[str, str] | None = None,
    explained: bool = False,
    seed: int = 0,
    dtype: str = "float64",
) -> list[Finding]:
    """All findings for some specs; by default with the conventions that the subject itself shows."""
    source, found = Here(build), list[Finding]()
    known = detect(source, spec_names, dtype=dtype) if conventions is None else conventions
    plan = plan_of(spec_names, names, dtype=dtype)
    Runner(plan, source, Settings(conventions=known, seed=seed), diagnose=diagnose if explained else None).run(
        1, found.append
    )
    return found
