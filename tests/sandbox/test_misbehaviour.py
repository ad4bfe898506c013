"""Whatever a submission does, the parent gets a value or one clear error, and the worker serves the next session."""

from __future__ import annotations

import time

import numpy as np
import pytest

from backproof.sandbox import (
    ProtocolError,
    RemoteSubject,
    Session,
    SubjectDied,
    SubjectError,
    SubjectRaised,
    SubjectTimeout,
    Worker,
)
from backproof.sandbox.frames import MAGIC, encode
from backproof.sandbox.outcomes import Outcome, outcome_to_wire
from backproof.specs import Flatten, ReLU, SoftMax

from .conftest import LIMITS

PATIENCE = 15.0  # seconds in which even a busy machine has to notice


def serves(worker: Worker) -> bool:
    with worker.session() as session:
        return bool(session.build(ReLU()).call("echo", 1) == 1)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ValueError", "ValueError: no"),
        ("SystemExit", "SystemExit: so long"),
        ("KeyboardInterrupt", "KeyboardInterrupt: no"),
        ("GeneratorExit", "GeneratorExit: no"),
        ("Silent", "Silent: its text cannot be read"),
    ],
)
def test_every_exception_is_reported(subject: RemoteSubject, name: str, text: str) -> None:
    with pytest.raises(SubjectRaised) as caught:
        subject.call("raise_error", name)
    assert str(caught.value).startswith(f"{text} (adapter.py:")
    assert caught.value.where.endswith(" in raise_error")
    assert subject.call("echo", 1) == 1


def test_recursion_is_an_exception(subject: RemoteSubject) -> None:
    with pytest.raises(SubjectRaised, match="RecursionError"):
        subject.call("recurse")
    assert subject.call("echo", 1) == 1


def test_memory_is_limited(session: Session) -> None:
    subject = session.build(ReLU())
    session.limit(60.0)
    with pytest.raises(SubjectError) as caught:
        subject.call("memory_bomb")
    if isinstance(caught.value, SubjectRaised):
        assert caught.value.type_name == "MemoryError"
        assert subject.call("echo", 1) == 1
    else:
        assert isinstance(caught.value, SubjectDied)


def test_an_array_beyond_the_limit_is_a_memory_error(subject: RemoteSubject) -> None:
    assert LIMITS.memory is not None
    with pytest.raises(SubjectRaised, match="MemoryError"):
        subject.call("result", "huge array")


@pytest.mark.parametrize(
    ("method", "arguments", "how"),
    [
        ("exit", [0], "exited with status 0"),
        ("exit", [7], "exited with status 7"),
        ("abort", [], "killed by SIGABRT"),
        ("segfault", [], "killed by SIGSEGV"),
        ("close_everything", [], "exited with status 1"),
    ],
)
def test_every_death_is_reported(worker: Worker, method: str, arguments: list[int], how: str) -> None:
    with worker.session() as session:
        subject = session.build(ReLU())
        with pytest.raises(SubjectDied) as caught:
            subject.call(method, *arguments)
        assert str(caught.value) == f"the subject's process ended during {method}: {how}"
        assert subject.transcript[-1].value is None
        assert not session.alive
        with pytest.raises(SubjectDied, match="take a new one"):
            subject.call("echo", 1)
        with pytest.raises(SubjectDied, match="take a new one"):
            session.build(ReLU())
    assert serves(worker)


def test_a_construction_that_ends_the_process_is_reported(session: Session) -> None:
    with pytest.raises(SubjectDied, match=r"during build\(SoftMax\): exited with status 3"):
        session.build(SoftMax())


@pytest.mark.parametrize("method", ["loop", "loop_in_repr", "print_forever", "sleep_long"])
def test_what_does_not_end_is_ended(worker: Worker, method: str) -> None:
    with worker.session() as session:
        subject = session.build(ReLU())
        session.limit(0.3)
        started = time.monotonic()
        with pytest.raises(SubjectTimeout, match=rf"{method} did not answer within the check's 0\.3 s"):
            subject.call(method)
        assert time.monotonic() - started < PATIENCE
        assert not session.alive
    assert serves(worker)


