"""How much a submission may use, and how the system is told."""

from __future__ import annotations

import sys
from dataclasses import dataclass

_FILE_BYTES = 16 * 2**20
_OPEN_FILES = 256
_CPU_SECONDS = 3600  # only a backstop: the parent kills long before


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Budgets of one worker and its sessions.

    Attributes:
        memory: bytes of address space that a session may take beyond what the loaded submission has; None: no limit.
        check_seconds: how long the calls of one session may take together, until `Session.limit` gives a new budget.
        load_seconds: how long loading the submission may take.
        output_bytes: how much of what a session prints is kept.
        reply_bytes: the largest array that may come back.
    """

    memory: int | None = 4 * 2**30
    check_seconds: float = 10.0
    load_seconds: float = 60.0
    output_bytes: int = 64 * 2**10
    reply_bytes: int = 256 * 2**20


if sys.platform != "win32":
    import resource

    def restrict_worker() -> None:
        """Limits that the worker and all its sessions share."""
        _lower(resource.RLIMIT_CORE, 0)
        _lower(resource.RLIMIT_FSIZE, _FILE_BYTES)
        _lower(resource.RLIMIT_NOFILE, _OPEN_FILES)
        _lower(resource.RLIMIT_CPU, _CPU_SECONDS)

    def restrict_session(address_space: int | None) -> None:
        """Limits of one session.

        Args:
            address_space: bytes in all, with what is in use already; None: no limit.
        """
        if address_space is not None and sys.platform == "linux":  # elsewhere the system does not hold it
            _lower(resource.RLIMIT_AS, address_space)
        if sys.platform == "darwin":  # counts processes, not threads; on Linux seccomp refuses new processes
            _lower(resource.RLIMIT_NPROC, 1)

    def _lower(which: int, value: int) -> None:
        """Set the soft and the hard limit, where they are not lower already."""
        _, hard = resource.getrlimit(which)
        if hard == resource.RLIM_INFINITY or hard > value:
            resource.setrlimit(which, (value, value))
