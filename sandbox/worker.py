"""The worker: loads one submission, then forks a fresh copy of itself for every session.

Executed as `python -m backproof.sandbox.worker DESCRIPTOR`. The descriptor is a socket on which the parent asks for one
thing at a time: `confine`, `load`, `fork` (three descriptors follow: the session's socket, output and memory),
`status` (how a session ended), `reap`.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import socket
import sys
import time
import warnings
from typing import Any, NoReturn

import numpy.random  # noqa: F401 - loaded before sessions fork, because every session seeds it

from .. import adapters
from .calls import SubjectHost, failure_of
from .confine import Confinement, confine_session, confine_worker, end_with_parent
from .link import Link
from .old_numpy import restore
from .outcomes import Failure, Outcome, outcome_to_wire
from .serving import Serving, flush
from .values import Encoder

_FACT_BYTES = 0  # facts are text and numbers


class _Worker:
    """The state between the parent's requests."""

    def __init__(self, control: Link) -> None:
        self.control = control
        self.start: dict[str, Any] = {}
        self.roots: list[str] = []
        self.confinement = Confinement("none")
        self.host: SubjectHost | None = None
        self.dead: list[int] = []
        # Opened before the confinement; later it also tells how large a session is when it is forked.
        self.size = os.open("/proc/self/statm", os.O_RDONLY) if sys.platform == "linux" else -1

    def confine(self, identity: int, start: dict[str, Any]) -> None:
        """Import trusted libraries, then give up rights."""
        self.start = start
        try:
            for name in adapters.preload(start["target"]):
                _import(name)
            self.roots = adapters.readable(start["target"])
            self.confinement = confine_worker(self.roots, start["temporary"])
        except Exception as error:
            self.control.send(identity, outcome_to_wire(self._failed(error)))
            return
        listener = self.confinement.listener
        self.control.send(identity, {"sandbox": self.confinement.words, "listener": listener >= 0})
        if listener >= 0:
            socket.send_fds(self.control.connection, [b"\0"], [listener])
            os.close(listener)

    def load(self, identity: int) -> None:
        """Execute the submission as far as its adapter does so, and say what it is."""
        end_with_parent(True)
        if "compat" in self.start["target"]:
            restore()  # for good: this process holds nothing but the subject
        try:
            adapter = adapters.load(self.start["target"])
            facts = Encoder(_FACT_BYTES).plain(adapter.describe())
            if callable(prepare := getattr(adapter, "prepare", None)):
                prepare()  # here once, not in every session
            outcome = Outcome(value=facts)
            self.host = SubjectHost(
                adapter.build,
                roots=self.roots,
                reply_bytes=self.start["reply_bytes"],
                may_refuse=self.start["target"]["kind"] not in {"folder", "definitions"},
            )
        except BaseException as error:
            outcome = self._failed(error)
        end_with_parent(False)  # from now on the closed connection says it
        flush()
        # What the zygote prints from now on, for example in a thread, belongs to no session.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        gc.freeze()  # the garbage collector of a session does not touch, and so does not copy, what is loaded
        self.control.send(identity, outcome_to_wire(outcome))

    def fork(self, identity: int, dead: list[int]) -> None:
        """Start a session; the processes in `dead` have been killed."""
        _, descriptors, _, _ = socket.recv_fds(self.control.connection, 1, 3)
        # Reaped only now and never by chance: until the parent has let go of a number, no other process gets it.
        self.dead = [process for process in (*self.dead, *dead) if not _has_ended(process)]
        process = None
        with contextlib.suppress(OSError):  # for lack of memory, or because the submission has started a process
            process = os.fork()
        if process == 0:
            self._session(*descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        self.control.send(identity, process)

    def reap(self, identity: int, dead: list[int]) -> None:
        """Forget the processes in `dead`, which have been killed, before the parent ends this one."""
        for process in (*self.dead, *dead):
            with contextlib.suppress(ChildProcessError):
                os.waitpid(process, 0)
        self.dead = []
        self.control.send(identity, None)

    def status(self, identity: int, process: int) -> None:
        """How a session's process ended, as `waitpid` has it; None if it still runs."""
        for _ in range(100):
            ended, status = os.waitpid(process, os.WNOHANG)
            if ended:
                self.control.send(identity, status)
                return
            time.sleep(0.002)
        self.control.send(identity, None)

    def _failed(self, error: BaseException) -> Outcome:
        """What the adapters' own errors say is already a sentence for the user."""
        if type(error).__module__.startswith(f"{adapters.__name__}."):
            return Outcome(failure=Failure(kind="unsupported", type_name="", text=str(error)))
        return Outcome(failure=failure_of(error, self.roots))

    def _session(self, connection: int, output: int, memory: int) -> NoReturn:
        status = 1
        try:
            self.control.connection.close()
            os.dup2(output, 1)
            os.dup2(output, 2)
            os.close(output)
            confine_session(self.confinement, self._address_space())
            if self.host is not None:
                Serving(Link(socket.socket(fileno=connection), memory), self.host, memory).run()
            status = 0
        except BaseException:
            sys.excepthook(*sys.exc_info())  # ours, or from a submission that has taken the worker apart
        finally:
            os._exit(status)

    def _address_space(self) -> int | None:
        if self.size < 0:
            return None
        pages = int(os.pread(self.size, 100, 0).split()[0])
        os.close(self.size)
        memory: int | None = self.start["memory"]
        return None if memory is None else pages * os.sysconf("SC_PAGE_SIZE") + memory


def _import(name: str) -> None:
    """Import a library if it can be; else the submission will raise the error again, where it belongs."""
    with contextlib.suppress(Exception):
        importlib.import_module(name)


def _has_ended(process: int) -> bool:
    try:
        return os.waitpid(process, os.WNOHANG)[0] == process
    except ChildProcessError:
        return True


def main() -> None:
    """Answer the parent until it closes the connection."""
    control = Link(socket.socket(fileno=int(sys.argv[1])))
    sys.argv = ["backproof"]
    warnings.simplefilter("ignore")
    worker = _Worker(control)
    while True:
        identity, (request, *rest) = control.receive()
        getattr(worker, request)(identity, *rest)


if __name__ == "__main__":
    status = 1
    try:
        main()
    except (EOFError, ConnectionError):  # the parent is gone
        status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(status)  # without waiting for threads that the submission has left running