def test_a_construction_that_does_not_end_is_ended(session: Session) -> None:
    session.limit(0.3)
    with pytest.raises(SubjectTimeout, match=r"build\(Flatten\)"):
        session.build(Flatten())


def test_the_calls_of_a_check_share_their_budget(session: Session) -> None:
    subject = session.build(ReLU())
    session.limit(0.5)
    with pytest.raises(SubjectTimeout, match="sleep"):
        subject.many([("sleep", (0.1,))] * 20)
    assert len(subject.transcript) <= 6


def test_a_new_check_has_a_budget_of_its_own(session: Session) -> None:
    subject = session.build(ReLU())
    subject.call("sleep", 0.05)
    assert session.remaining <= LIMITS.check_seconds - 0.05
    session.limit(PATIENCE)
    assert session.remaining == PATIENCE


def test_time_of_the_harness_does_not_count(session: Session) -> None:
    subject = session.build(ReLU())
    subject.call("echo", 1)
    before = session.remaining
    time.sleep(0.05)
    assert session.remaining == before


def test_a_flood_of_output_is_capped(session: Session) -> None:
    subject = session.build(ReLU())
    session.limit(60.0)
    assert subject.call("write_output", 100) is None
    kept = LIMITS.output_bytes
    assert session.output == "x" * kept + f"\n... ({100 * 2**20 - kept} more bytes)"


def test_closed_streams_do_not_matter(session: Session) -> None:
    subject = session.build(ReLU())
    subject.call("close_streams")
    assert subject.call("echo", 1) == 1
    with pytest.raises(SubjectRaised, match="closed file"):
        subject.call("print", "lost")


def test_a_thread_that_is_left_running_ends_with_the_session(worker: Worker) -> None:
    with worker.session() as session:
        subject = session.build(ReLU())
        subject.call("leave_thread")
        assert subject.call("echo", 1) == 1
    assert serves(worker)


def test_threads_are_allowed(subject: RemoteSubject) -> None:
    assert subject.call("thread_sum") == [4950]


def test_replaced_functions_do_not_reach_the_harness(subject: RemoteSubject) -> None:
    subject.call("replace_numpy")
    x = np.ones(3)
    subject.call("mutate", x)
    assert [mutation.method for mutation in subject.mutations] == ["mutate"]
    assert not np.array_equal(np.zeros(1), np.ones(1))


@pytest.mark.parametrize(
    "raw",
    [
        b"not a frame at all, but long enough",
        MAGIC + b"\xff" * 12,
        b"".join(encode(10**6, outcome_to_wire(Outcome(value=1)))),
        b"".join(encode(1, {"verdict": "passed"})),
        b"\x80\x04\x95\x1d\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94",
    ],
    ids=["text", "lengths", "another id", "another form", "pickle"],
)
def test_forged_frames_are_refused(worker: Worker, raw: bytes) -> None:
    with worker.session() as session:
        subject = session.build(ReLU())
        with pytest.raises(SubjectDied, match="sent an invalid frame") as caught:
            subject.call("forge_frame", list(raw))
        assert isinstance(caught.value.__cause__, ProtocolError)
        assert not session.alive
    assert serves(worker)


def test_a_forged_reply_is_no_more_than_a_value_and_costs_the_session(worker: Worker) -> None:
    """A submission may claim any value anyway; a second reply to one question is the end."""
    with worker.session() as session:
        subject = session.build(ReLU())
        raw = b"".join(encode(2, [outcome_to_wire(Outcome(value="forged"))]))
        assert subject.call("forge_frame", list(raw)) == "forged"
        with pytest.raises(SubjectDied, match="id=2, but should be 3"):
            subject.call("echo", 1)
    assert serves(worker)
