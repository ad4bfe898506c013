"""Linearity, repeated answers and finiteness of arrays: both sides, in float64 and float32."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from backproof.checks.numerics.answers import changed, not_finite, sizes
from backproof.checks.numerics.linearity import Linear, combined, nearby, noise_of
from backproof.checks.numerics.precision import FLOAT32, FLOAT64, Precision, judged_in

from .functions import BATCH_NORM, Array

SEEDS = range(30)
PRECISIONS = pytest.mark.parametrize("precision", [FLOAT64, FLOAT32], ids=lambda precision: precision.dtype)


def law(backward: Callable[[Array], Array], shape: tuple[int, ...], seed: int, precision: Precision) -> Linear:
    """What backward answers in the precision; noise is asked for as in the docstring of the module."""
    rng = np.random.default_rng(seed)

    def ask(v: Array) -> Array:
        return np.asarray(backward(v.astype(precision.dtype)), dtype=np.float64)

    v, w = (precision.rounded(rng.normal(size=shape)) for _ in range(2))
    found = Linear(ask(v), ask(w), ask(precision.rounded(combined(v, w))))
    return replace(found, noise=noise_of([ask(other) for other in nearby(v, rng)], ask(v))) if found.broken() else found


def cancelling(samples: int, seed: int, precision: Precision) -> Callable[[Array], Array]:
    x = np.random.default_rng([seed, 1]).normal(size=(samples, 5)).astype(precision.dtype)
    return lambda v: BATCH_NORM.backward(x, v)


@PRECISIONS
@pytest.mark.parametrize("samples", [2, 3, 10])
def test_gradients_that_cancel_are_linear(samples: int, precision: Precision) -> None:
    with judged_in(lambda: precision):
        for seed in SEEDS:
            assert law(cancelling(samples, seed, precision), (samples, 5), seed, precision).broken() is None


@PRECISIONS
@pytest.mark.parametrize("name", ["square", "constant", "absolute value", "clipped"])
def test_what_is_not_linear_is_found_beside_terms_that_cancel(name: str, precision: Precision) -> None:
    term: Callable[[Array], Array] = {
        "square": np.square,
        "constant": np.ones_like,
        "absolute value": np.abs,
        "clipped": lambda v: np.clip(v, -0.5, 0.5),
    }[name]
    with judged_in(lambda: precision):
        for seed in SEEDS:
            right = cancelling(2, seed, precision)
            assert law(lambda v, right=right: right(v) + 0.1 * term(v), (2, 5), seed, precision).broken() is not None


@PRECISIONS
def test_one_huge_entry_hides_no_other(precision: Precision) -> None:
    scale = np.ones((6, 4), dtype=precision.dtype)
    scale[0, 0] = 1e12

    def wrong(v: Array) -> Array:
        answer = np.array(scale * v)
        answer[3, 2] = abs(v[3, 2])
        return answer

    with judged_in(lambda: precision):
        for seed in SEEDS:
            assert law(lambda v: scale * v, (6, 4), seed, precision).broken() is None
        found = [law(wrong, (6, 4), seed, precision).broken() for seed in SEEDS]
        # |2v + 3w| = 2|v| + 3|w| where both have one sign: on half of the seeds.
        assert sum(one is not None and one.index == (3, 2) for one in found) >= len(SEEDS) // 4


def test_a_definitions_bound_counts_without_asking_for_noise() -> None:
    of_v, of_w = np.array([1e-17, 2.0]), np.array([-1e-17, 1.0])
    off = Linear(of_v, of_w, combined(of_v, of_w) + np.array([3e-16, 0.0]))
    assert off.broken() is not None
    assert replace(off, rounding=np.full(2, 1e-15)).broken() is None


def test_answers_that_add_up_are_told_from_others_that_change() -> None:
    first = np.random.default_rng(0).normal(size=(4, 3))
    assert changed(first, first * (1 + 1e-15)) is None
    added, other = changed(first, 2 * first), changed(first, first + np.eye(4, 3))
    assert added is not None
    assert added.accumulated
    assert other is not None
    assert not other.accumulated
    assert other.count == 3


def test_one_huge_entry_hides_no_change_of_another() -> None:
    first = np.ones(8)
    first[3] = 1e15
    again = first.copy()
    again[5] = 1.1
    found = changed(first, again)
    assert found is not None
    assert found.index == (5,)
    assert sizes(first)[0] == 1.0


def test_what_is_not_finite_is_located() -> None:
    assert not_finite(np.ones((2, 2))) is None
    found = not_finite(np.array([[0.0, 1.0], [np.nan, np.inf]]))
    assert found is not None
    assert found.index == (1, 0)
    assert found.count == 2
