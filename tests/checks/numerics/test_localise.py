"""After a failure: which entries are wrong, and what they look like."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from backproof.checks.numerics.directions import signed
from backproof.checks.numerics.localise import BISECTIONS, PROBES, Localiser, Location

from .functions import LINEAR, RELU, TANH, Array, Function, Mutate, at, normal, with_zeros


def locate(function: Function, mutate: Mutate, seed: int = 0, **factors: float) -> Location:
    rng = np.random.default_rng([seed, 11])
    x = function.draw(rng)

    def evaluate(points: Sequence[Array]) -> list[Array]:
        return [function.forward(point) for point in points]

    v = signed(function.forward(x).shape, rng)
    return Localiser(evaluate, x, v, mutate(function.backward(x, v), x, v), rng).locate(factors)


SMALL = at(TANH, normal(4, 5))
LARGE = at(TANH, normal(100, 100))


@pytest.mark.parametrize("seed", range(20))
def test_a_right_gradient_has_no_wrong_entries(seed: int) -> None:
    for function in (SMALL, LINEAR, at(RELU, normal(4, 5))):
        location = locate(function, lambda g, x, v: g, seed)
        assert location.wrong_share == 0
        assert not any(entry.wrong for entry in location.entries)
        assert location.ratio == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("factor", "reading"),
    [
        (-1.0, "every entry has the wrong sign"),
        (0.0, "every entry is 0"),
        (2.0, "every entry is 2 times what it should be"),
        (0.5, "every entry is 1/2 times what it should be"),
        (0.25, "every entry is 1/batch times what it should be"),
        (0.3, "every entry is 0.3 times what it should be"),
    ],
)
def test_a_common_factor_is_read(factor: float, reading: str) -> None:
    for seed in range(5):
        location = locate(SMALL, lambda g, x, v: factor * g, seed, **{"1/batch": 0.25})
        assert location.wrong_share == 1.0
        assert location.ratio == pytest.approx(factor)
        assert location.reading == reading


def test_meaningful_factors_come_before_common_ones() -> None:
    location = locate(SMALL, lambda g, x, v: 0.5 * g, keep=0.5)
    assert location.reading == "every entry is keep times what it should be"


def test_a_transposed_gradient_is_read() -> None:
    data = np.random.default_rng(3).normal(size=(5, 4))
    square = Function(lambda w: data @ w, lambda w, v: data.T @ v, normal(4, 4))
    assert locate(square, lambda g, x, v: g.T).reading == "the gradient is transposed"


def test_zeros_among_right_entries_are_read() -> None:
    def mutate(g: Array, x: Array, v: Array) -> Array:
        return np.where(np.arange(20).reshape(4, 5) % 3 == 0, 0.0, g)

    assert locate(SMALL, mutate).reading == "7 of 20 entries looked at are 0, but should not be"


@pytest.mark.parametrize("axis", [0, 1])
def test_a_wrong_row_or_column_is_read(axis: int) -> None:
    def mutate(g: Array, x: Array, v: Array) -> Array:
        wrong = np.moveaxis(g.copy(), axis, 0)
        wrong[2] += 1.0
        return np.moveaxis(wrong, 0, axis)

    location = locate(SMALL, mutate)
    assert location.reading == f"only entries with index 2 on axis {axis} are wrong"
    assert {entry.index[axis] for entry in location.entries if entry.wrong} == {2}


@pytest.mark.parametrize("seed", range(10))
def test_one_wrong_entry_of_ten_thousand_is_found(seed: int) -> None:
    place = tuple(int(i) for i in np.random.default_rng(seed).integers(100, size=2))

    def mutate(g: Array, x: Array, v: Array) -> Array:
        wrong = g.copy()
        wrong[place] += 1e-3
        return wrong

    location = locate(LARGE, mutate, seed)
    worst = location.entries[0]
    assert worst.index == place
    assert worst.wrong
    assert worst.found - worst.expected == pytest.approx(1e-3, rel=1e-4)
    assert location.evaluations <= 20 * (PROBES + BISECTIONS)


def test_the_entries_carry_the_right_values_the_most_wrong_first() -> None:
    def mutate(g: Array, x: Array, v: Array) -> Array:
        return g + np.arange(20).reshape(4, 5)

    location = locate(SMALL, mutate)
    assert len(location.entries) == 20
    assert [entry.found - entry.expected for entry in location.entries] == pytest.approx(
        list(range(19, -1, -1)), abs=1e-6
    )
    assert [entry.wrong for entry in location.entries] == [True] * 19 + [False]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_entries_that_are_not_finite_are_wrong_and_come_first(value: float) -> None:
    def mutate(g: Array, x: Array, v: Array) -> Array:
        wrong = g + 1.0
        wrong[2, 3] = value
        return wrong

    first = locate(SMALL, mutate).entries[0]
    assert first.index == (2, 3)
    assert first.wrong


def test_entries_at_a_kink_are_not_called_wrong() -> None:
    function = at(RELU, with_zeros(4, 5))
    for seed in range(10):
        location = locate(function, lambda g, x, v: g, seed)
        assert not any(entry.wrong for entry in location.entries)
