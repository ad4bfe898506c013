"""How a worker's process is started. Imports nothing that takes long: the process comes up while NumPy is imported."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import site
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from .pipes import large_pipe

THREADS = "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"
"""The variables by which NumPy's libraries are told how many threads to compute with."""

# Without them some installations of Python do not find their own libraries.
_KEPT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "SYSTEMROOT")


def usual_workers() -> int:
    """How many sessions are used side by side unless somebody says so: one per core, at most two."""
    return min(2, os.cpu_count() or 1)


def command(descriptor: int) -> list[str]:
    """The command line of a worker that speaks over `descriptor`; needs no file of the submission's folder."""
    user = "" if _in_user_site(__file__) or _in_user_site(_place_of_numpy()) else "-s"
    package = __name__.rpartition(".")[0]
    return [sys.executable, "-P", *filter(None, [user]), "-m", f"{package}.worker", str(descriptor)]


def environment(temporary: str) -> dict[str, str]:
    """A worker's environment: nothing of the user's that could change a result or tell a secret."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    base = str(_base())
    if base in os.environ.get("PYTHONPATH", "").split(os.pathsep):
        kept["PYTHONPATH"] = base  # Backproof itself is found through it
    return {
        **kept,
        **dict.fromkeys(THREADS, "1"),
        "HOME": os.path.expanduser("~") if _in_user_site(__file__) else temporary,
        "TMPDIR": temporary,
        "PATH": os.defpath,
        "LC_ALL": "C.UTF-8",
        "PYTHONUTF8": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLBACKEND": "Agg",
    }


@dataclass(frozen=True)
class Started:
    """A worker's process from its start on; whoever takes it ends it.

    Attributes:
        process: it, with a session of its own.
        connection: our end of its connection.
        reading: descriptor of the pipe with what it prints.
        folder: its temporary folder.
    """

    process: subprocess.Popen[bytes]
    connection: socket.socket
    reading: int
    folder: tempfile.TemporaryDirectory[str]

    def end(self) -> None:
        """Kill the process, close what leads to it, and remove its folder; for one that nobody has taken."""
        self.kill()
        self.connection.close()
        os.close(self.reading)
        self.remove_folder()

    def kill(self) -> None:
        """Kill the process and its group; a number that has not been reaped is still its own."""
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(OSError):
                if self.process.returncode is None:
                    kill(self.process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5.0)

    def remove_folder(self) -> None:
        """Remove the temporary folder; what a submission has nested too deeply stays."""
        with contextlib.suppress(OSError, RecursionError):
            self.folder.cleanup()


def launch() -> Started:
    """Start a process that waits for what it is to load."""
    folder = tempfile.TemporaryDirectory(prefix="backproof-", ignore_cleanup_errors=True)
    temporary = os.path.realpath(folder.name)
    ours, theirs = socket.socketpair()
    reading, writing = large_pipe()
    try:
        process = subprocess.Popen(  # noqa: S603 - this interpreter, with a fixed command
            command(theirs.fileno()),
            stdin=subprocess.DEVNULL,
            stdout=writing,
            stderr=writing,
            pass_fds=[theirs.fileno()],
            cwd=temporary,
            env=environment(temporary),
            start_new_session=True,
        )
    except BaseException:
        ours.close()
        os.close(reading)
        folder.cleanup()
        raise
    finally:
        theirs.close()
        os.close(writing)
    return Started(process, ours, reading, folder)


class Launched:
    """Processes that have been launched before it is known what they will load. A context manager.

    A worker takes longer to come up than anything else at the start of a run.

    Args:
        number: how many.
    """

    def __init__(self, number: int) -> None:
        self._waiting: list[Started] = []
        try:
            for _ in range(0 if sys.platform == "win32" else number):
                self._waiting.append(launch())
        except BaseException:
            self._end()
            raise

    def take(self) -> Started | None:
        """One of them, for the caller to end; None if all are taken."""
        try:
            return self._waiting.pop()
        except IndexError:
            return None

    def __enter__(self) -> Launched:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        while started := self.take():
            started.end()


def _place_of_numpy() -> str:
    found = importlib.util.find_spec("numpy")
    return (found and found.origin) or ""


def _base() -> Path:
    """The folder from which the package is imported, as far as it is installed as one folder."""
    return Path(__file__).resolve().parents[2]


def _in_user_site(path: str) -> bool:
    return bool(site.ENABLE_USER_SITE) and path.startswith(site.getusersitepackages() + os.sep)
