"""Memory that the parent and a session share: a byte of progress, and a room for large arrays in each direction.

Copying an array into memory and out of it again is several times quicker than sending it over a socket. The submission
may write what it wants there. An array is therefore copied before it is looked at, and what the byte says is only used
to name the call in which a session has stopped to answer.
"""

from __future__ import annotations

import mmap
import os
import sys
import tempfile
from collections.abc import Sequence

from .errors import ProtocolError

MOST = 255
"""As many operations may be asked for together: progress is one byte."""

LEAST_BYTES = 32 * 2**10  # smaller bodies are as quick over the socket
ROOM_BYTES = 16 * 2**20
_PAGE = mmap.ALLOCATIONGRANULARITY
_REQUESTS, _REPLIES = _PAGE, _PAGE + ROOM_BYTES
_ALL = _PAGE + 2 * ROOM_BYTES


def shared_memory() -> int:
    """The descriptor of the memory, all zeros; it takes space only where it is written to, and cannot grow."""
    if sys.platform != "linux":
        with tempfile.TemporaryFile() as file:
            file.truncate(_ALL)
            return os.dup(file.fileno())
    import fcntl  # noqa: PLC0415 - not on every platform

    descriptor = os.memfd_create("backproof", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(descriptor, _ALL)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL)
    return descriptor


def write_progress(descriptor: int, index: int) -> None:
    """Say that the operation with this index is begun."""
    os.pwrite(descriptor, bytes((index,)), 0)


def read_progress(descriptor: int) -> int:
    """The index of the operation that was begun last, as far as the session says."""
    return os.pread(descriptor, 1, 0)[0]


class SharedBuffer:
    """Holds the body of one frame at a time, on its way in one direction.

    Args:
        descriptor: of the memory; it stays the caller's.
        offset: where the room begins.
    """

    def __init__(self, descriptor: int, offset: int) -> None:
        self._descriptor = descriptor
        self._offset = offset
        self._memory: memoryview | None = None

    def put(self, buffers: Sequence[memoryview]) -> bool:
        """Put a body in; False if it is too small or too large for that."""
        size = sum(buffer.nbytes for buffer in buffers)
        if not LEAST_BYTES <= size <= ROOM_BYTES:
            return False
        memory, start = self._mapped(), 0
        for buffer in buffers:
            memory[start : start + buffer.nbytes] = buffer
            start += buffer.nbytes
        return True

    def reader(self) -> Reader:
        """Takes the body out, from its beginning."""
        return Reader(self._mapped())

    def close(self) -> None:
        """Let go of the memory."""
        self._memory = None

    def _mapped(self) -> memoryview:
        if self._memory is None:
            self._memory = memoryview(mmap.mmap(self._descriptor, ROOM_BYTES, offset=self._offset))
        return self._memory


class Reader:
    """The source of a body that lies in a room; copies, because the other side may still write there."""

    def __init__(self, memory: memoryview) -> None:
        self._rest = memory

    def read(self, number: int) -> bytes:
        """The next bytes; raises as `fill` does."""
        return bytes(self._next(number))

    def fill(self, view: memoryview) -> None:
        """Fill the memory given with the next bytes.

        Raises:
            ProtocolError: there is not so much in the room.
        """
        view[:] = self._next(len(view))

    def _next(self, number: int) -> memoryview:
        if number > len(self._rest):
            raise ProtocolError(f"its body should lie in shared memory, which has {ROOM_BYTES} bytes")
        taken, self._rest = self._rest[:number], self._rest[number:]
        return taken


def requests(descriptor: int) -> SharedBuffer:
    """The room from the parent to the session."""
    return SharedBuffer(descriptor, _REQUESTS)


def replies(descriptor: int) -> SharedBuffer:
    """The room from the session to the parent."""
    return SharedBuffer(descriptor, _REPLIES)
