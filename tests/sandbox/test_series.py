"""Series of calls in one round trip: what each returned is what it returned, and the one that failed is named."""

from __future__ import annotations

import io
import os
import struct
from pathlib import Path

import numpy as np
import pytest

from backproof.sandbox import Launched, Limits, SubjectDied, SubjectRaised, SubjectTimeout, Worker
from backproof.sandbox.errors import ProtocolError
from backproof.sandbox.frames import PLACED, decode, encode
from backproof.sandbox.link import BufferedReader
from backproof.sandbox.shared import LEAST_BYTES, ROOM_BYTES, read_progress, replies, shared_memory, write_progress
from backproof.specs import ReLU, Sigmoid, TanH, Unsupported

from .conftest import LIMITS, Start, target_of

SOURCE = """
import os
import time

import numpy as np

class Subject:
    def __init__(self, spec):
        if spec.name() == "Sigmoid":
            raise ValueError("no sigmoid here")
        self.buffer = np.zeros(3)

    def forward(self, x):
        self.buffer[...] = x
        return self.buffer

    def echo(self, value):
        return value

    def large(self, number):
        return np.full(20_000, float(number))

    def sleep(self):
        time.sleep(60)

    def end(self):
        os._exit(3)

    def parameters(self):
        return [1.0]

def build(spec):
    return None if spec.name() == "TanH" else Subject(spec)
"""


@pytest.fixture
def worker(start: Start) -> Worker:
    return start(SOURCE)


def test_a_later_call_does_not_change_what_an_earlier_one_returned(worker: Worker) -> None:
    with worker.session() as session:
        found = session.build(ReLU()).many([("forward", (np.full(3, float(number)),)) for number in range(5)])
    assert [array.tolist() for array in found] == [[number] * 3 for number in range(5)]


def test_series_of_any_length_and_size_come_whole(worker: Worker) -> None:
    with worker.session() as session:
        found = session.build(ReLU()).many([("large", (number,)) for number in range(600)])
    assert [array[-1] for array in found] == list(range(600))


@pytest.mark.parametrize("place", [0, 1, 7])
def test_the_call_that_does_not_answer_is_named(worker: Worker, place: int) -> None:
    calls: list[tuple[str, tuple[object, ...]]] = [("forward", (np.ones(3),))] * place
    with worker.session() as session:
        session.limit(0.3)
        subject = session.build(ReLU(), later=True)
        with pytest.raises(SubjectTimeout, match=r"^sleep did not answer"):
            subject.many([*calls, ("sleep", ()), ("forward", (np.ones(3),))])
    with worker.session() as session, pytest.raises(SubjectDied, match="during end: exited with status 3"):
        session.build(ReLU()).many([*calls, ("end", ()), ("forward", (np.ones(3),))])


def test_what_comes_first_takes_the_round_trip_of_the_next_call(worker: Worker) -> None:
    with worker.session() as session:
        subject = session.build(ReLU(), later=True)
        subject.begin_with([("forward", (np.ones(3),))])
        assert subject.transcript == []
        assert subject.forward(np.full(3, 2.0)).tolist() == [2, 2, 2]
        assert [call.value.tolist() for call in subject.transcript] == [[1, 1, 1], [2, 2, 2]]


def test_what_construction_raises_comes_with_the_first_call(worker: Worker) -> None:
    with worker.session() as session:
        wrong, right = session.build(Sigmoid(), later=True), session.build(ReLU(), later=True)
        for _ in range(2):
            with pytest.raises(SubjectRaised, match="no sigmoid here"):
                wrong.forward(np.ones(3))
        assert right.forward(np.ones(3)).tolist() == [1, 1, 1]


def test_a_component_that_is_not_offered_is_said_so_at_the_first_call(worker: Worker) -> None:
    with worker.session() as session:
        subject = session.build(TanH(), later=True)
        with pytest.raises(Unsupported, match="does not offer TanH"):
            subject.forward(np.ones(3))


