"""Whatever happens while a checkpoint is written, a whole one is there."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from backproof.framework.atomic import remove_leftovers, write_atomically
from backproof.framework.checkpoints import load_checkpoint, save_checkpoint

from .small_networks import everything, network

KILLED_WRITER = """
import os, sys, time
import numpy as np
from backproof.framework import *
from backproof.framework.checkpoints import save_checkpoint

path, moment = sys.argv[1:]
net = NeuralNetwork(Adam(0.1, 0.9, 0.99), Constant(2.0), Constant(2.0))
net.append_layer(FullyConnected(300, 300))

def stall(*arguments, **options):
    print("writing", flush=True)
    time.sleep(60)

if moment == "between entries":
    np.lib.format.write_array = stall
elif moment == "amid an entry":
    write_array = np.lib.format.write_array
    def half(entry, array, **options):
        entry.write(array.tobytes()[: array.nbytes // 2])
        stall()
    np.lib.format.write_array = half
elif moment == "before it is on the disk":
    os.fsync = stall
elif moment == "before it has its name":
    os.fsync = lambda descriptor: None
    import pathlib
    pathlib.Path.replace = stall
save_checkpoint(path, net, {"new": True})
"""

MOMENTS = "between entries", "amid an entry", "before it is on the disk", "before it has its name"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_writer_that_is_killed_leaves_the_old_checkpoint(tmp_path: Path, moment: str) -> None:
    path = tmp_path / "c.npz"
    net = network()
    net.train(2)
    save_checkpoint(path, net, {"new": False})
    command = [sys.executable, "-P", "-c", KILLED_WRITER, str(path), moment]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "writing\n"
        writer.send_signal(signal.SIGKILL)
        assert writer.wait(30) == -signal.SIGKILL
    assert len(list(tmp_path.iterdir())) == 2  # it was writing indeed
    checkpoint = load_checkpoint(path)
    assert checkpoint.metadata == {"new": False}
    checkpoint.restore(other := network(seed=3))
    assert everything(other) == everything(net)
    remove_leftovers(path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, lambda file: file.write(b"old"))
    for error in (OSError("disk full"), KeyboardInterrupt()):

        def fail(file: Any, error: BaseException = error) -> None:
            file.write(b"half")
            raise error

        with pytest.raises(type(error)):
            write_atomically(path, fail)
        assert path.read_bytes() == b"old"
        assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "none" / "file", lambda file: None)


@pytest.mark.skipif(os.name != "posix", reason="permissions are different elsewhere")
def test_permissions_are_those_of_an_ordinary_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    (tmp_path / "ordinary").write_bytes(b"")
    write_atomically(path, lambda file: None)
    assert path.stat().st_mode == (tmp_path / "ordinary").stat().st_mode
    path.chmod(0o640)
    write_atomically(path, lambda file: None)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_only_leftovers_of_the_file_are_removed(tmp_path: Path) -> None:
    for name in (".c.npz.x.partial", ".d.npz.x.partial", "c.npz.partial", ".c.npz.x"):
        (tmp_path / name).touch()
    remove_leftovers(tmp_path / "c.npz")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".c.npz.x", ".d.npz.x.partial", "c.npz.partial"]
