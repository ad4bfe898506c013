"""Seeded runs of every check over subjects that are correct: no failure is right.

Runs in this process, without the wall, so that the figures are about the laws and their tolerances.
"""

from __future__ import annotations

import argparse
import multiprocessing
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backproof.adapters import load, resolve
from backproof.checks.conventions import detect
from backproof.checks.law import Level
from backproof.checks.plan import Selection, make_plan
from backproof.checks.results import Finding, Verdict
from backproof.checks.runner import Runner
from backproof.checks.source import DirectSource

EXAMPLE = Path(__file__).parent.parent / "examples" / "fau_exercise"


def _subjects() -> dict[str, Callable[[], Any]]:
    subjects: dict[str, Callable[[], Any]] = {
        "built-in framework": lambda: load(resolve(None)),
        "examples/fau_exercise": lambda: load(resolve(str(EXAMPLE))),
    }
    try:
        import torch  # noqa: F401, PLC0415 - an optional peer
    except ImportError:
        print("PyTorch is not installed: left out")
    else:
        subjects["PyTorch"] = lambda: load(resolve("backproof.adapters.torch_adapter"))
    return subjects


def run(task: tuple[str, int]) -> tuple[str, int, Counter[str], list[str]]:
    """One run of everything, at level strict, with one seed."""
    name, seed = task
    adapter = _subjects()[name]()
    facts = adapter.describe()
    source = DirectSource(adapter.build, facts)
    plan = make_plan(facts["offered"], Selection(level=Level.STRICT))
    conventions = {**detect(source, facts["offered"]), **facts["conventions"]}
    counts: Counter[str] = Counter()
    odd: list[str] = []

    def report(finding: Finding) -> None:
        counts[finding.verdict.value] += 1
        if finding.verdict not in {Verdict.PASSED, Verdict.UNSUPPORTED}:
            odd.append(f"{name}, seed {seed}: {finding.verdict} {finding.id}: {finding.message}")

    Runner(plan, source, conventions, seed=seed).run(1, report)
    return name, seed, counts, odd


def main() -> int:
    """Print the table; the exit status is 1 if a correct subject was accused."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="runs over all subjects together")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--first-seed", type=int, default=0)
    options = parser.parse_args()
    names = list(_subjects())
    tasks = [(names[index % len(names)], options.first_seed + index // len(names)) for index in range(options.runs)]
    totals: dict[str, Counter[str]] = {name: Counter() for name in names}
    runs: Counter[str] = Counter()
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        for name, _, counts, odd in pool.imap_unordered(run, tasks, chunksize=4):
            totals[name] += counts
            runs[name] += 1
            for line in odd:
                print(line)
    print(
        f"{'subject':<24} {'runs':>6} {'checks':>9} {'passed':>9} {'failing':>8} {'undecided':>9} {'unsupported':>11}"
    )
    accused = 0
    for name in names:
        counts = totals[name]
        failing = sum(
            counts[verdict] for verdict in ("failed", "errored", "timeout", "died", "harness_error", "blocked")
        )
        accused += failing
        print(
            f"{name:<24} {runs[name]:>6} {sum(counts.values()):>9,} {counts['passed']:>9,} {failing:>8} "
            f"{counts['undecided']:>9} {counts['unsupported']:>11,}"
        )
    return 1 if accused else 0


if __name__ == "__main__":
    raise SystemExit(main())
