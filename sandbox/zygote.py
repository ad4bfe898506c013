"""Zygote: the parent's handle on the process that has loaded a submission and from which sessions are forked."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from typing import Any

from .channel import Channel, Output
from .errors import LoadFailed, ProtocolError, WorkerDied
from .fork_supervisor import ForkSupervisor
from .launch import Started, launch
from .limits import Limits
from .outcomes import Outcome, outcome_from_wire
from .values import printable

_REAP_SECONDS = 1.0
REQUEST_SECONDS = 10.0  # to fork, or to say how a process ended; takes milliseconds
GONE = (EOFError, ConnectionError)


class Zygote:
    """Starts the process, and asks it for one thing at a time; may be used from several threads.

    Nothing that the process says is trusted: it may have executed the submission.

    Attributes:
        sandbox: the confinement achieved, in words.
    """

    def __init__(self, limits: Limits, started: Started | None = None) -> None:
        self.sandbox = ""
        self._limits = limits
        self._lock = threading.Lock()
        self._dead: list[int] = []
        self._forked = False
        self._supervisor: ForkSupervisor | None = None
        self._closing = contextlib.ExitStack()
        try:
            self._take(started or launch())
        except BaseException:
            self.close()
            raise

    def load(self, target: dict[str, Any]) -> Outcome:
        """Confine the process, then load the submission; the value is what the adapter says of itself.

        Raises:
            LoadFailed: it did not end in time, or the process died.
        """
        seconds = self._limits.load_seconds
        deadline = time.monotonic() + seconds
        start = {
            "target": target,
            "temporary": self._temporary,
            "memory": self._limits.memory,
            "reply_bytes": self._limits.reply_bytes,
        }
        try:
            level = self._ask(["confine", start], deadline)
            if isinstance(level, list):  # an outcome: the libraries could not be read, or the rights not be given up
                return outcome_from_wire(level, 0)
            self.sandbox = printable(level["sandbox"])
            if level["listener"]:
                self._supervisor = ForkSupervisor(self._channel.receive_descriptor(deadline))
                self._closing.callback(self._supervisor.close)
                self._channel.watch = (self._supervisor.descriptor, self._supervisor.answer)
            return outcome_from_wire(self._ask(["load"], deadline), 0)
        except TimeoutError:
            raise LoadFailed(f"loading the subject did not end within {seconds:g} s") from None
        except (*GONE, ProtocolError) as error:
            raise LoadFailed(self._how_loading_ended(error)) from error

    def fork(self, connection: int, output: int, memory: int) -> int:
        """Start a session's process, which gets the three descriptors; its number.

        Raises:
            WorkerDied: there is no such process.
        """
        with self._lock:
            dead, self._dead, self._forked = self._dead, [], True
            try:
                self._channel.send(["fork", dead], time.monotonic() + REQUEST_SECONDS)
                socket.send_fds(self._channel.connection, [b"\0"], [connection, output, memory])
                if self._supervisor is not None:
                    self._supervisor.allowance = 1
                process = self._channel.receive(time.monotonic() + REQUEST_SECONDS)
            except (TimeoutError, OSError, EOFError, ProtocolError) as error:
                raise WorkerDied(f"the worker does not start a session ({type(error).__name__}: {error})") from error
            finally:
                if self._supervisor is not None:
                    self._supervisor.allowance = 0
            if process is None:
                raise WorkerDied("the system refuses the worker another process")
            if type(process) is not int or not self._owns(process):
                raise WorkerDied("the worker names a process that is not its own")
            return process

    def status(self, process: int) -> int | None:
        """How a session's process ended, as `os.waitpid` gives it; None if it runs, or if nobody knows."""
        with self._lock, contextlib.suppress(TimeoutError, OSError, EOFError, ProtocolError):
            status = self._ask(["status", process], time.monotonic() + REQUEST_SECONDS)
            return status if type(status) is int else None
        return None

    def kill(self, process: int) -> None:
        """Kill a session's process and its group; the number stays taken until the next `fork`."""
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(OSError):
                if self._owns(process):
                    kill(process, signal.SIGKILL)
        with self._lock:
            self._dead.append(process)

    def close(self) -> None:
        """Kill the process and its group, and remove its temporary folder."""
        with self._lock, contextlib.suppress(TimeoutError, OSError, EOFError, ProtocolError, ValueError):
            # Else the sessions that have been killed are left to whoever adopts orphans, who may not care.
            if self._forked:
                self._ask(["reap", self._dead], time.monotonic() + _REAP_SECONDS)
        self._closing.close()

    def _take(self, started: Started) -> None:
        self._closing.callback(started.remove_folder)
        self._temporary = os.path.realpath(started.folder.name)
        self._process = started.process
        output = Output(started.reading, self._limits.output_bytes)
        self._channel = Channel(started.connection, output, self._limits.reply_bytes)
        self._closing.callback(self._channel.close)
        self._closing.callback(started.kill)

    def _ask(self, request: list[Any], deadline: float) -> Any:
        self._channel.send(request, deadline)
        return self._channel.receive(deadline)

    def _owns(self, process: int) -> bool:
        """The kernel's word that a process comes from this one: it is about to be killed one day."""
        try:
            return process > 1 and os.getsid(process) == self._process.pid
        except (OSError, OverflowError):
            return False

    def _how_loading_ended(self, error: BaseException) -> str:
        if isinstance(error, ProtocolError):
            how = f"it sent an invalid frame: {error}"
        else:
            how = "it closed its connection"
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = self._process.wait(1.0)
                how = how_ended(-code if code < 0 else code << 8)
        printed = self._channel.output.text().strip()
        return f"the subject's process ended while it was loaded: {how}" + (f"\n{printed}" if printed else "")


def how_ended(status: int) -> str:
    """A status as `os.waitpid` gives it, in words."""
    number = status & 0x7F
    if not number:
        return f"exited with status {status >> 8 & 0xFF}"
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    return f"killed by {name}" + (", probably for lack of memory" if name == "SIGKILL" else "")
