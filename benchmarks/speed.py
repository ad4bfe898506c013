"""Whole-process times of the command line, next to starting Python and importing NumPy in the same run."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

EXAMPLE = Path(__file__).parent.parent / "examples" / "fau_exercise"
RUNS = 9
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "python -c 'import numpy'": ["-c", "import numpy"],
    "backproof --help": ["-m", "backproof", "--help"],
    "backproof check examples/fau_exercise Dropout": ["-m", "backproof", "check", str(EXAMPLE), "Dropout"],
    "backproof check examples/fau_exercise": ["-m", "backproof", "check", str(EXAMPLE)],
}


def seconds(arguments: list[str]) -> float:
    """Wall-clock time of one process."""
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    """Run the commands in turn, so that a drift of the machine meets them alike."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for turn in range(RUNS + 1):
        for name, arguments in COMMANDS.items():
            taken = seconds(arguments)
            if turn:  # the first turn warms the caches
                times[name].append(taken)
    base = statistics.median(times["python -c 'import numpy'"])
    print(f"{'command':<48} {'min s':>7} {'median s':>9} {'max s':>7} {'x import numpy':>15}")
    for name, values in times.items():
        median = statistics.median(values)
        print(f"{name:<48} {min(values):>7.3f} {median:>9.3f} {max(values):>7.3f} {median / base:>15.1f}")


if __name__ == "__main__":
    main()
