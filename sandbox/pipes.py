"""Pipes for what a process prints. Imports nothing that takes long: `launch` needs them before NumPy is loaded."""

from __future__ import annotations

import contextlib
import os
import sys

_PIPE_BYTES = 2**20


def large_pipe() -> tuple[int, int]:
    """A pipe that holds much: the descriptors for reading and writing."""
    reading, writing = os.pipe()
    if sys.platform == "linux":
        import fcntl  # noqa: PLC0415 - not on every platform

        with contextlib.suppress(OSError):  # the user has used up the system's allowance: only slower
            fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return reading, writing
