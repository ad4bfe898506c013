"""Evaluations and time of a gradient check against the number of parameters, next to element-wise differences.

The element-wise checker needs two evaluations per parameter; above 10,000 parameters its time is extrapolated
from 200 of them and marked with `~`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from backproof.checks.numerics.gradient import BlockChecker

Array = NDArray[np.float64]
BATCH, OUTPUTS = 8, 10
SAMPLED = 200


class Linear:
    """y = tanh(x W): the gradient of W is checked."""

    def __init__(self, parameters: int) -> None:
        rng = np.random.default_rng(0)
        self.x = rng.normal(size=(BATCH, parameters // OUTPUTS)) / np.sqrt(parameters / OUTPUTS)
        self.weights = rng.normal(size=(parameters // OUTPUTS, OUTPUTS))

    def evaluate(self, points: Sequence[Array]) -> list[Array]:
        """The output at each of several weights."""
        return [np.tanh(self.x @ point) for point in points]

    def pull(self, v: Array) -> Array:
        """The claimed gradient of the weights."""
        return self.x.T @ (v * (1 - np.tanh(self.x @ self.weights) ** 2))


def element_wise(function: Linear) -> tuple[int, float, bool]:
    """Evaluations and seconds of central differences for every entry; True if extrapolated."""
    size = function.weights.size
    looked_at = min(size, SAMPLED) if size > 10_000 else size
    v = np.ones((BATCH, OUTPUTS))
    started = time.perf_counter()
    for index in range(looked_at):
        point = function.weights.copy()
        for step in (1e-5, -1e-5):
            point.ravel()[index] = function.weights.ravel()[index] + step
            np.vdot(v, function.evaluate([point])[0])
    seconds = (time.perf_counter() - started) * size / looked_at
    return 2 * size, seconds, looked_at < size


def main() -> None:
    """Print the table."""
    print(f"{'parameters':>10}  {'evaluations':>11}  {'ms':>8}  {'element-wise':>12}  {'ms':>12}  {'ratio':>8}")
    for exponent in range(2, 7):
        function = Linear(10**exponent)
        times = []
        for seed in range(3):
            started = time.perf_counter()
            checker = BlockChecker(function.evaluate, function.pull, function.weights, np.random.default_rng(seed))
            result = checker.run()
            times.append(time.perf_counter() - started)
            if result.fault is not None:
                raise AssertionError("a correct gradient is accused")
        seconds = float(np.median(times))
        count, slow, guessed = element_wise(function)
        mark = "~" if guessed else " "
        print(
            f"{10**exponent:>10,}  {result.evaluations:>11}  {1e3 * seconds:>8.1f}  {count:>12,}  "
            f"{mark}{1e3 * slow:>11,.1f}  {slow / seconds:>8,.0f}"
        )


if __name__ == "__main__":
    main()
