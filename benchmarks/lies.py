"""Is a backward caught that is wrong, and a forward that vouches for it wherever it is differentiated?

Two lies (tests/checks/hostile.py), of layers, a convolution and a network, at every effort and with many seeds: every
run must end nonconformant.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import sys
from collections import Counter
from pathlib import Path

from backproof.checks.plan.effort import EFFORTS
from backproof.checks.results import Finding
from backproof.checks.run.run import Options, Run
from backproof.checks.run.runner import Runner
from backproof.checks.run.source import DirectSource
from backproof.checks.settings import Settings

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "checks"))
from hostile import LIES, PARTS, lying

Task = tuple[str, str, str, int]


def verdict(task: Task) -> tuple[Task, str]:
    """How the run of one effort, component, lie and seed ends."""
    effort, component, lie, seed = task
    source = DirectSource(lying(component, LIES[lie]), {"offered": [component, *PARTS[component]]})
    run, found = Run.prepare(source, Settings(effort=effort, seed=seed), Options()), list[Finding]()
    Runner(run.plan, source, run.settings).run(1, found.append)
    return task, run.finish(found).verdict


def main() -> int:
    """Run them all; the exit status is 0 if every one is caught."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--effort", action="append", choices=EFFORTS, help="only this one; may be repeated")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    arguments = parser.parse_args()
    efforts = arguments.effort or list(EFFORTS)
    tasks = list(itertools.product(efforts, PARTS, LIES, range(arguments.seeds)))
    caught: Counter[tuple[str, str, str]] = Counter()
    with multiprocessing.get_context("spawn").Pool(arguments.jobs) as pool:
        for (effort, component, lie, seed), ended in pool.imap_unordered(verdict, tasks):
            caught[effort, component, lie] += ended == "nonconformant"
            if ended != "nonconformant":
                print(f"{effort}, {component}, {lie}, seed {seed}: {ended}", flush=True)
    for effort, component, lie in itertools.product(efforts, PARTS, LIES):
        print(f"{effort:<9} {component:<15} {lie:<12} {caught[effort, component, lie]:>4} of {arguments.seeds} caught")
    return 0 if sum(caught.values()) == len(tasks) else 1


if __name__ == "__main__":
    sys.exit(main())