def test_what_should_be_a_mapping_is_one(worker: Worker) -> None:
    with worker.session() as session, pytest.raises(SubjectRaised, match=r"parameters\(\) returned list"):
        session.build(ReLU()).many([("forward", (np.ones(3),)), ("parameters", ())])


def test_a_launched_process_becomes_a_worker_and_the_others_end(tmp_path: Path) -> None:
    path = tmp_path / "adapter.py"
    path.write_text(SOURCE)
    with Launched(2) as launched:
        processes = [started.process for started in launched._waiting]
        with Worker.start(target_of(path), LIMITS, launched=launched) as worker:
            assert worker._zygote._process is processes[1]
            with worker.session() as session:
                assert session.build(ReLU()).forward(np.ones(3)).tolist() == [1, 1, 1]
    assert all(process.returncode is not None for process in processes)
    assert launched.take() is None


@pytest.mark.parametrize("size", [0, 1, 4, 100])
@pytest.mark.parametrize("wants", [(1, 2, 6, 3, 4), (16,), (4, 4, 4, 4), (1, 0, 15), (5, 5, 5, 1)])
@pytest.mark.parametrize("filled", [0, 1, 2])
def test_the_stock_gives_all_bytes_in_order(size: int, wants: tuple[int, ...], filled: int) -> None:
    pieces = [b"ab", b"cdefgh", b"ijklmnop"]

    def receive(view: memoryview) -> int:
        piece = pieces[0][: len(view)]
        view[: len(piece)] = piece
        pieces[0] = pieces[0][len(piece) :]
        if not pieces[0] and len(pieces) > 1:
            del pieces[0]
        return len(piece)

    reader, found = BufferedReader(receive, size), b""
    for index, number in enumerate(wants):
        view = memoryview(bytearray(number))
        if index % 2 == filled % 2 or filled == 2:
            reader.fill(view)
        else:
            view = reader.read(number)
        found += bytes(view)
    assert found == b"abcdefghijklmnop"
    with pytest.raises(EOFError):
        reader.read(1)
    with pytest.raises(EOFError):
        reader.fill(memoryview(bytearray(1)))


def test_the_shared_memory_says_the_progress_and_cannot_grow() -> None:
    descriptor = shared_memory()
    try:
        assert read_progress(descriptor) == 0
        write_progress(descriptor, 200)
        assert read_progress(descriptor) == 200
        with pytest.raises(OSError, match="not permitted"):
            os.pwrite(descriptor, b"more", os.fstat(descriptor).st_size)
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("size", [1, LEAST_BYTES // 8 - 1, LEAST_BYTES // 8, ROOM_BYTES // 8, ROOM_BYTES // 8 + 1])
def test_arrays_of_every_size_cross_whole(start: Start, size: int) -> None:
    given = np.arange(size, dtype=float)
    with start(SOURCE, Limits()).session() as session:
        subject = session.build(ReLU())
        for factor in (1.0, -2.0):
            one, two = subject.many([("echo", (factor * given,)), ("echo", ([factor, given],))])
            np.testing.assert_array_equal(one, factor * given)
            np.testing.assert_array_equal(two[1], given)


def source(raw: bytes) -> BufferedReader:
    return BufferedReader(io.BytesIO(raw).readinto, 0)


def test_a_body_that_should_be_in_shared_memory_is_no_larger_than_that() -> None:
    descriptor = shared_memory()
    try:
        room = replies(descriptor)
        [raw] = encode(1, np.ones(LEAST_BYTES // 8), room)
        forged = raw.replace(f"[{LEAST_BYTES // 8}]".encode(), f"[{ROOM_BYTES // 8 + 1}]".encode())
        prefix = struct.pack("<8sIQ", PLACED, len(forged) - 20, ROOM_BYTES + 8)
        with pytest.raises(ProtocolError, match="should lie in shared memory"):
            decode(source(prefix + forged[20:]), 2**30, writable=False, room=room)
        with pytest.raises(ProtocolError, match="should start with"):
            decode(source(bytes(raw)), 2**30, writable=False)
    finally:
        os.close(descriptor)
