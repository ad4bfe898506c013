"""The system call filter, executed by a small interpreter of BPF for both instruction sets, and its installation."""

from __future__ import annotations

import errno
import sys

import pytest

if sys.platform != "linux":
    pytest.skip("system calls are filtered on Linux only", allow_module_level=True)

import resource

from backproof.sandbox import confine, landlock, limits, seccomp

ALLOW, KILL, NOTIFY = 0x7FFF0000, 0x80000000, 0x7FC00000
REFUSE, UNKNOWN = 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS
ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
NUMBERS = {
    "x86_64": {"read": 0, "write": 1, "mmap": 9, "sendmsg": 46, "socket": 41, "execve": 59, "kill": 62, "tgkill": 234,
               "ptrace": 101, "chmod": 90, "fork": 57, "clone": 56, "clone3": 435, "prlimit64": 302, "setpgid": 109,
               "getrandom": 318, "futex": 202},
    "aarch64": {"read": 63, "write": 64, "mmap": 222, "sendmsg": 211, "socket": 198, "execve": 221, "kill": 129,
                "tgkill": 131, "ptrace": 117, "fchmodat": 53, "clone": 220, "clone3": 435, "prlimit64": 261,
                "setpgid": 154, "getrandom": 278, "futex": 98},
}  # fmt: skip
CLONE_THREAD, CLONE_VM = 0x10000, 0x100


def execute(program: list[tuple[int, int, int, int]], number: int, arch: int, argument: int = 0) -> int:
    """What the kernel would do with a call."""
    data = {0: number, 4: arch, 16: argument}
    loaded, position = 0, 0
    while True:
        code, then, otherwise, value = program[position]
        position += 1
        if code == 0x20:
            loaded = data[value]
        elif code == 0x06:
            return value
        else:
            holds = {0x15: loaded == value, 0x35: loaded >= value, 0x45: bool(loaded & value)}[code]
            position += then if holds else otherwise


@pytest.fixture(params=["x86_64", "aarch64"])
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(seccomp, "MACHINE", request.param)
    return str(request.param)


def worker_filter(*, signals: bool = True) -> list[tuple[int, int, int, int]]:
    refused = [*seccomp._REFUSED.values(), *([seccomp._TGKILL] if signals else [])]
    return seccomp._filter(refused, new_process=NOTIFY)


def verdicts(machine: str, program: list[tuple[int, int, int, int]], names: str, argument: int = 0) -> set[int]:
    known = NUMBERS[machine]
    return {execute(program, known[name], ARCH[machine], argument) for name in names.split() if name in known}


def test_what_a_worker_needs_is_allowed(machine: str) -> None:
    assert verdicts(machine, worker_filter(), "read write mmap sendmsg getrandom futex") == {ALLOW}


def test_what_nobody_needs_is_refused(machine: str) -> None:
    names = "socket execve kill tgkill ptrace chmod fchmodat setpgid"
    assert verdicts(machine, worker_filter(), names) == {REFUSE}
    assert verdicts(machine, worker_filter(signals=False), "tgkill") == {ALLOW}


def test_new_processes_are_asked_for_and_threads_are_allowed(machine: str) -> None:
    program = worker_filter()
    assert verdicts(machine, program, "fork clone", CLONE_VM) == {NOTIFY}
    assert verdicts(machine, program, "clone", CLONE_VM | CLONE_THREAD) == {ALLOW}
    assert verdicts(machine, program, "clone3", CLONE_THREAD) == {UNKNOWN}


def test_a_session_cannot_start_processes(machine: str) -> None:
    program = seccomp._filter([], new_process=REFUSE)
    assert verdicts(machine, program, "fork clone", CLONE_VM) == {REFUSE}
    assert verdicts(machine, program, "clone", CLONE_THREAD) == {ALLOW}
    assert verdicts(machine, program, "socket read") == {ALLOW}  # the worker's filter still holds


def test_limits_of_others_are_out_of_reach(machine: str) -> None:
    assert verdicts(machine, worker_filter(), "prlimit64", 0) == {ALLOW}
    assert verdicts(machine, worker_filter(), "prlimit64", 1234) == {REFUSE}


