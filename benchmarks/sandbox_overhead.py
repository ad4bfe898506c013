"""What does the sandbox cost? Every gradient check of a layer of 784 × 128 weights, batch 32, with and without it.

The same checks run in turns in the sandbox and in this process, warm; medians. A check's time is that of its calls,
without the session, which all checks of a case share; the row of all checks has a fresh session. Then the processor
time of all processes together, which other programs on the machine do not change much.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable

from backproof.adapters import load, resolve
from backproof.checks.choices.conventions import detect
from backproof.checks.law import Level
from backproof.checks.plan.plan import Planned, make_plan
from backproof.checks.results import Verdict
from backproof.checks.run.outcome import run_check
from backproof.checks.run.source import DirectSource, WorkerSource
from backproof.checks.settings import Settings
from backproof.sandbox import Limits, SessionLike

CASE = "FullyConnected/batch=32,inputs=784,outputs=128"
FAMILY = "gradient."
TOGETHER = "all, with a fresh session"
LIMITS = Limits(check_seconds=60)

Source = WorkerSource | DirectSource


def timed(planned: Planned, session: SessionLike, conventions: dict[str, str]) -> float:
    """Seconds of one check, which must pass."""
    started = time.perf_counter()
    finding = run_check(planned, session, Settings(conventions=conventions, seconds=60))
    taken = time.perf_counter() - started
    if finding.verdict is not Verdict.PASSED:
        raise AssertionError(f"{finding.id} is {finding.verdict}, but should pass: {finding.message}")
    return taken


def turn(source: Source, checks: list[Planned], conventions: dict[str, str]) -> dict[str, float]:
    """Seconds of each check, and of all with a fresh session."""
    started = time.perf_counter()
    session = source.session()
    try:
        times = {planned.id.removeprefix(f"{CASE}/"): timed(planned, session, conventions) for planned in checks}
    finally:
        session.close()
    return {**times, TOGETHER: time.perf_counter() - started}


def processor_seconds(opened: Callable[[], Source], run: Callable[[Source], object], turns: int) -> float:
    """Processor time of so many turns in this process and its children, without starting and warming up."""

    def total(count: int) -> float:
        before = os.times()
        source = opened()
        for _ in range(count):
            run(source)
        source.close()  # only what has ended is counted
        return sum(os.times()[:4]) - sum(before[:4])

    return total(turns + 1) - total(1)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=21)
    options = parser.parse_args()
    target = resolve(None)
    adapter = load(target)
    plan = make_plan(["FullyConnected"], Settings(names=(CASE,), level=Level.STRICT))
    checks = [planned for planned in plan.selected if planned.check.id.startswith(FAMILY)]
    direct = DirectSource(adapter.build, adapter.describe())
    conventions = {**detect(direct, ["FullyConnected"]), **direct.facts["conventions"]}
    times: dict[str, list[tuple[float, float]]] = {}
    with WorkerSource(target, LIMITS) as confined:
        for number in range(options.turns + 1):
            here, there = turn(direct, checks, conventions), turn(confined, checks, conventions)
            for name in here:
                if number:  # the first turn warms caches
                    times.setdefault(name, []).append((here[name], there[name]))
        print(f"{CASE}, {options.turns} turns, {confined.sandbox}")
    print(f"{'check':<34}{'direct ms':>11}{'sandbox ms':>11}{'overhead':>10}")
    for name, pairs in times.items():
        plain, guarded = (statistics.median(values) for values in zip(*pairs, strict=True))
        overhead = statistics.median(there / here for here, there in pairs) - 1
        print(f"{name:<34}{1e3 * plain:>11.1f}{1e3 * guarded:>11.1f}{overhead:>10.0%}")
    plain, guarded = (
        processor_seconds(opened, lambda source: turn(source, checks, conventions), options.turns) / options.turns
        for opened in (lambda: direct, lambda: WorkerSource(target, LIMITS))
    )
    print(f"{'processor time of all':<34}{1e3 * plain:>11.1f}{1e3 * guarded:>11.1f}{guarded / plain - 1:>10.0%}")


if __name__ == "__main__":
    main()
