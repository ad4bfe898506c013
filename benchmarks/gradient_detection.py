"""Which wrong gradients do gradient checkers notice? Bugs against checkers at their defaults, on the same inputs.

A bug counts as caught by a checker if it is accused on every seed. Element-wise checkers need more than 100,000
evaluations for a block of as many entries, so they look at those on no seed, or on as many as they are told. Exits
with 1 if backproof misses a bug that changes the gradient by a millionth or more, or one that breaks the contract.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from bugs import BUGS, Bug, gradient_change
from checkers import Checker, available
from drawing import matrix

NOTICEABLE = 1e-6  # relative change of the gradient that must be noticed
OURS = "backproof"
_CHECKERS: dict[str, Checker] = {}

Task = tuple[str, str, int]
Counts = dict[tuple[str, str], Counter[str]]


def _load() -> None:
    _CHECKERS.update(available())


def run(task: Task) -> tuple[str, str, Counter[str], float]:
    """One checker looks at one bug, on as many seeds as it is told."""
    bug, checker, seeds = task
    started = time.perf_counter()
    outcomes = Counter(_CHECKERS[checker](BUGS[bug].make(np.random.default_rng(seed)), seed) for seed in range(seeds))
    return bug, checker, outcomes, time.perf_counter() - started


def is_slow(bug: Bug, checker: Checker) -> bool:
    """Tell whether a run takes up to a minute."""
    return bug.right.large and checker.element_wise


def share(outcomes: Counter[str]) -> float | None:
    """On what share of the seeds a bug was accused; None if it was not looked at."""
    return outcomes["accused"] / outcomes.total() if outcomes else None


def groups(changes: Mapping[str, float]) -> dict[str, list[str]]:
    """The bugs by what they break, each group in the order of the layers."""
    found: dict[str, list[str]] = {
        "the gradient": [],
        "the gradient, by less than 1e-6 of its norm": [],
        "the contract": [],
    }
    small = "the gradient, by less than 1e-6 of its norm"
    for name, bug in BUGS.items():
        wrong = small if changes[name] < NOTICEABLE else "the gradient"
        found["the contract" if bug.breaks == "contract" else wrong].append(name)
    return found


def print_tables(counts: Counts, changes: Mapping[str, float], checkers: Sequence[str]) -> None:
    """Print a row per bug, then how many each checker caught."""
    for number, name in enumerate(checkers):
        print(f"  {chr(ord('A') + number)}  {name:<18} {_CHECKERS[name].settings}")
    print(f"\n{'bug':<50} {'change':>8}  " + " ".join(f"{chr(ord('A') + n):>4}" for n in range(len(checkers))))
    for group, names in groups(changes).items():
        print(f"-- breaks {group}")
        for name in names:
            change = f"{changes[name]:.1e}" if np.isfinite(changes[name]) else "shape"
            cells = [share(counts.get((name, checker), Counter())) for checker in checkers]
            texts = " ".join("   -" if cell is None else f"{cell:>4.0%}" for cell in cells)
            print(f"{name:<50} {change:>8}  {texts}")
    print(f"\n{'caught on every seed':<18}", end="")
    for group, names in groups(changes).items():
        print(f"  {group} ({len(names)})", end="")
    print(f"  all ({len(BUGS)})  undecided")
    for checker in checkers:
        by_group = [
            sum(share(counts.get((name, checker), Counter())) == 1 for name in names)
            for names in groups(changes).values()
        ]
        undecided = sum(outcomes["undecided"] for (_, other), outcomes in counts.items() if other == checker)
        print(f"{checker:<18}  " + "  ".join(f"{number:>4}" for number in [*by_group, sum(by_group), undecided]))


def main() -> int:
    """Run, print and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--slow-seeds", type=int, default=0, help="for element-wise checkers, 100,000 entries each")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", metavar="CHECKER", action="append", help="a checker's name; may be repeated")
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="write gradient-detection.svg")
    options = parser.parse_args()
    _load()
    checkers = [name for name in _CHECKERS if not options.only or name in options.only]
    changes = {name: float(np.median([gradient_change(bug, s) for s in range(5)])) for name, bug in BUGS.items()}
    tasks: list[Task] = []
    for name, bug in BUGS.items():
        for checker in checkers:
            slow = is_slow(bug, _CHECKERS[checker])
            tasks.append((name, checker, options.slow_seeds if slow else options.seeds))
    tasks.sort(key=lambda task: not is_slow(BUGS[task[0]], _CHECKERS[task[1]]))  # these first, to end together
    counts: Counts = {}
    with multiprocessing.get_context("spawn").Pool(options.jobs, initializer=_load) as pool:
        for bug, checker, outcomes, _ in pool.imap_unordered(run, tasks):
            counts[bug, checker] = outcomes
    print_tables(counts, changes, checkers)
    ordered = groups(changes)
    if options.plots:
        rows = {
            name: [share(counts.get((name, checker), Counter())) for checker in checkers]
            for names in ordered.values()
            for name in names
        }
        sizes = {f"breaks {group}": len(names) for group, names in ordered.items()}
        picture = matrix(rows, checkers, title="On how many seeds is a bug caught?", groups=sizes)
        (options.plots / "gradient-detection.svg").write_text(picture, encoding="utf-8")
    must = [*ordered["the gradient"], *ordered["the contract"]]
    missed = [name for name in must if OURS in checkers and share(counts[name, OURS]) != 1]
    for name in missed:
        print(f"{OURS} misses: {name} {dict(counts[name, OURS])}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
