"""Forward and backward of every layer, and a training step of LeNet, next to PyTorch on the same processor.

Both sides take float32 and the same number of threads, and take turns, so that a drift of the machine meets them alike;
the shortest time of each counts. A turn is long enough for the other side's waiting threads to fall asleep, which would
take the processor away from this one. PyTorch computes the gradients of input and parameters, as our layers always do.
Then memory, by how much steps raise the peak of a process (Linux only), and convolution next to two frameworks that are
NumPy alone: numpy-ml, and autograd's convolution.
"""

from __future__ import annotations

import argparse
import collections
import collections.abc
import gc
import os
import subprocess
import sys
import time
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from layers_vs_torch_rows import RNG, ROWS, Step, conv

from backproof.framework import Conv
from backproof.threads import THREADS

TURNS = 5  # of each side
SECONDS = 0.25  # of a turn, at least
CALLS = 3  # in a turn, at least
FOR_MEMORY = "LeNet", "Conv", "Pooling 32x64", "BatchNormalization 32x64", "LSTM 200"


def best_times(*steps: Step) -> list[float]:
    """The shortest time of each in milliseconds, taking turns."""
    best = [float("inf")] * len(steps)
    for _ in range(TURNS):
        for index, step in enumerate(steps):
            started, calls = time.perf_counter(), 0
            while calls < CALLS or time.perf_counter() - started < SECONDS:
                before = time.perf_counter()
                step()
                best[index] = min(best[index], 1e3 * (time.perf_counter() - before))
                calls += 1
    return best


def print_times(names: list[str]) -> None:
    """Print the table of times, with as many threads as the environment says."""
    threads = int(os.environ[THREADS[0]])
    torch.set_num_threads(threads)
    print_head(f"{threads} thread" + "s" * (threads > 1), "ms", "PyTorch")
    for name, build, arguments in ROWS:
        if name in names:
            print_row(name, *best_times(*(make() for make in build(*arguments))))


def print_memory(names: list[str]) -> None:
    """Print the table of memory: a process for each row and side."""
    print_head("growth of the peak, 1 thread", "MiB", "PyTorch")
    for name in names:
        if name.startswith(FOR_MEMORY):
            print_row(name, *(float(child(f"peak{side}", [name], 1, stdout=subprocess.PIPE)) for side in (0, 1)))


def print_peak(name: str, side: int) -> None:
    """Print by how many MiB two steps raise the peak of this process."""

    def status(field: str) -> float:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))

    torch.set_num_threads(1)
    build, arguments = next(row[1:] for row in ROWS if row[0] == name)
    growth = 0.0
    for _ in range(2):  # the first time is for what is kept for good, such as compiled kernels
        builders = build(*arguments)
        gc.collect()
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # resets the peak
        before = status("VmRSS")
        step = builders[side]()
        step()
        step()
        growth = status("VmHWM") - before
        del step, builders
    print(growth)


def print_numpy(names: list[str]) -> None:
    """Print the tables of convolutions next to frameworks that are NumPy alone; float64, stride 1."""
    for peer, module, make in (
        ("numpy-ml", "numpy_ml.neural_nets.layers", numpy_ml_step),
        ("autograd", "autograd.scipy.signal", autograd_step),
    ):
        collections.Hashable = collections.abc.Hashable  # type: ignore[attr-defined] # numpy-ml needs what Python 3.10 removed
        try:
            with warnings.catch_warnings(action="ignore"):  # about packages that numpy-ml would like to have
                import_module(module)
        except ImportError:
            print(f"\n{peer} is not installed: left out")
            continue
        print_head("1 thread, float64", "ms", peer)
        for name, build, arguments in ROWS:
            if name in names and build is conv and len(arguments) == 5:  # their "same" is another for strides
                batch, channels, size, kernels, kernel = arguments
                layer = Conv(1, (channels, kernel, kernel), kernels)
                x = RNG.normal(size=(batch, channels, size, size))
                error = layer.forward(x)
                print_row(name, *best_times(step_of(layer, x, error), make(layer, x, error)))


def numpy_ml_step(layer: Any, x: Any, error: Any) -> Step:
    """Forward and backward of numpy-ml's layer, channels last; it collects what it has seen until told to forget."""
    module = import_module("numpy_ml.neural_nets.layers")
    other = module.Conv2D(layer.num_kernels, layer.convolution_shape[1:], "same")
    x, error = last(x), last(error)
    return lambda: (other.forward(x), other.backward(error), other.flush_gradients())


def autograd_step(layer: Any, x: Any, error: Any) -> Step:
    """Forward and gradients, by input and kernels, of autograd's convolution; it has no padding, so x comes padded."""
    convolve, make_vjp = import_module("autograd.scipy.signal").convolve, import_module("autograd").make_vjp
    margins = [((size - 1) // 2, size // 2) for size in layer.convolution_shape[1:]]
    padded = np.pad(x, [(0, 0), (0, 0), *margins])
    kernels = layer.weights.swapaxes(0, 1)

    def forward(both: Any) -> Any:
        return convolve(*both, axes=([2, 3], [2, 3]), dot_axes=([1], [0]), mode="valid")

    def step() -> object:
        vjp, _ = make_vjp(forward)((padded, kernels))
        return vjp(error)

    return step


def step_of(layer: Any, x: Any, error: Any) -> Step:
    """Forward and backward."""
    return lambda: (layer.forward(x), layer.backward(error))


def last(images: Any) -> Any:
    """The same images with channels last."""
    return np.ascontiguousarray(images.transpose(0, 2, 3, 1))


def print_head(title: str, unit: str, peer: str) -> None:
    """Print the head of a table."""
    print(f"\n{title:<46} {unit:>9} {peer:>9} {'ratio':>6}", flush=True)


def print_row(name: str, ours: float, theirs: float) -> None:
    """Print a row of a table."""
    print(f"{name:<46} {ours:>9.3f} {theirs:>9.3f} {ours / theirs if theirs else float('inf'):>6.2f}", flush=True)


def child(table: str, names: list[str], threads: int, stdout: int | None = None) -> str:
    """Run this program for one table in a process of its own: libraries set up their threads when they are loaded."""
    environment = {**os.environ, **dict.fromkeys(THREADS, str(threads))}
    if table.startswith("peak"):
        environment["MALLOC_MMAP_THRESHOLD_"] = "65536"  # freed memory goes back at once
    command = [sys.executable, __file__, *names, "--child", table]
    return subprocess.run(command, env=environment, check=True, text=True, stdout=stdout).stdout


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", help="parts of the names of the rows to run; none: all")
    parser.add_argument("--threads", type=int, nargs="*", default=sorted({1, os.cpu_count() or 1}))
    parser.add_argument("--tables", nargs="*", default=["times", "memory", "numpy"])
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    names = [name for name, *_ in ROWS if not options.rows or any(part in name for part in options.rows)]
    match options.child:
        case "times":
            print_times(names)
        case "numpy":
            print_numpy(names)
        case "peak0" | "peak1":
            print_peak(names[0], int(options.child[-1]))
        case None:
            for threads in options.threads if "times" in options.tables else ():
                child("times", names, threads)
            if "memory" in options.tables:
                print_memory(names)
            if "numpy" in options.tables:
                child("numpy", names, 1)


if __name__ == "__main__":
    main()
