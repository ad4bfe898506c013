"""Workers that hold the submissions of these tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from backproof.specs import ReLU
from backproof.wall import Limits, RemoteSubject, Session, Worker

HOSTILE = Path(__file__).parent / "submissions" / "hostile" / "adapter.py"
LIMITS = Limits(memory=2**28, check_seconds=20.0, reply_bytes=2**20)

Start = Callable[..., Worker]


def target_of(path: Path) -> dict[str, Any]:
    return {"kind": "module", "path": str(path)}


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
