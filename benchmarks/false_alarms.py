"""Seeded runs of every check over subjects that are correct: no failure is right.

A run is what `backproof check` does with one subject and one seed: conventions are detected, cases drawn, all checks
made. It happens in this process, so that start-up is paid once; `--sandbox` runs it as users do, in the sandbox. The
level is full, as users have it; with `--level strict` it is strict, but for styles that do not want to be strict, such
as those that compute in float64 alone. PyTorch, which takes several times as long, has a turn in every fourth round.

With --out every run is a line of a file, and a run that is in the file already is not repeated; runs that other code
has made do not count.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import sys
import tempfile
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import backproof

ROOT = Path(__file__).resolve().parent.parent
CODE = ("adapters", "api", "checks", "framework", "specs", "sandbox", "tests/styles", "examples/fau_exercise")
HARMLESS = {"passed", "unsupported", "undecided", "accepted", "waived"}
sys.path.insert(0, str(ROOT / "tests" / "styles"))
from styles import read_styles  # noqa: E402 - of the tests, which are no package


@dataclass(frozen=True, kw_only=True)
class Task:
    """One run; what identifies it in the file.

    Attributes:
        subject: a key of `SUBJECTS`.
        dtype: type of all data.
        effort: quick, standard or thorough.
        seed: from which all data is drawn.
        level: full or strict.
        sandbox: whether the subject runs in a worker.
        code: hash of the code that makes the run.
    """

    subject: str
    dtype: str
    effort: str
    seed: int
    level: str
    sandbox: bool
    code: str


def _subjects() -> list[tuple[str, str]]:
    """Names and types of data of four rounds: styles have float64 only, because some of them always compute in it."""
    names = ["the built-in framework", *(["PyTorch"] if find_spec("torch") else [])]
    both = [(name, dtype) for dtype in ("float64", "float32") for name in names]
    every = [*both, *((name, "float64") for name in ("fau_exercise", *read_styles()))]
    return [subject for turn in range(4) for subject in every if not turn or subject[0] != "PyTorch"]


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="backproof-styles-")


@cache
def _place(name: str) -> tuple[str | None, str]:
    """What `backproof check` is given for a subject, and the highest level that it wants to hold."""
    if name == "the built-in framework":
        return None, "strict"
    if name == "PyTorch":
        import torch  # noqa: PLC0415 - an optional peer, imported in the processes that need it

        torch.set_num_threads(1)
        return "backproof.adapters.torch_adapter", "strict"
    if name == "fau_exercise":
        return str(ROOT / "examples" / name), "strict"
    style = read_styles()[name]
    return str(style.write(Path(_folder().name))), "full" if style.not_strict else "strict"


def run(task: Task) -> dict[str, Any]:
    """One run, as a line of the file."""
    warnings.simplefilter("ignore")  # what a plain sigmoid or a logarithm of 0 has to say
    subject, highest = _place(task.subject)
    start = time.perf_counter()
    result = backproof.check(
        subject,
        seed=task.seed,
        effort=task.effort,
        dtype=task.dtype,
        level="full" if "full" in {task.level, highest} else "strict",
        jobs=1,
        seconds=600.0,  # a machine that is busy is no failure of the subject
        direct=not task.sandbox,
    )
    odd = [finding for finding in result.findings if finding.verdict.value not in {"passed", "unsupported"}]
    return {
        **asdict(task),
        "verdict": result.footer.verdict,
        "counts": dict(result.footer.counts),
        "seconds": round(time.perf_counter() - start, 2),
        "odd": [f"{finding.verdict.value} {finding.id}: {finding.message}" for finding in odd],
    }


def _hash() -> str:
    found = hashlib.sha256()
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            found.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return found.hexdigest()[:12]


def _read(path: Path | None) -> Iterator[dict[str, Any]]:
    if path is not None and path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(line)
            except json.JSONDecodeError:  # cut off when a run was interrupted
                continue


def _table(lines: list[dict[str, Any]]) -> int:
    """Print the table; returns how many runs were not conformant."""
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        for subject in (line["subject"], "all"):
            types = line["dtype"] if subject != "all" else "both"
            groups[subject, types, line["effort"]].append(line)
    print(
        f"{'subject':<24} {'data':<8} {'effort':<9} {'runs':>6} {'findings':>11} {'failing':>8} {'undecided':>16} "
        f"{'seconds':>8}"
    )
    for (subject, dtype, effort), members in sorted(groups.items(), key=lambda item: (item[0][0] == "all", item[0])):
        counts = sum((Counter(line["counts"]) for line in members), Counter[str]())
        found, undecided = sum(counts.values()), counts["undecided"]
        failing = sum(number for verdict, number in counts.items() if verdict not in HARMLESS)
        seconds = sum(line["seconds"] for line in members) / len(members)
        print(
            f"{subject:<24} {dtype:<8} {effort:<9} {len(members):>6,} {found:>11,} {failing:>8} "
            f"{undecided:>7} {undecided / found:>8.4%} {seconds:>8.1f}"
        )
    return sum(line["verdict"] != "conformant" for line in lines)


def main() -> int:
    """Print the table; the exit status is 1 if a correct subject was accused."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=100, help="runs over all subjects together, done ones included")
    parser.add_argument("--effort", default="quick", choices=["quick", "standard", "thorough"])
    parser.add_argument("--level", default="full", choices=["full", "strict"])
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--subject", action="append", default=[], help="only this one; may be repeated")
    parser.add_argument("--out", type=Path, help="file to append to and to go on from")
    parser.add_argument("--sandbox", action="store_true", help="with a worker for each run")
    options = parser.parse_args()
    subjects = [each for each in _subjects() if not options.subject or each[0] in options.subject]
    if not subjects:
        parser.error(f"there are the subjects {', '.join(dict.fromkeys(name for name, _ in _subjects()))}")
    code = _hash()
    tasks, turns = [], Counter[tuple[str, str]]()
    for index in range(options.runs):
        name, dtype = subject = subjects[index % len(subjects)]
        tasks.append(
            Task(
                subject=name,
                dtype=dtype,
                effort=options.effort,
                seed=options.first_seed + turns[subject],
                level=options.level,
                sandbox=options.sandbox,
                code=code,
            )
        )
        turns[subject] += 1
    known = {tuple(line[name] for name in asdict(tasks[0])): line for line in _read(options.out)}
    done = [known[key] for task in tasks if (key := tuple(asdict(task).values())) in known]
    waiting = [task for task in tasks if tuple(asdict(task).values()) not in known]
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        for line in pool.imap_unordered(run, waiting):
            done.append(line)
            if options.out:
                with options.out.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
            for text in line["odd"]:
                print(f"{line['subject']}, {line['dtype']}, seed {line['seed']}: {text}", flush=True)
    return 1 if _table(done) else 0


if __name__ == "__main__":
    raise SystemExit(main())
