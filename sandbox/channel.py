"""The parent's end of a connection: never waits beyond a deadline, and keeps reading what the process prints."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from .errors import ProtocolError
from .frames import decode, encode
from .link import BUFFERS_PER_CALL, READ_AHEAD, BufferedReader, advance
from .pipes import large_pipe
from .shared import replies, requests
from .values import printable

_READ_BYTES = 2**20
_MOST_PIECES = 64


class Output:
    """What a process prints: the first bytes are kept, the rest is read and dropped.

    Attributes:
        reading: the reading end of a pipe, set to non-blocking; -1 once the other end is closed.
        kept: the first bytes.
        dropped: number of bytes that were read and not kept.
    """

    def __init__(self, reading: int, limit: int) -> None:
        os.set_blocking(reading, False)
        self.reading = reading
        self.limit = limit
        self.kept = bytearray()
        self.dropped = 0
        self._lock = threading.RLock()  # after Ctrl-C, two threads may end the same session

    def drain(self) -> bool:
        """Read a piece of what there is; False if there is nothing."""
        with self._lock:
            try:
                chunk = os.read(self.reading, _READ_BYTES) if self.reading >= 0 else b""
            except BlockingIOError:
                return False
            if not chunk:
                self.close()
            room = max(self.limit - len(self.kept), 0)
            self.kept += chunk[:room]
            self.dropped += len(chunk[room:])
            return bool(chunk)

    def drain_all(self) -> None:
        """Read what there is, but not forever: the process may go on printing."""
        for _ in range(_MOST_PIECES):
            if not self.drain():
                return

    def text(self) -> str:
        """What has been printed up to now, with a note of how much was dropped."""
        self.drain_all()
        text = printable(self.kept.decode("utf-8", "replace"), self.limit)
        return f"{text}\n... ({self.dropped} more bytes)" if self.dropped else text

    def close(self) -> None:
        """Read no more."""
        with self._lock:
            if self.reading >= 0:
                reading, self.reading = self.reading, -1
                os.close(reading)


class Channel:
    """Sends and receives frames; while it waits, it drains the output and serves `watch`.

    Args:
        connection: a connected socket; owned by the channel from now on.
        output: what the process prints.
        reply_bytes: the largest body that is accepted.
        memory: descriptor of the memory that is shared with a session; None where descriptors come between frames.
    """

    def __init__(
        self, connection: socket.socket, output: Output, reply_bytes: int, *, memory: int | None = None
    ) -> None:
        connection.setblocking(False)
        self.connection = connection
        self.output = output
        self.reply_bytes = reply_bytes
        self.watch: tuple[int, Callable[[], None]] | None = None
        self._sent = 0
        self._deadline = 0.0
        self._wanted: dict[int, int] = {}
        self._poll = select.poll()
        self._reader = BufferedReader(self._take, 0 if memory is None else READ_AHEAD)
        self._requests = None if memory is None else requests(memory)
        self._replies = None if memory is None else replies(memory)

    def send(self, value: Any, deadline: float) -> None:
        """Send a value.

        Args:
            value: what frames can carry.
            deadline: on the clock `time.monotonic`.

        Raises:
            TimeoutError: the deadline has passed.
            ConnectionError: the process is gone.
        """
        self._sent += 1
        buffers: Sequence[bytes | memoryview] = encode(self._sent, value, self._requests)
        while buffers:
            try:
                buffers = advance(buffers, self.connection.sendmsg(buffers[:BUFFERS_PER_CALL]))
            except BlockingIOError:
                self._wait(select.POLLOUT, deadline)

    def receive(self, deadline: float) -> Any:
        """The next frame's value, which must answer the latest `send`; its arrays are read-only.

        Raises:
            TimeoutError: the deadline has passed.
            EOFError, ConnectionError: the process is gone.
            ProtocolError: the frame is not valid.
        """
        self._deadline = deadline
        identity, value = decode(self._reader, self.reply_bytes, writable=False, room=self._replies)
        if identity != self._sent:
            raise ProtocolError(f"id={identity}, but should be {self._sent}")
        return value

    def receive_descriptor(self, deadline: float) -> int:
        """The descriptor that comes with the next byte; raises as `receive` does."""
        while True:
            try:
                data, descriptors, _, _ = socket.recv_fds(self.connection, 1, 1)
            except BlockingIOError:
                self._wait(select.POLLIN, deadline)
                continue
            if not data:
                raise EOFError
            if not descriptors:
                raise ProtocolError("a descriptor should come with the byte")
            os.set_inheritable(descriptors[0], False)
            return descriptors[0]

    def close(self) -> None:
        """Close the connection and the output, after a last look at it."""
        self.output.drain_all()
        self.connection.close()
        self.output.close()

    def _take(self, view: memoryview) -> int:
        """Receive some bytes; an answer is never there yet when it is asked for, so waiting comes first."""
        while True:
            self._wait(select.POLLIN, self._deadline)
            with contextlib.suppress(BlockingIOError):
                return self.connection.recv_into(view)

    def _wait(self, event: int, deadline: float) -> None:
        """Until the connection is ready for `event`, as far as one can know: the caller tries, and may come again."""
        connection = self.connection.fileno()
        while True:
            seconds = deadline - time.monotonic()
            ready = self._poller(connection, event).poll(max(seconds, 0) * 1000 + 1)
            for descriptor, _ in ready:
                if descriptor == self.output.reading:
                    self.output.drain()
                elif self.watch is not None and descriptor == self.watch[0]:
                    self.watch[1]()
            if any(descriptor == connection for descriptor, _ in ready):
                return
            if seconds <= 0:
                raise TimeoutError

    def _poller(self, connection: int, event: int) -> select.poll:
        """What waits for all descriptors; thousands of waits are for the same."""
        wanted = {
            connection: event,
            self.output.reading: select.POLLIN,
            self.watch[0] if self.watch else -1: select.POLLIN,
        }
        if wanted != self._wanted:
            self._wanted, self._poll = wanted, select.poll()
            for descriptor, events in wanted.items():
                if descriptor >= 0:
                    self._poll.register(descriptor, events)
        return self._poll


def output_pipe(limit: int) -> tuple[Output, int]:
    """A pipe for what a process prints: the parent's end, and the descriptor for the process."""
    reading, writing = large_pipe()
    return Output(reading, limit), writing
