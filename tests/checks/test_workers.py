"""Workers: judges in processes of their own find the same, and nothing is lost when one of them ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backproof import framework
from backproof.checks.plan.plan import Plan, Selection, make_plan
from backproof.checks.results import Finding, Verdict
from backproof.checks.run.group_runner import GroupRunner
from backproof.checks.run.runner import Runner
from backproof.checks.run.source import DirectSource
from backproof.checks.run.workers import ForkedWorker, forked_workers
from backproof.mistakes import correct
from backproof.specs import Array, Spec

from .mutants import WrongForward, made_of

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")


def run(plan: Plan, build: Callable[[Spec], Any], workers: int, jobs: int = 1) -> list[Finding]:
    runner, found = Runner(plan, DirectSource(build, {}), {}), list[Finding]()
    with forked_workers(runner.group_runner, [DirectSource(build, {}) for _ in range(workers)]) as others:
        runner.run(jobs, found.append, others)
    return found


def timeless(findings: Sequence[Finding]) -> list[Finding]:
    return [replace(finding, seconds=0.0) for finding in findings]


@pytest.mark.parametrize("build", [correct, made_of(WrongForward)], ids=["correct", "wrong"])
def test_processes_find_the_same_in_the_same_order(build: Callable[[Spec], Any]) -> None:
    plan = make_plan(["ReLU", "SoftMax", "NeuralNetwork"], Selection(effort="quick"))
    assert timeless(run(plan, build, workers=2)) == timeless(run(plan, build, workers=0))


class Ended(framework.ReLU):
    """Ends the process in which it is judged, unless that is the first one."""

    first = os.getpid()

    def forward(self, input_tensor: Array) -> Array:
        if os.getpid() != Ended.first:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().forward(input_tensor)


def test_what_a_process_leaves_is_judged_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ended, "first", os.getpid())
    plan = make_plan(["ReLU"])
    group_runner = GroupRunner(plan, DirectSource(made_of(Ended), {}), {})
    groups: dict[tuple[str, str], list[Any]] = {}
    for planned in plan.selected:
        groups.setdefault(planned.group, []).append(planned)
    with forked_workers(group_runner, [DirectSource(made_of(Ended), {})]) as workers:
        done: dict[str, Finding] = {}
        for group in groups.values():
            assert [finding.id for finding in workers[0].findings(group, done)] == [planned.id for planned in group]
    assert {finding.verdict for finding in done.values()} == {Verdict.PASSED}


def test_what_is_known_of_other_cases_reaches_the_process() -> None:
    plan = make_plan(["ReLU", "NeuralNetwork"], Selection(names=("NeuralNetwork/classifier",)))
    found = {finding.check: finding for finding in run(plan, made_of(WrongForward), workers=1)}
    assert found["contract.network"].blocked_by == "ReLU/vector/contract.forward"


class Leaving(DirectSource):
    """Leaves a file when it is closed."""

    def __init__(self, path: Path) -> None:
        super().__init__(correct, {})
        self._path = path

    def close(self) -> None:
        self._path.write_text(f"{self._path.read_text() if self._path.exists() else ''}{os.getpid()}\n")


def test_closing_ends_the_process_and_both_sides_close_the_source(tmp_path: Path) -> None:
    group_runner = GroupRunner(make_plan(["ReLU"]), DirectSource(correct, {}), {})
    worker = ForkedWorker(group_runner, Leaving(tmp_path / "closed"), [])
    process = worker._process
    worker.close()
    assert not process.is_alive()
    pids = (tmp_path / "closed").read_text().split()
    assert pids == [str(process.pid), str(os.getpid())]
