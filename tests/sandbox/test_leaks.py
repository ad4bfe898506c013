"""Nothing is left behind: descriptors, processes, folders."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from backproof.sandbox import LoadFailed, SubjectError, Worker, WorkerDied
from backproof.specs import ReLU

from .conftest import HOSTILE, LIMITS, Start, all_end, members, target_of

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


def descriptors() -> set[str]:
    return set(os.listdir("/proc/self/fd"))


def zygote_of(worker: Worker) -> int:
    with worker.session() as session:
        return int(session.build(ReLU()).call("parent"))


@linux
def test_50_sessions_leave_nothing() -> None:
    before = descriptors()
    with Worker.start(target_of(HOSTILE), LIMITS) as worker:
        zygote = zygote_of(worker)
        during = descriptors()
        for number in range(50):
            session = worker.session()
            subject = session.build(ReLU())
            if number % 10 == 0:
                with pytest.raises(SubjectError):
                    subject.call("exit", 0)
            session.close()
            session.close()
        assert descriptors() == during
        assert len(members(zygote)) < 15  # the worker, and the few latest that have been killed but not yet reaped
    assert members(zygote) == []
    assert descriptors() == before


@linux
def test_a_worker_closes_the_sessions_that_are_open() -> None:
    before = descriptors()
    worker = Worker.start(target_of(HOSTILE), LIMITS)
    zygote = zygote_of(worker)
    sessions = [worker.session() for _ in range(3)]
    sessions[0].build(ReLU()).call("leave_thread")
    worker.close()
    worker.close()
    assert [session.alive for session in sessions] == [False] * 3
    assert members(zygote) == []
    assert descriptors() == before
    with pytest.raises(WorkerDied):
        worker.session()
    assert descriptors() == before


@linux
def test_a_failed_start_leaves_nothing(start: Start) -> None:
    before = descriptors()
    with pytest.raises(LoadFailed):
        start("raise ValueError('no')")
    assert descriptors() == before


@linux
def test_a_worker_that_is_gone_says_so() -> None:
    with Worker.start(target_of(HOSTILE), LIMITS) as worker:
        session = worker.session()
        zygote = int(session.build(ReLU()).call("parent"))
        os.kill(zygote, 9)
        with pytest.raises(WorkerDied, match="does not start a session"):
            worker.session()
        with pytest.raises(SubjectError):
            session.build(ReLU()).call("sleep", 5)


def test_the_temporary_folder_is_removed() -> None:
    with Worker.start(target_of(HOSTILE), LIMITS) as worker, worker.session() as session:
        subject = session.build(ReLU())
        assert subject.call("temporary_file") == "mine"
        folder = Path(subject.call("environment")["TMPDIR"])
        assert folder.is_dir()
    assert not folder.exists()


PARENT = """
import sys
from backproof.specs import ReLU
from backproof.sandbox import Worker
worker = Worker.start({"kind": "module", "path": sys.argv[1]})
session = worker.session()
print(session.build(ReLU()).call("parent"), flush=True)
session.limit(60)
session.build(ReLU()).call("loop")
"""


@linux
def test_everything_ends_with_the_parent(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(HOSTILE)]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}  # where a parent that is killed leaves its folder
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        zygote = int(parent.stdout.readline())
        assert len(members(zygote)) == 2
        parent.kill()
    assert all_end(zygote)
