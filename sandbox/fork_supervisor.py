"""The gate: the parent decides over every process that a worker wants to start.

Without it a submission that forks while it is loaded could fill the machine, because the worker itself has to be
able to fork. The kernel stops the worker in the call and asks at a descriptor (Linux 5.5 and later). Source:
Linux manual, seccomp_unotify(2).
"""

from __future__ import annotations

import contextlib
import errno
import os
import struct
import sys

_RECEIVE, _SEND = 0xC0502100, 0xC0182101  # SECCOMP_IOCTL_NOTIF_RECV, SECCOMP_IOCTL_NOTIF_SEND
_NOTIFICATION_BYTES = 80
_RESPONSE = struct.Struct("=QqiI")
_CONTINUE = 1


class ForkSupervisor:
    """Answers the kernel's questions.

    Attributes:
        descriptor: readable when there is a question.
        allowance: number of processes that may be started before the rest is refused.
        refused: number of processes that were refused.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.allowance = 0
        self.refused = 0

    def answer(self) -> None:
        """Answer the question that is pending, if the process that caused it is still there."""
        if sys.platform != "linux":
            return
        import fcntl  # noqa: PLC0415 - not on every platform

        question = bytearray(_NOTIFICATION_BYTES)
        with contextlib.suppress(OSError):  # ENOENT: the process has been killed meanwhile
            fcntl.ioctl(self.descriptor, _RECEIVE, question)
            (identity,) = struct.unpack_from("=Q", question)
            allowed = self.allowance > 0
            self.allowance -= allowed
            self.refused += not allowed
            response = (identity, 0, 0, _CONTINUE) if allowed else (identity, 0, -errno.EPERM, 0)
            fcntl.ioctl(self.descriptor, _SEND, _RESPONSE.pack(*response))

    def close(self) -> None:
        """From now on the kernel refuses every new process."""
        os.close(self.descriptor)
