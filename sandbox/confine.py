"""Confinement: what of the system's protection is available is put in force, and said in words."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from .limits import restrict_session, restrict_worker

if sys.platform == "linux":
    from .grants import worker_rules
    from .landlock import landlock_version, restrict_files, scopes_signals
    from .seccomp import restrict_session_calls, restrict_worker_calls
    from .syscalls import die_with_parent, drop_capabilities, forbid_new_privileges


@dataclass(frozen=True)
class Confinement:
    """The level achieved.

    Attributes:
        words: for the report, for example `Landlock (ABI 7), seccomp, rlimits, own session`.
        listener: descriptor on which the parent decides over new processes of the worker; -1 if there is none.
        filtered: system calls are filtered, so that a session cannot start processes.
    """

    words: str
    listener: int = -1
    filtered: bool = False


def confine_worker(readable: Sequence[str], writable: str) -> Confinement:
    """Confine this process and its children for good, before it executes the submission.

    Args:
        readable: files and folders that the submission consists of.
        writable: its private temporary folder.
    """
    restrict_worker()
    if sys.platform != "linux":
        return Confinement(f"rlimits, own session; {sys.platform} confines neither files nor network")
    achieved, missing, listener, filtered = [], [], -1, False
    version = landlock_version()
    try:
        restrict_files(worker_rules(readable, writable), version)
        achieved.append(f"Landlock (ABI {version})")
    except OSError as error:
        version = 0
        missing.append(f"no Landlock ({error.strerror or error}): files are not confined")
    try:
        forbid_new_privileges()
        drop_capabilities()
        listener = restrict_worker_calls(refuse_signals=not scopes_signals(version))
        filtered = True
        achieved.append("seccomp" if listener >= 0 else "seccomp (loading may start processes)")
    except OSError as error:
        missing.append(f"no seccomp ({error.strerror or error}): system calls are not confined")
    words = "; ".join([", ".join([*achieved, "rlimits", "own session"]), *missing])
    return Confinement(words, listener, filtered=filtered)


def confine_session(confinement: Confinement, address_space: int | None) -> None:
    """Confine a session further: memory, no new processes, an end with its worker.

    Args:
        confinement: that of the worker.
        address_space: bytes in all; None: no limit.
    """
    restrict_session(address_space)
    end_with_parent(True)
    if sys.platform == "linux" and confinement.filtered:
        restrict_session_calls()  # no new processes, and nobody leaves the worker's process group
    else:
        os.setpgid(0, 0)  # so that what it starts can be killed with it


def end_with_parent(wanted: bool) -> None:
    """Let the system end this process when the thread that started it ends, or no longer; only Linux can."""
    if sys.platform == "linux":
        die_with_parent(wanted)