def test_other_instruction_sets_are_no_way_around(machine: str) -> None:
    program = worker_filter()
    assert execute(program, 0, 0x40000003) == KILL  # 32-bit x86
    if machine == "x86_64":
        assert execute(program, 0x40000000 | 41, ARCH[machine]) == UNKNOWN  # x32


def test_jumps_stay_inside_of_the_program(machine: str) -> None:
    for program in (worker_filter(), seccomp._filter([], new_process=REFUSE)):
        assert len(program) < 4096
        for position, (code, then, otherwise, _) in enumerate(program):
            assert max(then, otherwise) < 256
            if code != 0x06:
                assert position + 1 + max(then, otherwise) < len(program)
        assert program[-1] == (0x06, 0, 0, ALLOW)


def refuse(*_: object, **__: object) -> int:
    raise OSError(errno.ENOSYS, "Function not implemented")


@pytest.fixture
def harmless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this process is restricted."""
    for name in ("restrict_worker", "forbid_new_privileges", "drop_capabilities"):
        monkeypatch.setattr(confine, name, lambda: None)
    monkeypatch.setattr(confine, "restrict_files", lambda rules, version: None)
    monkeypatch.setattr(confine, "landlock_version", lambda: 5)


@pytest.mark.usefixtures("harmless")
def test_the_level_is_said_in_words(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    asked: list[bool] = []

    def install(*, refuse_signals: bool) -> int:
        asked.append(refuse_signals)
        return 11

    monkeypatch.setattr(confine, "restrict_worker_calls", install)
    found = confine.confine_worker([], str(tmp_path))
    assert found == confine.Confinement("Landlock (ABI 5), seccomp, rlimits, own session", 11, filtered=True)
    monkeypatch.setattr(confine, "landlock_version", lambda: 6)
    confine.confine_worker([], str(tmp_path))
    assert asked == [True, False]  # this Landlock confines signals itself


@pytest.mark.usefixtures("harmless")
def test_what_is_missing_is_said_too(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setattr(confine, "restrict_files", refuse)
    monkeypatch.setattr(confine, "restrict_worker_calls", lambda *, refuse_signals: -1)
    found = confine.confine_worker([], str(tmp_path))
    assert found.words == (
        "seccomp (loading may start processes), rlimits, own session; "
        "no Landlock (Function not implemented): files are not confined"
    )
    monkeypatch.setattr(confine, "restrict_worker_calls", refuse)
    found = confine.confine_worker([], str(tmp_path))
    assert found.words.startswith("rlimits, own session; no Landlock")
    assert found.words.endswith("no seccomp (Function not implemented): system calls are not confined")
    assert not found.filtered


@pytest.mark.parametrize(
    ("version", "rights", "network", "scoped"),
    [(1, 13, 0, 0), (2, 14, 0, 0), (3, 15, 0, 0), (4, 15, 3, 0), (5, 16, 3, 0), (6, 16, 3, 3), (7, 16, 3, 3)],
)
def test_every_right_that_a_kernel_knows_is_handled(version: int, rights: int, network: int, scoped: int) -> None:
    attributes = landlock._attributes(version)
    assert attributes.access_fs == 2**rights - 1
    assert (attributes.access_net, attributes.scoped) == (network, scoped)


def test_limits_are_lowered_and_never_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    set_to: dict[int, tuple[int, int]] = {}
    unlimited = resource.RLIM_INFINITY
    monkeypatch.setattr(resource, "getrlimit", lambda which: (10, 10 if which == resource.RLIMIT_CPU else unlimited))
    monkeypatch.setattr(resource, "setrlimit", set_to.__setitem__)
    limits.restrict_worker()
    limits.restrict_session(2**30)
    assert set_to[resource.RLIMIT_CORE] == (0, 0)
    assert set_to[resource.RLIMIT_AS] == (2**30, 2**30)
    assert resource.RLIMIT_CPU not in set_to
    set_to.clear()
    limits.restrict_session(None)
    assert set_to == {}
