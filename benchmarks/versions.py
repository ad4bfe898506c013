"""What does a whole `backproof check` cost, beside version 0.1.0 in the same run?

Version 0.1.0 is commit 8138089. Both versions are installed into temporary folders, that one from a worktree of its
commit, and run with the Python of this program, in turns. Evaluations are those that the findings report. Round trips
are counted in one further run of each, with one job: every message of the parent to a worker or a session is one.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
COMMIT = "8138089"
EFFORTS = ("quick", "standard")
COUNTING = """
import atexit, importlib, sys
channel = importlib.import_module("backproof.{room}.channel").Channel
sent, send = [0], channel.send
def counted(self, *arguments):
    sent[0] += 1
    return send(self, *arguments)
channel.send = counted
atexit.register(lambda: print(f"round trips {{sent[0]}}", file=sys.stderr))
from backproof.cli import main
sys.exit(main())
"""


class Version(NamedTuple):
    """A version of Backproof, as a folder in which `backproof` can be imported."""

    name: str
    folder: Path

    @property
    def room(self) -> str:
        """The sub-package that speaks with the workers; it has not always had the same name."""
        return next(path.parent.name for path in (self.folder / "backproof").glob("*/channel.py"))

    def run(self, arguments: list[str], program: list[str] | None = None) -> tuple[float, str]:
        """Whole-process seconds of `backproof ARGUMENTS`, and what it wrote to standard error."""
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONSAFEPATH": "1"}
        command = [sys.executable, *(program or ["-m", "backproof"]), *arguments]
        started = time.perf_counter()
        done = subprocess.run(
            command, env=environment, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        taken = time.perf_counter() - started
        if done.returncode not in (0, 1):
            raise SystemExit(f"{self.name} ended with {done.returncode}: {done.stderr[-500:]}")
        return taken, done.stderr


def installed(tree: Path, folder: Path) -> Path:
    """`folder`, into which the package of `tree` is installed; what it depends on is there already."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), str(tree)]
    subprocess.run(command, check=True)
    return folder


@contextmanager
def versions() -> Iterator[tuple[Version, Version]]:
    """This version and version 0.1.0."""
    with tempfile.TemporaryDirectory() as name:
        tree = Path(name) / "tree"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(tree), COMMIT], check=True)
        try:
            now = Version("now", installed(ROOT, Path(name) / "now"))
            yield now, Version("0.1.0", installed(tree, Path(name) / "before"))
        finally:
            subprocess.run([*git, "remove", "--force", str(tree)], check=True)


def evaluations(version: Version, arguments: list[str]) -> int:
    """How often the subject's forward and its like ran, over all findings."""
    with tempfile.TemporaryDirectory() as name:
        results = Path(name) / "results.jsonl"
        version.run([*arguments, "--results", str(results)])
        records = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    return sum(record.get("evaluations", 0) for record in records)


def round_trips(version: Version, arguments: list[str]) -> int:
    """How many messages the parent sends."""
    program = ["-c", COUNTING.format(room=version.room)]
    _, said = version.run([*arguments, "--jobs", "1"], program)
    return int(said.rpartition("round trips ")[2])


def main() -> None:
    """Run both in turns, so that a drift of the machine meets them alike."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="counted runs of each (default 7)")
    parser.add_argument("subjects", nargs="*", default=[str(ROOT / "examples" / "fau_exercise")])
    options = parser.parse_args()
    print(f"{'subject, effort':<44}{'now s':>8}{'0.1.0 s':>9}{'ratio':>7}{'evaluations':>16}{'round trips':>16}")
    with versions() as both:
        for subject in options.subjects:
            for effort in EFFORTS:
                arguments = ["check", "-q", "--effort", effort, subject]
                turns = [[version.run(arguments)[0] for version in both] for _ in range(options.runs + 1)][1:]
                now, before = (statistics.median(times) for times in zip(*turns, strict=True))
                ratio = statistics.median(one / other for one, other in turns)
                counts = [
                    f"{count(both[0], arguments):,}/{count(both[1], arguments):,}"
                    for count in (evaluations, round_trips)
                ]
                label = f"{Path(subject).name}, {effort}"
                print(f"{label:<44}{now:>8.2f}{before:>9.2f}{ratio:>7.2f}{counts[0]:>16}{counts[1]:>16}")


if __name__ == "__main__":
    main()
