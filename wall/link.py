"""The worker's end of a connection: blocking, without a deadline."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from typing import Any

from .frames import decode, encode
from .shared import replies, requests

UNLIMITED = 2**63 - 1
READ_AHEAD = 64 * 2**10
_BUFFERS_PER_CALL = 512


class Link:
    """Sends and receives frames over a connected socket.

    Args:
        connection: the socket.
        memory: descriptor of the memory that a session shares with the parent; None for the worker itself, where
            descriptors come between the frames, so that nothing may be read ahead.
    """

    def __init__(self, connection: socket.socket, memory: int | None = None) -> None:
        self.connection = connection
        self._stock = Stock(connection.recv_into, 0 if memory is None else READ_AHEAD)
        self._requests = None if memory is None else requests(memory)
        self._replies = None if memory is None else replies(memory)
        self._free = False

    def receive(self) -> tuple[int, Any]:
        """The next frame's identity and value; its arrays are writable.

        Raises:
            EOFError: the other side is gone.
        """
        frame = decode(self._fill, UNLIMITED, writable=True, room=self._requests)
        self._free = True  # the parent has read what was there, or it would not ask again
        return frame

    def send(self, identity: int, value: Any) -> None:
        """Send a value; raises ProtocolError before anything is sent if it cannot be encoded."""
        buffers: Sequence[bytes | memoryview] = encode(identity, value, self._replies if self._free else None)
        self._free = False
        while buffers:
            sent = self.connection.sendmsg(buffers[:_BUFFERS_PER_CALL])
            buffers = advance(buffers, sent)

    def _fill(self, view: memoryview) -> None:
        while view:
            view = self._stock.take(view)


class Stock:
    """Bytes that have been read before they are asked for.

    Args:
        read: reads into the memory that it is given and says how many bytes; 0 at the end.
        size: how many may be in stock.
    """

    def __init__(self, read: Callable[[memoryview], int], size: int) -> None:
        self._read = read
        self._memory = memoryview(bytearray(size))
        self._rest = self._memory[:0]

    def take(self, view: memoryview) -> memoryview:
        """Fill some of the memory; what is left of it.

        Raises:
            EOFError: there is nothing any more.
        """
        if not self._rest:
            if len(view) >= len(self._memory):
                received = self._read(view)
                if not received:
                    raise EOFError
                return view[received:]
            received = self._read(self._memory)
            if not received:
                raise EOFError
            self._rest = self._memory[:received]
        taken = min(len(view), len(self._rest))
        view[:taken] = self._rest[:taken]
        self._rest = self._rest[taken:]
        return view[taken:]


def advance(buffers: Sequence[bytes | memoryview], sent: int) -> Sequence[bytes | memoryview]:
    """What is left of `buffers` after their first `sent` bytes."""
    for index, buffer in enumerate(buffers):
        if sent < len(buffer):
            return [memoryview(buffer)[sent:], *buffers[index + 1 :]]
        sent -= len(buffer)
    return []
