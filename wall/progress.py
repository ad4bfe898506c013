"""Progress: which of the operations that were asked for together a session has begun.

One byte of memory that both sides see. It is read only when a session does not answer any more, to say in which
operation; the submission may write nonsense into it, which is then said of itself.
"""

from __future__ import annotations

import os
import sys
import tempfile

MOST = 255
"""As many operations may be asked for together."""


def shared_byte() -> int:
    """The descriptor of a file of one byte that is 0 and that cannot grow, where the system offers that."""
    if sys.platform != "linux":
        with tempfile.TemporaryFile() as file:
            file.write(b"\0")
            file.flush()
            return os.dup(file.fileno())
    import fcntl  # noqa: PLC0415 - not on every platform

    descriptor = os.memfd_create("progress", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(descriptor, b"\0")
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL)
    return descriptor


def write_byte(descriptor: int, index: int) -> None:
    """Say that the operation with this index is begun."""
    os.pwrite(descriptor, bytes((index,)), 0)


def read_byte(descriptor: int) -> int:
    """The index of the operation that was begun last; -1 if nobody knows."""
    byte = os.pread(descriptor, 1, 0)
    return byte[0] if byte else -1
