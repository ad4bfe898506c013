"""A checker that is given the definition: the derivative is that of float64, and only backward is judged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from backproof.checks.numerics.gradient import BlockChecker, BlockResult, Rounding
from backproof.checks.numerics.localise import Localiser
from backproof.checks.numerics.precision import FLOAT32, FLOAT64, Precision, judged_in

from .functions import BATCH_NORM, DEEP_TANH, LOSS, RELU, SOFTMAX, TANH, Array, Function, Mutate, at

SEEDS = range(30)
PRECISIONS = [FLOAT64, FLOAT32]
TRUSTED = {
    "tanh": TANH,
    "relu": RELU,
    "softmax": SOFTMAX,
    "batch norm": BATCH_NORM,
    "deep tanh": DEEP_TANH,
    "loss": LOSS,
}


def checker(
    function: Function,
    seed: int,
    precision: Precision,
    mutate: Mutate | None = None,
    rounding: Rounding | None = None,
) -> BlockChecker:
    """`backward` computes in the precision, the definition in float64."""
    rng = np.random.default_rng([seed, 7])
    x = precision.rounded(function.draw(rng))

    def evaluate(points: Sequence[Array]) -> list[Array]:
        return [function.forward(point) for point in points]

    def pull(v: Array) -> Array:
        right = np.asarray(function.backward(x.astype(precision.dtype), v.astype(precision.dtype)))
        return np.asarray(mutate(right, x, v) if mutate else right, dtype=np.float64)

    return BlockChecker(evaluate, pull, x, rng, trusted=True, rounding=rounding)


def check(
    function: Function,
    seed: int,
    precision: Precision,
    mutate: Mutate | None = None,
    rounding: Rounding | None = None,
) -> BlockResult:
    """What that checker says."""
    with np.errstate(all="ignore"), judged_in(lambda: precision):
        return checker(function, seed, precision, mutate, rounding).run()


@pytest.mark.parametrize("precision", PRECISIONS, ids=lambda precision: precision.dtype)
@pytest.mark.parametrize("name", TRUSTED)
def test_right_gradients_are_accepted_in_the_precision_judged(name: str, precision: Precision) -> None:
    results = [check(TRUSTED[name], seed, precision) for seed in SEEDS]
    assert all(result.fault is None and not result.undecided for result in results)


@pytest.mark.parametrize("name", TRUSTED)
def test_an_error_of_a_fiftieth_is_seen_in_float32(name: str) -> None:
    """The tolerance is about 2e-4, so both directions miss it in (2 sqrt(2) 2e-4 / 0.02)^2 = 0.08 % of the seeds."""
    results = [check(TRUSTED[name], seed, FLOAT32, lambda g, x, v: 1.02 * g) for seed in SEEDS]
    assert all(result.fault is not None for result in results)


@pytest.mark.parametrize("precision", PRECISIONS, ids=lambda precision: precision.dtype)
def test_a_gradient_that_vanishes_by_cancellation_is_held_to_the_rounding_bound(precision: Precision) -> None:
    """In a batch of two every normalised value is ±1, so the gradient is 0 but for rounding of its terms.

    A fresh direction may miss the error by chance, in about 1 % of the seeds: then nothing is decided.
    """
    wrong = []
    function = at(BATCH_NORM, lambda rng: np.array([[1.0], [-1.0]]) + 0.2 * rng.normal(size=(2, 4)))
    for seed in SEEDS:
        x = function.draw(np.random.default_rng([seed, 7]))
        deviation = x.std(axis=0)

        def rounding(v: Array, x: Array = x, deviation: Array = deviation) -> Array:
            terms = np.abs(v).sum(axis=0) / deviation * (1 + np.abs(x).max(axis=0) / deviation)
            return 100 * precision.eps * np.broadcast_to(terms, v.shape)

        def off(g: Array, x: Array, v: Array) -> Array:
            return g + 0.1 * v

        assert check(function, seed, precision, rounding=rounding).fault is None
        wrong.append(check(function, seed, precision, off, rounding=rounding))
    assert all(result.fault is not None or result.undecided for result in wrong)
    assert sum(result.fault is not None for result in wrong) >= len(SEEDS) - 3


def test_rounding_is_asked_for_the_cotangent_in_use() -> None:
    asked: list[Array] = []
    pulled: list[Array] = []

    def rounding(v: Array) -> Array:
        asked.append(v)
        return np.full(v.shape, 1e-12)

    def remember(g: Array, x: Array, v: Array) -> Array:
        pulled.append(v)
        return g

    assert check(TANH, 0, FLOAT64, remember, rounding).fault is None
    assert len(asked) == 2
    assert all(any(np.array_equal(v, other) for other in pulled) for v in asked)


def test_what_is_wrong_is_located_with_the_definition() -> None:
    def off(g: Array, x: Array, v: Array) -> Array:
        wrong = np.array(g)
        wrong[2, 3] *= 1.01
        return wrong

    with judged_in(lambda: FLOAT32):
        made = checker(TANH, 0, FLOAT32, off)
        result = made.run()
        assert result.fault is not None
        location = Localiser.after(made, result.fault.cotangent).locate({})
    assert [entry.index for entry in location.entries if entry.wrong] == [(2, 3)]
