"""Evaluations and time of gradient checkers against the number of parameters, and against a single direction.

All checkers look at the same function, tanh(X W), and take turns; the median of their turns counts. Times are those of
the processor, which other programs on the machine change little; set OMP_NUM_THREADS=1, so that one thread works.
What would take longer than a minute is not run but extrapolated: evaluations by the number of parameters, time by
evaluations and the time of one forward. Such figures are marked with `~`.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from bugs.lstm import HIDDEN, INPUTS, LSTM
from bugs.numeric import Dense
from bugs.subject import Array
from checkers import Checker, available
from drawing import Curve, log_log

from backproof import check_gradient

OURS, SINGLE, ELEMENT_WISE = "backproof", "jax", "cs231n, 1e-7"
TURNS = 5  # fewer if they take long
SIZES = tuple(10**power for power in range(2, 8))


class Counted(Dense):
    """tanh(X W), which counts calls of forward.

    Args:
        rows, columns, batch: sizes of W, (rows, columns), and X, (batch, rows).
    """

    def __init__(self, rows: int, columns: int = 10, batch: int = 8) -> None:
        self.rows, self.columns, self.batch, self.forwards = rows, columns, batch, 0
        super().__init__(np.random.default_rng(0))

    def forward(self, x: Array) -> Array:
        self.forwards += 1
        return super().forward(x)

    def seconds(self) -> float:
        """The time of one forward, the median of nine."""
        times = []
        for _ in range(9):
            started = time.process_time()
            super().forward(self.x)
            times.append(time.process_time() - started)
        return statistics.median(times)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a checker takes; `guessed` if it was not run."""

    evaluations: int
    seconds: float
    guessed: bool = False

    def grown(self, factor: int, slower: float) -> Cost:
        """The cost of an element-wise checker for `factor` times as many parameters, if a forward is so much slower."""
        return Cost(evaluations=self.evaluations * factor, seconds=self.seconds * factor * slower, guessed=True)


def once(checker: Checker, subject: Counted, seed: int) -> Cost:
    """Run a checker."""
    subject.forwards = 0
    started = time.process_time()
    checker(subject, seed)
    return Cost(seconds=time.process_time() - started, evaluations=subject.forwards)


def in_turns(
    checkers: Mapping[str, Checker], subject: Counted, turns: int, longest: float = 60
) -> dict[str, list[Cost]]:
    """Several runs of each; one that takes long has fewer."""
    costs: dict[str, list[Cost]] = {name: [] for name in checkers}
    for turn in range(turns + 1):
        for name, checker in checkers.items():
            if turn and sum(cost.seconds for cost in costs[name]) > longest / 6:
                continue
            costs[name].append(once(checker, subject, turn))
    return {name: of_one[1:] or of_one for name, of_one in costs.items()}  # the first turn warms caches


def median(costs: list[Cost]) -> Cost:
    """The median time, and the most evaluations."""
    return Cost(
        evaluations=max(cost.evaluations for cost in costs),
        seconds=statistics.median(cost.seconds for cost in costs),
    )


