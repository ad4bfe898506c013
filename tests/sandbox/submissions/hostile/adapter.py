"""A submission that misbehaves in every way that a test can name: each method is one misdeed or one odd result."""

# Written as submissions are.
# ruff: noqa: N818, NPY002, NPY003, NPY201, PLW0108, PLW2901

import hashlib
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np

DESCRIPTORS = range(3, 40)


class Hostile:
    def __init__(self, spec):
        self.drawn = np.random.normal(), random.random()
        self.spec = spec

    # What is well behaved.

    def forward(self, x):
        self.x = x
        self.y = np.maximum(x, 0)
        return self.y

    def backward(self, dy):
        return dy * (self.x > 0)

    def echo(self, value):
        return value

    def kept(self):
        """The arrays of the latest forward, as they are now."""
        return [self.x, self.y]

    def draws(self):
        return list(self.drawn)

    def process(self):
        return os.getpid()

    def phase_type(self):
        return self.phase

    def set_phase(self, phase):
        self.phase = type(phase).__name__

    def assign(self, parameters):
        for array in parameters.values():
            array += 1

    # Odd results.

    def result(self, name):
        return {
            "none": lambda: None,
            "nan": lambda: float("nan"),
            "infinite": lambda: -np.inf,
            "text": lambda: "y" * 5000,
            "tuple": lambda: (1, 2.5, True),
            "nested": lambda: {"a": [1, {"b": np.arange(3)}], "c": None},
            "numpy numbers": lambda: [np.float32(0.5), np.int8(-3), np.bool_(True), np.complex64(1j)],
            "large integer": lambda: 10**30,
            "object array": lambda: np.array([[1, 2], [3]], dtype=object),
            "structured array": lambda: np.zeros(3, dtype=[("a", "f8"), ("b", "i4")]),
            "text array": lambda: np.array(["a", "b"]),
            "time array": lambda: np.array(["2020-01-01"], dtype="datetime64[D]"),
            "masked array": lambda: np.ma.masked_array([1.0, 2.0], mask=[True, False]),
            "matrix": lambda: np.asmatrix([[1.0, 2.0]]),
            "huge array": lambda: np.zeros(2**30),
            "large array": lambda: np.zeros(2**17 + 1),
            "many entries": lambda: list(range(10**6)),
            "generator": lambda: (i for i in range(3)),
            "function": lambda: len,
            "keys": lambda: {1: 2},
            "deep": lambda: self._deep(),
            "cycle": lambda: self._cycle(),
            "big-endian": lambda: np.arange(3, dtype=">f8"),
            "strided": lambda: np.arange(12.0).reshape(3, 4).T[::2],
            "read-only": lambda: np.broadcast_to(np.float64(2), (2, 3)),
            "repr raises": lambda: ReprRaises(),
            "repr exits": lambda: ReprExits(),
            "surrogate": lambda: "\ud800 \x1b[31m",
        }[name]()

    def _deep(self):
        value = []
        for _ in range(500):
            value = [value]
        return value

    def _cycle(self):
        value = []
        value.append(value)
        return value

    # Exceptions.

    def raise_error(self, name):
        if name == "SystemExit":
            sys.exit("so long")
        if name == "Silent":
            raise Silent
        raise {"KeyboardInterrupt": KeyboardInterrupt, "ValueError": ValueError, "GeneratorExit": GeneratorExit}[name](
            "no"
        )

    def recurse(self):
        return self.recurse()

    def removed_name(self):
        return np.product([1, 2])

    # Ends of the process.

    def exit(self, status):
        os._exit(status)

    def abort(self):
        os.abort()

    def segfault(self):
        import ctypes

        ctypes.string_at(0)

    def close_everything(self):
        os.closerange(0, 256)

    # Time and space.

    def loop(self):
        while True:
            pass

    def loop_in_repr(self):
        return ReprLoops()

    def sleep(self, seconds):
        time.sleep(seconds)

    def sleep_long(self):
        time.sleep(3600)

    def write_output(self, megabytes):
        block = "x" * 2**20
        for _ in range(megabytes):
            print(block, end="")

    def print(self, text):
        print(text)

    def print_forever(self):
        while True:
            print("again and again")

    def memory_bomb(self):
        held = []
        while True:
            held.append(np.ones(2**21))

    def leave_thread(self):
        def run():
            while True:
                time.sleep(0.001)

        threading.Thread(target=run).start()

    def thread_sum(self):
        found = []
        thread = threading.Thread(target=lambda: found.append(sum(range(100))))
        thread.start()
        thread.join()
        return found

    def close_streams(self):
        sys.stdout.close()
        os.close(1)
        os.close(2)

    # Cheating.

    def mutate(self, x):
        x *= 2
        return x

    def reshape(self, x):
        x.shape = (x.size,)

    def replace_numpy(self):
        np.allclose = np.array_equal = lambda *args, **kwargs: True
        np.random.seed = lambda seed: None
        hashlib.sha256 = hashlib.md5

    def sees_replaced_numpy(self):
        return bool(np.array_equal(0, 1))

    def forge_frame(self, raw):
        """Write to every descriptor, in the hope that one is the harness's."""
        written = 0
        for descriptor in DESCRIPTORS:
            try:
                written += os.write(descriptor, bytes(raw)) > 0
            except OSError:
                continue
        return written

    # What a confinement has to refuse.

    def read(self, path):
        return len(Path(path).read_bytes())

    def list(self, path):
        return os.listdir(path)

    def write(self, path):
        Path(path).write_text("mine")
        return True

    def change_mode(self, path):
        os.chmod(path, 0o777)

    def link(self, path):
        link = Path(os.environ["TMPDIR"], "link")
        link.unlink(missing_ok=True)
        link.symlink_to(path)
        return str(link)

    def new_session(self):
        os.setsid()

    def temporary_file(self):
        path = Path(os.environ["TMPDIR"], "mine.txt")
        path.write_text("mine")
        return path.read_text()

    def connect(self, port):
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True

    def unix_socket(self):
        socket.socketpair()

    def execute(self):
        return subprocess.run(["/bin/true"], check=True).returncode

    def fork(self):
        if os.fork() == 0:
            os._exit(0)

    def fork_bomb(self):
        started = 0
        for _ in range(100):
            try:
                if os.fork() == 0:
                    os._exit(0)
                started += 1
            except OSError:
                continue
        return started

    def kill(self, process):
        os.kill(process, signal.SIGKILL)

    def tgkill(self, process):
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        result = libc.syscall(234, process, process, signal.SIGKILL)
        return ctypes.get_errno() if result else 0

    def limit_other(self, process):
        import resource

        resource.prlimit(process, resource.RLIMIT_NOFILE, (3, 3))

    def read_memory(self, process):
        return len(Path(f"/proc/{process}/mem").read_bytes())

    def environment(self):
        return dict(os.environ)

    def search_path(self):
        return sys.path

    def parent(self):
        return os.getppid()

    def big_file(self):
        path = Path(os.environ["TMPDIR"], "big")
        with path.open("wb") as file:
            for _ in range(32):
                file.write(b"x" * 2**20)
        return path.stat().st_size


class Silent(Exception):
    def __str__(self):
        raise ValueError("no text")


class ReprRaises:
    def __repr__(self):
        raise ValueError("no repr")


class ReprExits:
    def __repr__(self):
        sys.exit(0)


class ReprLoops:
    def __repr__(self):
        while True:
            pass


def build(spec):
    if spec.name() == "Sigmoid":
        return None
    if spec.name() == "TanH":
        raise ValueError("no TanH here")
    if spec.name() == "Flatten":
        while True:
            pass
    if spec.name() == "SoftMax":
        os._exit(3)
    return Hostile(spec)


def describe():
    return {"adapter": "hostile", "conventions": {"dropout argument": "keep"}}
