"""Ctrl-C ends the run at once: no verdict, no footer, and no process is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from .running import SCREEN, read
from .submissions import layer, submission

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")

PATIENCE = 60.0  # seconds after which a test gives up; far less is needed


def children(process: int) -> set[int]:
    """The processes below `process`."""
    below: set[int] = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            if parent == process:
                below |= {int(folder.name), *children(int(folder.name))}
    return below


def runs(process: int) -> bool:
    """Tell whether the process exists and is more than an entry that nobody has reaped."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Wait, but not for ever."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


@pytest.mark.parametrize("options", [["--jobs", "1"], ["--jobs", "2"], ["--direct"]], ids=" ".join)
def test_ctrl_c_leaves_nothing_behind(tmp_path: Path, options: list[str]) -> None:
    spoiled = {name: layer(name, forward="while self.testing_phase:\n    pass") for name in ("Sigmoid", "TanH")}
    results = tmp_path / "results"
    folder = submission(tmp_path / "submission", spoiled)
    command = [sys.executable, "-P", "-m", "backproof", "check", str(folder), *spoiled, "--timeout", "600"]
    with subprocess.Popen(
        [*command, *options, "--results", str(results)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **SCREEN, "TMPDIR": str(tmp_path)},
    ) as running:
        try:
            wait_until(lambda: results.exists() and results.read_text().count("\n") > 1, "the first finding")
            below = children(running.pid)
            running.send_signal(signal.SIGINT)
            out, err = running.communicate(timeout=PATIENCE)
        finally:
            running.kill()

    assert running.returncode == 130, err
    assert out == ""
    assert err == "backproof: interrupted; the run is incomplete: no verdict, and no footer in a results file\n"
    assert bool(below) == ("--direct" not in options)
    wait_until(lambda: not any(map(runs, below)), "the end of the subject's processes")
    assert "footer" not in {record["type"] for record in read(results)}
    assert list(tmp_path.glob("backproof-*")) == []


DROPPED = """
import gc, signal, time
from backproof.interruption import insistent

class Finalized:
    def __del__(self):
        interrupt()

def interrupt():  # as if Ctrl-C were pressed while this runs
    signal.raise_signal(signal.SIGINT)

def collected(phase, info):
    if phase == "start":
        gc.callbacks.clear()
        interrupt()

def by_finalizer():
    Finalized()

def by_garbage_collector():
    gc.callbacks.append(collected)
    gc.collect()

with {context}:
    {where}()
    time.sleep({seconds})
"""


@pytest.mark.parametrize("where", ["by_finalizer", "by_garbage_collector"])
@pytest.mark.parametrize(
    ("context", "seconds", "status", "said"),
    [
        ("insistent()", PATIENCE, -signal.SIGINT, "Traceback"),
        ("__import__('contextlib').nullcontext()", 0.5, 0, "Exception ignored in"),
    ],
    ids=["insistent", "Python alone"],
)
def test_ctrl_c_in_a_finalizer_is_not_lost(context: str, seconds: float, status: int, said: str, where: str) -> None:
    program = DROPPED.format(context=context, where=where, seconds=seconds)
    ended = subprocess.run(
        [sys.executable, "-P", "-c", program], check=False, capture_output=True, text=True, timeout=PATIENCE
    )
    assert (ended.returncode, ended.stderr[: len(said)]) == (status, said), ended.stderr