def growth(checkers: Mapping[str, Checker], longest: float) -> dict[str, dict[int, Cost]]:
    """The cost of every checker for every size."""
    table: dict[str, dict[int, Cost]] = {name: {} for name in checkers}
    before, of_forward_before = 0, 1.0
    for size in SIZES:
        subject = Counted(size // 10)
        of_forward = subject.seconds()
        guesses = {
            name: table[name][before].grown(size // before, max(of_forward / of_forward_before, 1.0))
            for name, checker in checkers.items()
            if before and checker.element_wise
        }
        affordable = {
            name: checker
            for name, checker in checkers.items()
            if name not in guesses or guesses[name].seconds <= longest
        }
        runs = in_turns(affordable, subject, TURNS if size < 10**6 else 1, longest)
        for name in checkers:
            table[name][size] = median(runs[name]) if name in runs else guesses[name]
        print(f"... {size:,} parameters", flush=True)
        before, of_forward_before = size, of_forward
    return table


def print_growth(table: Mapping[str, Mapping[int, Cost]]) -> None:
    """Evaluations, then milliseconds, a row per checker."""
    head = "".join(f"{size:>14,}" for size in SIZES)
    print(f"\n{'evaluations of forward':<24}{head}")
    for name, costs in table.items():
        print(f"{name:<24}" + "".join(f"{_mark(costs[size])}{costs[size].evaluations:>13,}" for size in SIZES))
    print(f"\n{'milliseconds':<24}{head}")
    for name, costs in table.items():
        print(f"{name:<24}" + "".join(f"{_mark(costs[size])}{1e3 * costs[size].seconds:>13,.1f}" for size in SIZES))
    print(f"\n{'times as long as ours':<24}{head}")
    for name, costs in table.items():
        ratios = [costs[size].seconds / table[OURS][size].seconds for size in SIZES]
        marks = [_mark(costs[size]) for size in SIZES]
        print(f"{name:<24}" + "".join(f"{mark}{ratio:>13,.2f}" for mark, ratio in zip(marks, ratios, strict=True)))


def _mark(cost: Cost) -> str:
    return "~" if cost.guessed else " "


def print_layer(checkers: Mapping[str, Checker]) -> None:
    """A layer of 784 × 128 weights, batch 32: every checker that does not look at single entries, in turns."""
    subject = Counted(784, 128, 32)
    runs = in_turns({name: checker for name, checker in checkers.items() if not checker.element_wise}, subject, 21)
    print(f"\n{'784 x 128, batch 32':<24}{'evaluations':>14}{'ms':>10}{'of ' + SINGLE:>10}")
    for name, costs in runs.items():
        ratios = [cost.seconds / other.seconds for cost, other in zip(costs, runs.get(SINGLE, costs), strict=False)]
        cost = median(costs)
        row = f"{cost.evaluations:>14}{1e3 * cost.seconds:>10.1f}{statistics.median(ratios):>10.2f}"
        print(f"{name:<24}{row}")


def print_evaluations() -> None:
    """Layers with several blocks, all of which are checked: calls of forward and backward."""
    dense = Counted(784, 128, 32)
    lstm = LSTM(np.random.default_rng(0))

    def affine(blocks: dict[str, Array]) -> Array:
        return blocks["x"] @ blocks["weights"]

    def affine_back(blocks: dict[str, Array], dy: Array) -> dict[str, Array]:
        return {"x": dy @ blocks["weights"].T, "weights": blocks["x"].T @ dy}

    def lstm_forward(blocks: dict[str, Array]) -> Array:
        return lstm.forward(np.vstack([blocks["input"], blocks["hidden"], blocks["bias"]]))

    def lstm_back(blocks: dict[str, Array], dy: Array) -> dict[str, Array]:
        stacked = lstm.backward(np.vstack([blocks["input"], blocks["hidden"], blocks["bias"]]), dy)
        return dict(zip(("input", "hidden", "bias"), np.split(stacked, [INPUTS, INPUTS + HIDDEN]), strict=True))

    of_input, of_hidden, bias = np.split(lstm.x, [INPUTS, INPUTS + HIDDEN])
    layers = {
        "tanh(X W): W": check_gradient(dense.forward, dense.backward, dense.x),
        "fully connected: x and W": check_gradient(affine, affine_back, {"x": dense.inputs, "weights": dense.x}),
        "LSTM: three blocks of weights": check_gradient(
            lstm_forward, lstm_back, {"input": of_input, "hidden": of_hidden, "bias": bias}
        ),
    }
    print(f"\n{'layer: blocks':<32}{'forward':>10}{'backward':>10}  verdict")
    for name, result in layers.items():
        print(f"{name:<32}{result.evaluations:>10}{result.backwards:>10}  {result.verdict}")


def draw(table: Mapping[str, Mapping[int, Cost]], folder: Path) -> None:
    """Write gradient-evaluations.svg and gradient-time.svg."""
    for file, title, up in (
        ("gradient-evaluations.svg", "Evaluations of forward in a gradient check", "evaluations"),
        ("gradient-time.svg", "Time of a gradient check", "seconds"),
    ):
        curves = {
            name: Curve(
                points=[(size, getattr(cost, up)) for size, cost in costs.items()],
                guessed=sum(cost.guessed for cost in costs.values()),
            )
            for name, costs in table.items()
        }
        picture = log_log(curves, title=title, across="parameters", up=up)
        (folder / file).write_text(picture, encoding="utf-8")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="write the pictures")
    parser.add_argument("--longest", type=float, default=60, help="seconds above which a run is extrapolated")
    options = parser.parse_args()
    checkers = available()
    print_layer(checkers)
    print_evaluations()
    table = growth(checkers, options.longest)
    print_growth(table)
    slow, single = ELEMENT_WISE, SINGLE
    ratio = table[slow][10**5].seconds / table[OURS][10**5].seconds
    print(f"\nat 100,000 parameters: {ratio:,.0f} times as fast as {slow}", end="")
    print(f", {table[OURS][10**5].seconds / table[single][10**5].seconds:.1f} times the time of {single}")
    if options.plots:
        draw(table, options.plots)


if __name__ == "__main__":
    main()
