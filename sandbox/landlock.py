"""Landlock: the kernel refuses files, TCP and signals that no rule allows (Linux 5.13 and later, without root).

Source: Linux kernel documentation, userspace-api/landlock.
"""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterable

from .syscalls import forbid_new_privileges, system_call

_VERSION_FLAG = 1
_RULE_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG, _MAKE_SYM = 1 << 4, 1 << 5, 1 << 7, 1 << 8, 1 << 12
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15

LIST = _READ_DIR
READ = _READ_FILE | _READ_DIR
WRITE = (
    READ | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _MAKE_SYM | _REFER | _TRUNCATE
)  # no devices, sockets, pipes, programs
_ON_FILES = _READ_FILE | _WRITE_FILE | _TRUNCATE

Rule = tuple[str, int]


class _RulesetAttributes(ctypes.Structure):
    _fields_ = (("access_fs", ctypes.c_uint64), ("access_net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def landlock_version() -> int:
    """The kernel's Landlock ABI; 0 if there is none."""
    try:
        return system_call("landlock_create_ruleset", None, 0, _VERSION_FLAG)
    except OSError:
        return 0


def scopes_signals(version: int) -> bool:
    """Tell whether this ABI refuses signals to processes outside."""
    return version >= 6


def restrict_files(rules: Iterable[Rule], version: int) -> None:
    """Restrict this thread and its children for good to what the rules allow.

    Args:
        rules: paths, with `LIST`, `READ` or `WRITE` for what lies below; paths that do not exist are left out.
        version: the kernel's ABI.

    Raises:
        OSError: the kernel refused; nothing is restricted then.
    """
    attributes = _attributes(version)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = system_call("landlock_create_ruleset", ctypes.byref(attributes), size, 0)
    try:
        for path, access in rules:
            _allow(ruleset, path, access & int(attributes.access_fs))
        forbid_new_privileges()
        system_call("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)


def _attributes(version: int) -> _RulesetAttributes:
    """Every right that this ABI knows is refused unless a rule allows it."""
    files = (1 << 13) - 1
    if version >= 2:
        files |= _REFER
    if version >= 3:
        files |= _TRUNCATE
    if version >= 5:
        files |= _IOCTL_DEV
    return _RulesetAttributes(
        access_fs=files,
        access_net=0b11 if version >= 4 else 0,  # bind and connect TCP
        scoped=0b11 if scopes_signals(version) else 0,  # abstract Unix sockets, signals
    )


def _allow(ruleset: int, path: str, access: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not on this system, or not for this user: then there is nothing to allow
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            access &= _ON_FILES
        if access:
            rule = _PathBeneath(allowed=access, parent=descriptor)
            system_call("landlock_add_rule", ruleset, _RULE_PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(descriptor)
