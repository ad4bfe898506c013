"""Comparing arrays entry by entry against bounds."""

from __future__ import annotations

import numpy as np
import pytest

from backproof.checks.numerics.compare import EPS, Estimate, compare, estimate


def of(value: object, error: object) -> Estimate:
    value = np.asarray(value, dtype=float)
    return Estimate(value, np.broadcast_to(np.asarray(error, dtype=float), value.shape))


def test_equal_within_and_beyond() -> None:
    expected = of([1.0, 2.0, 3.0], 0.1)
    assert compare(np.array([1.0, 2.0, 3.0]), expected).within
    assert compare(np.array([1.05, 1.95, 3.0]), expected).within
    difference = compare(np.array([1.0, 2.2, 2.0]), expected)
    assert not difference.within
    assert difference.count == 2
    assert difference.largest == pytest.approx(1.0)
    assert difference.tolerance == 0.1
    assert [entry["index"] for entry in difference.worst] == [[2], [1]]
    assert difference.worst[0]["found"] == 2.0
    assert difference.worst[0]["expected"] == 3.0


def test_the_worst_entry_is_the_one_most_beyond_its_own_bound() -> None:
    difference = compare(np.array([1.5, 1000.0 + 3]), of([1.0, 1000.0], [0.1, 2.0]))
    assert difference.worst[0]["index"] == [0]
    assert (difference.largest, difference.tolerance) == (0.5, 0.1)


def test_at_most_five_entries_are_kept() -> None:
    difference = compare(np.ones((4, 5)), of(np.zeros((4, 5)), 0.1))
    assert difference.count == 20
    assert len(difference.worst) == 5


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_beyond_every_bound(value: float) -> None:
    difference = compare(np.array([0.0, value]), of([0.0, 1.0], 1e300))
    assert difference.count == 1
    assert difference.largest == np.inf
    assert difference.worst[0]["index"] == [1]


def test_equal_infinities_are_equal_and_opposite_ones_are_not() -> None:
    assert compare(np.array([np.inf, -np.inf]), of([np.inf, -np.inf], 1.0)).within
    assert not compare(np.array([np.inf]), of([-np.inf], 1.0)).within
    assert not compare(np.array([np.nan]), of([np.nan], 1.0)).within


def test_a_bound_that_is_not_a_number_bounds_nothing() -> None:
    difference = compare(np.array([1.0, 2.0]), of([1.5, np.nan], [1.0, np.nan]))
    assert difference.count == 1
    assert difference.worst[0]["index"] == [1]


def test_scalars_and_empty_arrays() -> None:
    assert compare(np.array(1.0), of(1.0, 0.0)).within
    assert compare(np.array(1.5), of(1.0, 0.1)).worst[0]["index"] == []
    assert compare(np.zeros((0, 3)), of(np.zeros((0, 3)), 0.0)).within


def test_integers_are_compared_as_numbers() -> None:
    assert compare(np.array([1, 2]), of([1.0, 2.0], 0.0)).within
    assert compare(np.array([1, 3]), of([1.0, 2.0], 0.5)).count == 1


def test_an_estimate_allows_its_roundings_and_little_more() -> None:
    found = estimate([1.0, -2.0], [3.0, 4.0], 4)
    assert found.value.tolist() == [1.0, -2.0]
    assert found.error == pytest.approx(np.array([3.0, 4.0]) * 40 * EPS)
    assert np.all(estimate(0.0, 0.0, 0).error > 0)


def test_an_estimate_covers_another_order_of_summation() -> None:
    for seed in range(100):
        values = np.random.default_rng(seed).normal(size=1000) * 10.0 ** np.random.default_rng(seed).integers(
            -8, 8, 1000
        )
        expected = estimate(np.sum(np.sort(values)), np.abs(values).sum(), values.size)
        backwards = np.array(sum(values[::-1].tolist()))
        assert compare(backwards, expected).within
        off = expected.value + np.abs(values).sum() * 1e-10
        assert not compare(np.asarray(off), expected).within
