"""How often is a wrong gradient missed, next to the bound of docs/explanation/guarantee.md?

The gradient of the sum of 64 numbers is wrong by a vector e of a chosen size, in units of the tolerance: in one entry,
in two entries alike (the worst case of the bound) or in all. What is counted are the checks that pass.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backproof.checks.numerics.directions import norm, scale_of
from backproof.checks.numerics.gradient import BlockChecker, BlockResult

Array = NDArray[np.float64]

SIZE = 64
CONSTANT = 2 * math.sqrt(2)  # of the bound
SHAPES = {"one entry": 1, "two entries": 2, "all entries": SIZE}
RATIOS = (2.0, 4.0, 16.0, 64.0)  # s ‖e‖ / τ
POINT = np.random.default_rng(0).normal(size=SIZE)
WIDTH = 40  # of the plot


@dataclass(frozen=True)
class Rate:
    """What a simulation has counted.

    Attributes:
        missed, trials: checks that passed, and checks.
        bound: of the probability to miss.
    """

    missed: int
    trials: int
    bound: float


def check(error: Array, seed: Sequence[int], directions: int) -> tuple[BlockResult, float]:
    """One check of the gradient that is wrong by `error`, and the size of its first incoming gradient."""
    seen: list[float] = []

    def pull(v: Array) -> Array:
        seen.append(abs(float(v[0])))
        return v[0] * (1.0 + error)

    def evaluate(points: Sequence[Array]) -> list[Array]:
        return [np.array([point.sum()]) for point in points]

    rng = np.random.default_rng(seed)
    return BlockChecker(evaluate, pull, POINT, rng, directions=directions).run(), seen[0]


def tolerances(trials: int = 300) -> Array:
    """Tolerances of checks of the right gradient, in one direction, for an incoming gradient of size 1."""
    checks = [check(np.zeros(SIZE), (seed, 1), 1) for seed in range(trials)]
    return np.array([result.tolerance / size for result, size in checks])


def error_of(entries: int, ratio: float, tolerance: float) -> Array:
    """An error in the first entries, alike, with s ‖e‖ = ratio · τ."""
    error = (np.arange(SIZE) < entries).astype(np.float64)
    return error * (ratio * tolerance / (scale_of(POINT) * norm(error)))


def bound_of(entries: int, step: float, known: Array, directions: int) -> float:
    """The bound of the page for s ‖e‖ = `step`, over the tolerances that occur."""
    surely_seen = (step > 4 * known) if entries == 1 else False
    each = np.where(surely_seen, 0.0, np.minimum(1.0, CONSTANT * known / step))
    return float(np.mean(each)) ** directions


def exact_for_two(step: float, known: Array, directions: int) -> float:
    """The probability to miss an error in two equal entries, if differences were exact: see the page."""
    window = np.minimum(1.0, math.sqrt(2) * known / step)
    return float(np.mean(window - window**2 / 2)) ** directions


def simulate(entries: int, ratio: float, *, directions: int, trials: int, known: Array) -> Rate:
    """Count the checks that pass although the gradient is wrong."""
    typical = float(np.mean(known))
    error = error_of(entries, ratio, typical)
    missed = 0
    for trial in range(trials):
        result, _ = check(error, (trial, 2, directions, entries, int(ratio)), directions)
        missed += result.fault is None and not result.undecided
    return Rate(missed, trials, bound_of(entries, ratio * typical, known, directions))


def main() -> None:
    """Print the table and the plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=1000, help="checks for each row")
    trials = parser.parse_args().trials
    known = tolerances()
    size = scale_of(POINT) * math.sqrt(SIZE)
    print(f"tolerance {np.mean(known):.2g} for a derivative of about {size:.2g}; {trials} checks in each row")
    print(f"{'wrong in':<12}  {'s‖e‖/τ':>7}  {'k':>2}  {'missed':>8}  {'bound':>8}  missed ▓, bound ░")
    for name, entries in SHAPES.items():
        for ratio in RATIOS:
            for directions in (1, 2):
                rate = simulate(entries, ratio, directions=directions, trials=trials, known=known)
                share = rate.missed / rate.trials
                filled = round(WIDTH * share)
                bar = "▓" * filled + "░" * (round(WIDTH * rate.bound) - filled)
                print(f"{name:<12}  {ratio:>7g}  {directions:>2}  {share:>8.4f}  {rate.bound:>8.4f}  {bar}")


if __name__ == "__main__":
    main()
