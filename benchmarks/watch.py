"""How long `backproof watch` takes from saving a file to its first words and to the component's verdict.

    python benchmarks/watch.py [--saves N]

Prints medians and maxima over saves of Layers/ReLU.py, Layers/Dropout.py and Layers/FullyConnected.py in a copy of the
correct example.
"""

from __future__ import annotations

import argparse
import queue
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, cast

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "fau_exercise" / "src_to_implement"
LAYERS = ("ReLU", "Dropout", "FullyConnected")
LONGEST = 60.0  # seconds until it is given up


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--saves", type=int, default=5, help="saves of each file (default: 5)")
    saves = parser.parse_args().saves
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "src")
        shutil.copytree(EXAMPLE, source, ignore=shutil.ignore_patterns("__pycache__"))
        print(f"{'saved':<16}{'first words':>22}{'verdict of the component':>30}")
        for layer in LAYERS:
            told, judged = zip(*measure(source, layer, saves), strict=True)
            print(f"{layer:<16}{_text(told):>22}{_text(judged):>30}")
    print("median (maximum) in seconds after saving")


def measure(source: Path, layer: str, saves: int) -> list[tuple[float, float]]:
    """For every save: seconds until it is noticed, and until the component's line."""
    command = [sys.executable, "-P", "-m", "backproof", "watch", str(source), layer, "--no-start"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        lines: queue.Queue[str] = queue.Queue()
        reader = threading.Thread(target=_read, args=(cast(IO[str], process.stdout), lines), daemon=True)
        reader.start()
        _wait(lines, "watching")
        found = []
        for number in range(saves):
            path = source / "Layers" / f"{layer}.py"
            path.write_text(path.read_text() + f"\n# {number}\n")
            saved = time.perf_counter()
            _wait(lines, "checking")
            told = time.perf_counter() - saved
            _wait(lines, f"✓ {layer}:")
            found.append((told, time.perf_counter() - saved))
            _wait(lines, "nothing that was checked fails")
        process.send_signal(signal.SIGINT)
        reader.join(LONGEST)
    return found


def _read(stream: IO[str], lines: queue.Queue[str]) -> None:
    for line in stream:
        lines.put(line)


def _wait(lines: queue.Queue[str], text: str) -> None:
    while text not in lines.get(timeout=LONGEST):
        pass


def _text(seconds: tuple[float, ...]) -> str:
    return f"{statistics.median(seconds):.2f} ({max(seconds):.2f})"


if __name__ == "__main__":
    main()
