"""What a submission must not reach is refused by the kernel, and the session goes on."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backproof.sandbox import RemoteSubject, SubjectRaised, Worker, WorkerDied
from backproof.specs import ReLU

from .conftest import HOSTILE, Start, all_end

ROOT = Path(__file__).parents[2]

if sys.platform != "linux":
    pytest.skip("files, network and system calls are confined on Linux only", allow_module_level=True)


@pytest.fixture
def files(worker: Worker) -> None:
    if "Landlock (ABI" not in worker.sandbox:
        pytest.skip(f"this kernel does not confine files: {worker.sandbox}")


@pytest.fixture
def calls(worker: Worker) -> None:
    if "no seccomp" in worker.sandbox:
        pytest.skip(f"this kernel does not confine system calls: {worker.sandbox}")


def refused(subject: RemoteSubject, method: str, *arguments: Any) -> bool:
    """Tell that the call is refused for lack of rights, and that the session still answers."""
    with pytest.raises(SubjectRaised) as caught:
        subject.call(method, *arguments)
    assert caught.value.type_name == "PermissionError"
    return bool(subject.call("echo", 1) == 1)


def room(name: str, file: str) -> Path:
    """A file of the house as it is installed; the tests of an installed package have no checkout."""
    module = __import__(f"backproof.{name}", fromlist=["__path__"])
    return Path(module.__path__[0], file)


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("name", ["checks", "framework", "mistakes", "reports"])
def test_the_rooms_that_know_the_answers_are_closed(subject: RemoteSubject, name: str) -> None:
    assert refused(subject, "read", str(room(name, "__init__.py")))


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("name", ["adapters", "specs", "sandbox"])
def test_the_rooms_that_it_needs_are_open(subject: RemoteSubject, name: str) -> None:
    assert subject.call("read", str(room(name, "__init__.py"))) > 0


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    "path",
    [
        HOSTILE.parents[1] / "neighbour" / "solution.py",
        "/etc/passwd",
        "/etc/hostname",
        "/proc/self/environ",
        Path(__file__),
        ROOT / "pyproject.toml",
        "/sys/kernel/mm/transparent_hugepage/enabled",
    ],
    ids=str,
)
def test_other_files_are_closed(subject: RemoteSubject, path: object) -> None:
    assert refused(subject, "read", str(path))


@pytest.mark.usefixtures("files")
def test_the_parents_memory_and_environment_are_closed(subject: RemoteSubject) -> None:
    assert refused(subject, "read", f"/proc/{os.getpid()}/mem")
    assert refused(subject, "read", f"/proc/{os.getpid()}/environ")


@pytest.mark.usefixtures("files")
def test_folders_cannot_be_listed(subject: RemoteSubject) -> None:
    for path in (ROOT, HOSTILE.parents[1], "/", "/proc/self/fd", "/tmp"):
        assert refused(subject, "list", str(path))


@pytest.mark.usefixtures("files")
def test_a_symbolic_link_is_no_way_out(subject: RemoteSubject) -> None:
    link = subject.call("link", str(HOSTILE.parents[1] / "neighbour" / "solution.py"))
    assert refused(subject, "read", link)


@pytest.mark.usefixtures("files")
def test_its_own_files_are_open_but_not_writable(subject: RemoteSubject) -> None:
    assert subject.call("read", str(HOSTILE)) == HOSTILE.stat().st_size
    assert refused(subject, "write", str(HOSTILE))
    assert refused(subject, "write", str(HOSTILE.parent / "new.txt"))


@pytest.mark.usefixtures("files")
def test_only_the_temporary_folder_is_writable(subject: RemoteSubject, tmp_path: Path) -> None:
    assert subject.call("temporary_file") == "mine"
    assert subject.call("write", "/dev/null")
    assert refused(subject, "write", str(tmp_path / "new.txt"))
    assert list(tmp_path.iterdir()) == []


def test_files_are_limited_in_size(subject: RemoteSubject) -> None:
    with pytest.raises(SubjectRaised, match="File too large"):
        subject.call("big_file")
    assert subject.call("echo", 1) == 1


@pytest.mark.usefixtures("calls")
def test_there_is_no_network(subject: RemoteSubject) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert refused(subject, "connect", server.getsockname()[1])
    assert refused(subject, "unix_socket")


@pytest.mark.usefixtures("calls")
def test_there_are_no_new_processes_and_programs(subject: RemoteSubject) -> None:
    assert refused(subject, "execute")
    assert refused(subject, "fork")
    assert subject.call("fork_bomb") == 0
    assert subject.call("thread_sum") == [4950]


@pytest.mark.usefixtures("calls")
def test_modes_of_files_cannot_be_changed(subject: RemoteSubject) -> None:
    before = HOSTILE.stat().st_mode
    assert refused(subject, "change_mode", str(HOSTILE))
    assert HOSTILE.stat().st_mode == before


@pytest.mark.usefixtures("calls")
def test_other_processes_are_out_of_reach(subject: RemoteSubject) -> None:
    assert refused(subject, "kill", os.getpid())
    assert subject.call("tgkill", os.getpid()) == 1  # EPERM
    assert refused(subject, "limit_other", os.getpid())
    assert refused(subject, "new_session")


def test_an_adapter_that_forks_while_it_is_loaded_is_held(start: Start) -> None:
    source = """
import os
REFUSED = 0
for _ in range(50):
    try:
        if os.fork() == 0:
            os._exit(0)
    except PermissionError:
        REFUSED += 1
def build(spec):
    return [REFUSED]
"""
    worker = start(source)
    if "seccomp," not in worker.sandbox:
        pytest.skip(f"this kernel does not ask for new processes: {worker.sandbox}")
    with worker.session() as session:
        assert session.build(ReLU()).call("copy") == [50]


def test_a_thread_that_forks_gains_nothing(start: Start) -> None:
    """What a submission starts behind the worker's back costs it the worker at most, and ends with it."""
    source = """
import os, threading, time
def run():
    while True:
        try:
            if os.fork() == 0:
                time.sleep(3600)
        except OSError:
            time.sleep(0.001)
threading.Thread(target=run).start()
def build(spec):
    return [1]
"""
    worker = start(source)
    zygote = worker._zygote._process.pid
    for _ in range(5):
        try:
            with worker.session() as session:
                assert session.build(ReLU()).call("copy") == [1]
        except WorkerDied:
            break
    worker.close()
    assert all_end(zygote)


@pytest.mark.usefixtures("files")
def test_the_built_in_framework_may_read_itself_but_nothing_else() -> None:
    with Worker.start({"kind": "builtin"}) as worker, worker.session() as session:
        subject = session.build(ReLU())
        np.testing.assert_array_equal(subject.forward(np.array([[-1.0, 2.0]])), [[0.0, 2.0]])
