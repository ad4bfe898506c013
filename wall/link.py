"""The worker's end of a connection: blocking, without a deadline."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any

from .frames import decode, encode

UNLIMITED = 2**63 - 1
_BUFFERS_PER_CALL = 512


class Link:
    """Sends and receives frames over a connected socket."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection

    def receive(self) -> tuple[int, Any]:
        """The next frame's identity and value; its arrays are writable.

        Raises:
            EOFError: the other side is gone.
        """
        return decode(self._fill, UNLIMITED, writable=True)

    def send(self, identity: int, value: Any) -> None:
        """Send a value; raises ProtocolError before anything is sent if it cannot be encoded."""
        buffers: Sequence[bytes | memoryview] = encode(identity, value)
        while buffers:
            sent = self.connection.sendmsg(buffers[:_BUFFERS_PER_CALL])
            buffers = advance(buffers, sent)

    def _fill(self, view: memoryview) -> None:
        while view:
            received = self.connection.recv_into(view)
            if not received:
                raise EOFError
            view = view[received:]


def advance(buffers: Sequence[bytes | memoryview], sent: int) -> Sequence[bytes | memoryview]:
    """What is left of `buffers` after their first `sent` bytes."""
    for index, buffer in enumerate(buffers):
        if sent < len(buffer):
            return [memoryview(buffer)[sent:], *buffers[index + 1 :]]
        sent -= len(buffer)
    return []
