"""Workers that hold the submissions of these tests."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from backproof.sandbox import Limits, RemoteSubject, Session, Worker
from backproof.specs import ReLU

HOSTILE = Path(__file__).parent / "submissions" / "hostile" / "adapter.py"
LIMITS = Limits(memory=2**28, check_seconds=20.0, reply_bytes=2**20)

Start = Callable[..., Worker]


def target_of(path: Path) -> dict[str, Any]:
    return {"kind": "module", "path": str(path)}


def members(process: int) -> list[int]:
    """Processes of the session that `process` leads."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == process:
                found.append(int(entry.name))
    return found


def all_end(process: int) -> bool:
    """Wait for the end of the session that `process` leads; orphans are reaped by the system, when it likes."""
    deadline = time.monotonic() + 15
    while members(process) and time.monotonic() < deadline:
        time.sleep(0.01)
    return members(process) == []


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    """One worker with the hostile submission; tests take sessions of it."""
    with Worker.start(target_of(HOSTILE), LIMITS) as started:
        yield started


@pytest.fixture
def session(worker: Worker) -> Iterator[Session]:
    with worker.session() as forked:
        yield forked


@pytest.fixture
def subject(session: Session) -> RemoteSubject:
    return session.build(ReLU())


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a worker with an adapter module of the given source."""
    with ExitStack() as stack:

        def from_source(source: str, limits: Limits = LIMITS) -> Worker:
            path = tmp_path / "adapter.py"
            path.write_text(source, encoding="utf-8")
            return stack.enter_context(Worker.start(target_of(path), limits))

        yield from_source
