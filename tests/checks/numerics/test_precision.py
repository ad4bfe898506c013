"""Functions that compute in float32: right gradients are never called wrong, wrong ones are found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from backproof.checks.numerics.compare import EPS, Estimate, compare
from backproof.checks.numerics.gradient import BlockChecker, BlockResult
from backproof.checks.numerics.precision import FLOAT32, FLOAT64, current, holds_float32, judged_in

from .functions import (
    BATCH_NORM,
    DEEP_TANH,
    KINKED_ELSEWHERE,
    KINKED_ENTRIES,
    KINKED_MIXTURES,
    LINEAR,
    LOSS,
    RELU,
    SMOOTH,
    SOFTMAX,
    TANH,
    Array,
    Function,
    Mutate,
)

SEEDS = range(20)
# float32 does not have these numbers, or not enough digits for them.
OUT_OF_REACH = {
    "a large constant plus squares",  # what changes is below the last digit of 1e8
    "three times 1e300",
    "batch norm far from 0",
    "batch norm of 2 samples far from 0",
}


def single(values: Array) -> Array:
    return values.astype(np.float32)  # type: ignore[return-value]  # that is the point: float32 in disguise


def check(function: Function, seed: int, mutate: Mutate | None = None) -> BlockResult:
    rng = np.random.default_rng([seed, 7])
    x = FLOAT32.rounded(function.draw(rng))

    def evaluate(points: Sequence[Array]) -> list[Array]:
        return [single(np.asarray(function.forward(single(point)))) for point in points]

    def pull(v: Array) -> Array:
        right = function.backward(single(x), single(v))
        return np.asarray(single(mutate(right, x, v) if mutate else np.asarray(right)), dtype=np.float64)

    with np.errstate(all="ignore"), judged_in(lambda: FLOAT32):
        return BlockChecker(evaluate, pull, x, rng).run()


def outcomes(function: Function, mutate: Mutate | None = None) -> Counter[str]:
    results = [check(function, seed, mutate) for seed in SEEDS]
    return Counter("accused" if result.fault else "undecided" if result.undecided else "accepted" for result in results)


@pytest.mark.parametrize("name", sorted(SMOOTH.keys() - OUT_OF_REACH))
def test_smooth_functions_are_accepted(name: str) -> None:
    counts = outcomes(SMOOTH[name])
    assert counts["accused"] == 0
    assert counts["undecided"] <= 0.15 * len(SEEDS)


@pytest.mark.parametrize("name", sorted(OUT_OF_REACH))
def test_what_float32_cannot_show_is_undecided_and_not_wrong(name: str) -> None:
    assert outcomes(SMOOTH[name])["accused"] == 0


@pytest.mark.parametrize("name", KINKED_ELSEWHERE | KINKED_ENTRIES)
def test_kinks_do_not_matter(name: str) -> None:
    counts = outcomes((KINKED_ELSEWHERE | KINKED_ENTRIES)[name])
    assert counts["accused"] == 0
    assert counts["undecided"] <= 0.2 * len(SEEDS)


@pytest.mark.parametrize("name", KINKED_MIXTURES)
def test_mixed_kinks_are_not_accused(name: str) -> None:
    assert outcomes(KINKED_MIXTURES[name])["accused"] == 0


WRONG: dict[str, Mutate] = {
    "sign": lambda g, x, v: -g,
    "a hundredth": lambda g, x, v: g * 1.01,
    "zero": lambda g, x, v: np.zeros_like(g),
    "shifted": lambda g, x, v: np.roll(g, 1, axis=-1),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize(
    "function",
    [TANH, LINEAR, SOFTMAX, BATCH_NORM, DEEP_TANH, LOSS, RELU],
    ids=["tanh", "linear", "softmax", "batch norm", "deep tanh", "loss", "relu"],
)
def test_wrong_gradients_are_found(function: Function, wrong: str) -> None:
    """Along a direction on which a small error projects to little, nothing is seen; then the result is undecided.

    An error of a hundredth, with a tolerance of 2.6e-4 as for softmax, projects to little on both directions with a
    probability of (2 sqrt(2) 2.6e-4 / 0.01)^2 = 0.5 % at most: 0.3 of 60 seeds; more than 3 have a probability of 4e-4.
    """
    counts = outcomes(function, WRONG[wrong])
    assert counts["accepted"] <= (3 if wrong == "a hundredth" else 0)
    assert counts["accused"] >= 0.9 * len(SEEDS)


def test_the_tolerance_is_far_below_a_thousandth() -> None:
    for function in (TANH, LINEAR, SOFTMAX, BATCH_NORM, RELU):
        results = [check(function, seed) for seed in SEEDS]
        assert np.median([result.tolerance / result.scale for result in results]) < 5e-4


def test_precision_is_float64_unless_a_context_says_otherwise() -> None:
    assert current() is FLOAT64
    with judged_in(lambda: FLOAT32):
        assert current() is FLOAT32
    assert current() is FLOAT64


def test_rounding_errors_grow_with_the_unit_and_slack_does_not() -> None:
    expected = Estimate(np.zeros(2), np.full(2, 8 * EPS), np.array([0.0, 0.5]))
    assert not compare(np.array([1e-9, 0.0]), expected).within
    assert compare(np.array([0.0, 0.5]), expected).within
    with judged_in(lambda: FLOAT32):
        assert compare(np.array([8e-7, 0.5]), expected).within
        assert not compare(np.array([1e-6, 0.0]), expected).within
        assert not compare(np.array([0.0, 0.51]), expected).within


class TestHoldsFloat32:
    VALUES = np.random.default_rng(0).normal(size=50)

    def test_values_of_float32(self) -> None:
        assert holds_float32(FLOAT32.rounded(self.VALUES))
        assert holds_float32(FLOAT32.rounded(self.VALUES)[3])

    def test_not_values_of_float64_and_not_all_but_one(self) -> None:
        assert not holds_float32(self.VALUES)
        assert not holds_float32(np.append(FLOAT32.rounded(self.VALUES), 0.1))

    @pytest.mark.parametrize("values", [[], [0.0, 1.0, -0.5], [3.0, 1024.0], [np.nan, np.inf], [0.1]])
    def test_not_what_tells_nothing(self, values: list[float]) -> None:
        assert not holds_float32(np.array(values))

    def test_not_decimals(self) -> None:
        assert not holds_float32(np.round(self.VALUES, 6))
        assert not holds_float32(FLOAT32.rounded(self.VALUES) + 1e-6)
