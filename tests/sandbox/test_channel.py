"""The parent's end of a connection: deadlines hold whatever the other end does."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator

import numpy as np
import pytest

from backproof.sandbox.channel import Channel, Output, output_pipe
from backproof.sandbox.errors import ProtocolError
from backproof.sandbox.frames import encode
from backproof.sandbox.link import Link, advance

LIMIT = 1000


class Ends:
    """A channel, the other end of its connection, and the writing end of its output."""

    def __init__(self) -> None:
        ours, self.other = socket.socketpair()
        output, self.writing = output_pipe(LIMIT)
        self.channel = Channel(ours, output, 2**20)

    def close(self) -> None:
        self.channel.close()
        self.other.close()
        if self.writing >= 0:
            os.close(self.writing)


@pytest.fixture
def ends() -> Iterator[Ends]:
    made = Ends()
    yield made
    made.close()


def soon() -> float:
    return time.monotonic() + 0.05


def later() -> float:
    return time.monotonic() + 30


def answer(ends: Ends, identity: int, value: object) -> None:
    ends.other.sendall(b"".join(encode(identity, value)))


def test_a_question_and_its_answer(ends: Ends) -> None:
    ends.channel.send(["how many", np.arange(3)], later())
    identity, (text, array) = Link(ends.other).receive()
    assert (identity, text, array.tolist()) == (1, "how many", [0, 1, 2])
    assert array.flags.writeable
    Link(ends.other).send(identity, 3)
    assert ends.channel.receive(later()) == 3


def test_a_silent_end_is_not_waited_for(ends: Ends) -> None:
    with pytest.raises(TimeoutError):
        ends.channel.receive(soon())


def test_an_end_that_does_not_read_is_not_waited_for(ends: Ends) -> None:
    with pytest.raises(TimeoutError):
        ends.channel.send(np.zeros(2**22), soon())


def test_an_end_that_never_finishes_is_not_waited_for(ends: Ends) -> None:
    ends.channel.send(None, later())
    ends.other.sendall(b"".join(encode(1, np.ones(100)))[:-1])
    with pytest.raises(TimeoutError):
        ends.channel.receive(soon())


def test_a_closed_end_is_told(ends: Ends) -> None:
    ends.other.close()
    with pytest.raises(EOFError):
        ends.channel.receive(later())
    with pytest.raises(ConnectionError):
        ends.channel.send(None, later())


def test_an_answer_to_another_question_is_refused(ends: Ends) -> None:
    ends.channel.send(None, later())
    answer(ends, 2, None)
    with pytest.raises(ProtocolError, match="id=2, but should be 1"):
        ends.channel.receive(later())


def test_a_body_above_the_limit_is_refused(ends: Ends) -> None:
    ends.channel.send(None, later())
    header = b"".join(encode(1, np.ones(2**17 + 1))[:1])
    ends.other.sendall(header)
    with pytest.raises(ProtocolError, match="its body has 1048584 bytes, but should have at most 1048576"):
        ends.channel.receive(later())


def test_a_descriptor_has_to_come_with_its_byte(ends: Ends) -> None:
    with pytest.raises(TimeoutError):
        ends.channel.receive_descriptor(soon())
    socket.send_fds(ends.other, [b"\0"], [ends.writing])
    received = ends.channel.receive_descriptor(later())
    assert os.path.sameopenfile(received, ends.writing)
    assert not os.get_inheritable(received)
    os.close(received)
    ends.other.sendall(b"\0")
    with pytest.raises(ProtocolError, match="descriptor"):
        ends.channel.receive_descriptor(later())
    ends.other.close()
    with pytest.raises(EOFError):
        ends.channel.receive_descriptor(later())


def test_questions_on_the_side_are_served_while_waiting(ends: Ends) -> None:
    reading, writing = os.pipe()

    def serve() -> None:
        os.read(reading, 1)
        answer(ends, 1, "after the question")

    ends.channel.watch = (reading, serve)
    ends.channel.send(None, later())
    os.write(writing, b"?")
    assert ends.channel.receive(later()) == "after the question"
    os.close(reading)
    os.close(writing)


def test_output_is_drained_while_waiting(ends: Ends) -> None:
    os.write(ends.writing, b"one ")
    with pytest.raises(TimeoutError):
        ends.channel.receive(soon())
    assert bytes(ends.channel.output.kept) == b"one "
    os.write(ends.writing, "tw\N{LATIN SMALL LETTER O WITH DIAERESIS}".encode()[:-1])
    ends.channel.close()
    assert ends.channel.output.text() == "one tw\N{REPLACEMENT CHARACTER}"


def test_output_that_ends_is_not_waited_for(ends: Ends) -> None:
    os.close(ends.writing)
    ends.writing = -1
    with pytest.raises(TimeoutError):
        ends.channel.receive(soon())
    assert ends.channel.output.reading == -1


def test_output_is_capped_and_counted(ends: Ends) -> None:
    os.write(ends.writing, b"x" * (LIMIT + 7))
    assert ends.channel.output.text() == "x" * LIMIT + "\n... (7 more bytes)"
    os.write(ends.writing, b"y" * 3)
    assert ends.channel.output.text() == "x" * LIMIT + "\n... (10 more bytes)"


def test_output_may_be_closed_twice() -> None:
    reading, writing = os.pipe()
    os.close(writing)
    output = Output(reading, LIMIT)
    output.close()
    output.close()
    assert output.text() == ""


def test_buffers_are_advanced_over_their_ends() -> None:
    buffers: list[bytes | memoryview] = [b"abc", memoryview(b"de"), b"f"]
    for sent in range(7):
        assert b"".join(advance(buffers, sent)) == b"abcdef"[sent:]


def test_a_worker_without_a_parent_ends() -> None:
    ours, theirs = socket.socketpair()
    ours.close()
    with theirs, pytest.raises(EOFError):
        Link(theirs).receive()
