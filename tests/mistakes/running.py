"""Runs the checks on subjects in this process."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from backproof.checks.conventions import detect
from backproof.checks.law import Level
from backproof.checks.plan import Plan, Selection, make_plan
from backproof.checks.results import Finding
from backproof.checks.runner import Runner
from backproof.specs import Spec
from backproof.wall import DirectSession


class Here:
    """Sessions in this process."""

    def __init__(self, build: Callable[[Spec], Any]) -> None:
        self._build = build

    def session(self) -> DirectSession:
        return DirectSession(self._build)


@cache
def plan_of(spec_name: str, level: str) -> Plan:
    return make_plan([spec_name], Selection(level=Level.of(level)))


def findings(build: Callable[[Spec], Any], spec_name: str, *, level: str, seed: int = 0) -> list[Finding]:
    """All findings for one spec, with the conventions that the subject itself shows."""
    source, found = Here(build), list[Finding]()
    runner = Runner(plan_of(spec_name, level), source, detect(source, [spec_name]), seed=seed)
    runner.run(1, found.append)
    return found
