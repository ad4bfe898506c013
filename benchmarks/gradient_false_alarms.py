"""How often is a correct gradient accused? Correct subjects, many seeds, both precisions, checkers at their defaults.

Exits with 1 if backproof accuses one. Subjects with 100,000 entries are left out for element-wise checkers.
"""

from __future__ import annotations

import argparse
import multiprocessing
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from bugs import RIGHT
from checkers import Checker, available

OURS = "backproof"
DTYPES: dict[str, type[np.floating[Any]]] = {"float64": np.float64, "float32": np.float32}
SUBJECTS = {entry.name: entry for entry in RIGHT.values()}
_CHECKERS: dict[str, Checker] = {}

Task = tuple[str, str, str, range]
Counts = dict[tuple[str, str, str], Counter[str]]


def _load() -> None:
    _CHECKERS.update(available())


def run(task: Task) -> tuple[str, str, str, Counter[str]]:
    """One checker looks at one correct subject, on each seed."""
    subject, checker, dtype, seeds = task
    make, look = SUBJECTS[subject].make, _CHECKERS[checker]
    outcomes = Counter(look(make(np.random.default_rng(seed), DTYPES[dtype]), seed) for seed in seeds)
    return subject, checker, dtype, outcomes


def print_table(counts: Counts, checkers: Sequence[str], dtype: str) -> None:
    """A row per subject: runs, and accusations of each checker; those of ours with what is undecided."""
    for number, name in enumerate(checkers):
        print(f"  {chr(ord('A') + number)}  {name}")
    letters = "".join(f"{chr(ord('A') + n):>6}" for n in range(len(checkers)))
    print(f"{dtype:<34}{'undecided by us':>16}{letters}")
    totals: Counter[str] = Counter()
    for subject, entry in SUBJECTS.items():
        row = {checker: counts.get((subject, checker, dtype)) for checker in checkers}
        mine = row.get(OURS) or Counter[str]()
        cells = "".join("     -" if cell is None else f"{cell['accused']:>6}" for cell in row.values())
        print(f"{subject + (' *' if entry.tied else ''):<34}{mine['undecided']:>16}{cells}")
        totals["undecided"] += mine["undecided"]
        for checker, cell in row.items():
            if cell is not None:
                totals[checker] += cell["accused"]
                totals[f"runs {checker}"] += cell.total()
    print(f"{'accusations':<34}{totals['undecided']:>16}" + "".join(f"{totals[checker]:>6}" for checker in checkers))
    print(f"{'runs':<34}{'':>16}" + "".join(f"{totals[f'runs {checker}']:>6}" for checker in checkers))
    print("* the point lies on kinks: exact zeros or ties\n")


def main() -> int:
    """Print a table per precision."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", metavar="CHECKER", action="append", help="a checker's name; may be repeated")
    options = parser.parse_args()
    _load()
    checkers = [name for name in _CHECKERS if not options.only or name in options.only]
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    tasks: list[Task] = [
        (subject, checker, dtype, seeds)
        for dtype in DTYPES
        for subject, entry in SUBJECTS.items()
        for checker in checkers
        if not (entry.large and _CHECKERS[checker].element_wise)
    ]
    tasks.sort(key=lambda task: task[1] != OURS)  # ours are the longest
    counts: Counts = {}
    with multiprocessing.get_context("spawn").Pool(options.jobs, initializer=_load) as pool:
        for subject, checker, dtype, outcomes in pool.imap_unordered(run, tasks):
            counts[subject, checker, dtype] = outcomes
    for dtype in DTYPES:
        print_table(counts, checkers, dtype)
    return 1 if any(outcomes["accused"] for (_, checker, _), outcomes in counts.items() if checker == OURS) else 0


if __name__ == "__main__":
    raise SystemExit(main())
