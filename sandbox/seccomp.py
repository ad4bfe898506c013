"""seccomp: the kernel refuses system calls that no backward pass needs (Linux, x86_64 and aarch64, without root).

The filter is a classic BPF program over the call's number and arguments. Source: Linux kernel documentation,
userspace-api/seccomp_filter.
"""

from __future__ import annotations

import ctypes
import errno
import struct

from .syscalls import MACHINE, forbid_new_privileges, system_call

# Numbers on x86_64 and aarch64; None where there is no such call.
_REFUSED: dict[str, tuple[int | None, int | None]] = {
    # talking to others
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    "accept": (43, 202), "accept4": (288, 242), "sendto": (44, 206),
    "shmget": (29, 194), "shmat": (30, 196), "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
    # other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "process_madvise": (440, 440), "kcmp": (312, 272),
    "kill": (62, 129), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424), "pidfd_getfd": (438, 438),
    "setsid": (112, 157), "setpgid": (109, 154), "setpriority": (141, 140), "ioprio_set": (251, 30),
    "migrate_pages": (256, 238), "move_pages": (279, 239), "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118), "sched_setattr": (314, 274),
    # programs, and memory that no limit counts
    "execve": (59, 221), "execveat": (322, 281), "memfd_create": (319, 279), "memfd_secret": (447, 447),
    # properties of files, which Landlock leaves alone
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, None),
    "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54), "utime": (132, None), "utimes": (235, None),
    "utimensat": (280, 88), "futimesat": (261, None), "setxattr": (188, 5), "lsetxattr": (189, 6),
    "fsetxattr": (190, 7), "setxattrat": (463, 463), "removexattr": (197, 14), "lremovexattr": (198, 15),
    "fremovexattr": (199, 16), "removexattrat": (466, 466),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "fanotify_init": (300, 262),
    # the kernel itself
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "add_key": (248, 217),
    "request_key": (249, 218), "keyctl": (250, 219), "setns": (308, 268), "unshare": (272, 97),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "move_mount": (429, 429), "open_tree": (428, 428), "fsopen": (430, 430), "fsconfig": (431, 431),
    "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442), "swapon": (167, 224),
    "swapoff": (168, 225), "reboot": (169, 142), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "kexec_load": (246, 104), "kexec_file_load": (320, 294),
}  # fmt: skip
_TGKILL = (234, 131)
_FORK, _VFORK, _CLONE, _CLONE3 = (57, None), (58, None), (56, 220), (435, 435)
# Allowed on the calling process itself, whose number is 0: prlimit64, sched_setaffinity.
_ON_ITSELF = ((302, 261), (203, 122))

_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000
_CLONE_THREAD = 0x10000

_ALLOW, _KILL, _NOTIFY, _ERRNO = 0x7FFF0000, 0x80000000, 0x7FC00000, 0x00050000
_REFUSE, _UNKNOWN = _ERRNO | errno.EPERM, _ERRNO | errno.ENOSYS

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _FIRST_ARGUMENT = 0, 4, 16

_SET_MODE_FILTER = 1
_TSYNC, _NEW_LISTENER = 1, 8

Instruction = tuple[int, int, int, int]
Numbers = tuple[int | None, int | None]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def restrict_worker_calls(*, refuse_signals: bool) -> int:
    """Refuse what neither the worker nor its sessions need; new processes are asked for at a listener.

    Args:
        refuse_signals: refuse `tgkill` too, with which a process aborts itself but can signal others as well.

    Returns:
        The listener's descriptor, on which the parent decides over each new process; -1 if the kernel has none: then
        the worker may start processes.

    Raises:
        OSError: the kernel refused; nothing is restricted then.
    """
    refused = [*_REFUSED.values(), _TGKILL] if refuse_signals else list(_REFUSED.values())
    try:
        return _install(_filter(refused, new_process=_NOTIFY), _NEW_LISTENER)
    except OSError:
        _install(_filter(refused, new_process=_ALLOW), _TSYNC)
        return -1


def restrict_session_calls() -> None:
    """Refuse new processes; threads are allowed. Raises OSError if the kernel refused."""
    _install(_filter([], new_process=_REFUSE), _TSYNC)


def _filter(refused: list[Numbers], *, new_process: int) -> list[Instruction]:
    program: list[Instruction] = [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 1, 0, _AUDIT_ARCH[MACHINE]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if MACHINE == "x86_64":
        program += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _UNKNOWN)]
    for numbers in refused:
        program += _on(numbers, [(_RETURN, 0, 0, _REFUSE)])
    for numbers in (_FORK, _VFORK):
        program += _on(numbers, [(_RETURN, 0, 0, new_process)])
    # clone3 hides its flags behind a pointer; the C library falls back to clone where it does not exist.
    program += _on(_CLONE3, [(_RETURN, 0, 0, _UNKNOWN)])
    is_thread: list[Instruction] = [(_LOAD, 0, 0, _FIRST_ARGUMENT), (_ANY_BIT, 1, 0, _CLONE_THREAD)]
    program += _on(_CLONE, [*is_thread, (_RETURN, 0, 0, new_process), (_RETURN, 0, 0, _ALLOW)])
    is_itself: list[Instruction] = [(_LOAD, 0, 0, _FIRST_ARGUMENT), (_EQUAL, 1, 0, 0)]
    for numbers in _ON_ITSELF:
        program += _on(numbers, [*is_itself, (_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)])
    return [*program, (_RETURN, 0, 0, _ALLOW)]


def _on(numbers: Numbers, then: list[Instruction]) -> list[Instruction]:
    """Execute `then`, which must return, if the call's number is that of this machine."""
    number = numbers[0] if MACHINE == "x86_64" else numbers[1]
    return [] if number is None else [(_EQUAL, 0, len(then), number), *then]


def _install(program: list[Instruction], flags: int) -> int:
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    forbid_new_privileges()
    return system_call("seccomp", _SET_MODE_FILTER, flags, ctypes.byref(_Program(len(program), code)))
