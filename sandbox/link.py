"""The worker's end of a connection: blocking, without a deadline."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from typing import Any

from .frames import decode, encode
from .shared import replies, requests

UNLIMITED = 2**63 - 1
READ_AHEAD = 64 * 2**10
BUFFERS_PER_CALL = 512  # the system takes 1024


class Link:
    """Sends and receives frames over a connected socket.

    Args:
        connection: the socket.
        memory: descriptor of the memory that a session shares with the parent; None for the worker itself, where
            descriptors come between the frames, so that nothing may be read ahead.
    """

    def __init__(self, connection: socket.socket, memory: int | None = None) -> None:
        self.connection = connection
        self._reader = BufferedReader(connection.recv_into, 0 if memory is None else READ_AHEAD)
        self._requests = None if memory is None else requests(memory)
        self._replies = None if memory is None else replies(memory)
        self._free = False

    def receive(self) -> tuple[int, Any]:
        """The next frame's identity and value; its arrays are writable.

        Raises:
            EOFError: the other side is gone.
        """
        frame = decode(self._reader, UNLIMITED, writable=True, room=self._requests)
        self._free = True  # the parent has read what was there, or it would not ask again
        return frame

    def send(self, identity: int, value: Any) -> None:
        """Send a value; raises ProtocolError before anything is sent if it cannot be encoded."""
        buffers: Sequence[bytes | memoryview] = encode(identity, value, self._replies if self._free else None)
        self._free = False
        while buffers:
            buffers = advance(buffers, self.connection.sendmsg(buffers[:BUFFERS_PER_CALL]))


class BufferedReader:
    """The source of the frames of one connection; reads bytes ahead.

    Args:
        receive: puts bytes into the memory that it is given and says how many; 0 at the end.
        size: how many may be read before they are asked for.
    """

    def __init__(self, receive: Callable[[memoryview], int], size: int) -> None:
        self._receive = receive
        self._memory = memoryview(bytearray(size))
        self._rest = self._memory[:0]

    def read(self, number: int) -> memoryview:
        """The next bytes, valid until the next call; raises EOFError if there are fewer."""
        if number <= len(self._rest):
            taken, self._rest = self._rest[:number], self._rest[number:]
            return taken
        if not self._rest and number <= len(self._memory):
            return self._ahead(number)
        view = memoryview(bytearray(number))
        self.fill(view)
        return view

    def fill(self, view: memoryview) -> None:
        """Fill the memory given; raises EOFError if there are fewer bytes."""
        taken = min(len(view), len(self._rest))
        if taken:
            view[:taken], self._rest = self._rest[:taken], self._rest[taken:]
            view = view[taken:]
        if view and len(view) < len(self._memory):
            view[:] = self._ahead(len(view))
            return
        while view:
            view = view[self._more(view) :]

    def _ahead(self, number: int) -> memoryview:
        """The next bytes, and what follows them comes into reader, which is empty."""
        received = 0
        while received < number:
            received += self._more(self._memory[received:])
        self._rest = self._memory[number:received]
        return self._memory[:number]

    def _more(self, view: memoryview) -> int:
        received = self._receive(view)
        if not received:
            raise EOFError
        return received


def advance(buffers: Sequence[bytes | memoryview], sent: int) -> Sequence[bytes | memoryview]:
    """What is left of `buffers` after their first `sent` bytes."""
    for index, buffer in enumerate(buffers):
        if sent < len(buffer):
            return [memoryview(buffer)[sent:], *buffers[index + 1 :]]
        sent -= len(buffer)
    return []
