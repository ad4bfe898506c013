"""After a failure: which entries are wrong, and what they look like."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from backproof.checks.numerics.directions import signed
from backproof.checks.numerics.localise import PROBES, TESTS, Localiser, Location

from .functions import LINEAR, RELU, TANH, Array, Function, Mutate, at, normal, with_zeros


def locate(function: Function, mutate: Mutate, seed: int = 0, **factors: float) -> Location:
    return localiser_of(function, mutate, seed).locate(factors)


def localiser_of(function: Function, mutate: Mutate, seed: int) -> Localiser:
    rng = np.random.default_rng([seed, 11])
    x = function.draw(rng)

    def evaluate(points: Sequence[Array]) -> list[Array]:
        return [function.forward(point) for point in points]

    v = signed(function.forward(x).shape, rng)
    return Localiser(evaluate, x, v, mutate(function.backward(x, v), x, v), rng)


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
        (0.31, "every entry is 0.31 times what it should be"),
        (0.8, "every entry is 0.8 (= 1 - 0.2) times what it should be"),
        (1.25, "every entry is 1.25 (= 1/(1 - 0.2)) times what it should be"),
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


PRODUCT = Function(lambda w: DATA @ w, lambda w, v: DATA.T @ v, normal(40, 40))
WIDE_PRODUCT = Function(lambda w: DATA @ w, lambda w, v: DATA.T @ v, normal(40, 30))
DATA = np.random.default_rng(3).normal(size=(5, 40))


@pytest.mark.parametrize(
    ("function", "mutate", "reading"),
    [
        (PRODUCT, lambda g, x, v: g.T, "the gradient is transposed"),
        (
            WIDE_PRODUCT,
            lambda g, x, v: g.T.reshape(g.shape),
            "the gradient is transposed, and then reshaped to the block's shape",
        ),
        (WIDE_PRODUCT, lambda g, x, v: g[:, ::-1], "the entries are in reversed order along axis 1"),
        (
            WIDE_PRODUCT,
            lambda g, x, v: np.roll(g, 1, axis=0),
            "the entries stand 1 place later along axis 0 than they should",
        ),
        (
            WIDE_PRODUCT,
            lambda g, x, v: np.roll(g, -2, axis=1),
            "the entries stand 2 places earlier along axis 1 than they should",
        ),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_right_entries_in_wrong_places_are_read(function: Function, mutate: Mutate, reading: str, seed: int) -> None:
    location = locate(function, mutate, seed)
    assert location.reading == reading
    assert locate(function, lambda g, x, v: g, seed).reading == ""


def test_an_arrangement_that_fits_only_in_part_is_not_read() -> None:
    """Transposed, and one entry in three has the wrong sign."""

    def mutate(g: Array, x: Array, v: Array) -> Array:
        return g.T * np.where(np.arange(g.size).reshape(g.shape) % 3 == 0, -1.0, 1.0)

    assert "transposed" not in locate(PRODUCT, mutate).reading


def test_equal_entries_do_not_make_an_arrangement() -> None:
    """Every entry is the same, so any other order of them would fit."""
    total = Function(lambda x: np.array([x.sum()]), lambda x, v: v[0] * np.ones_like(x), normal(4, 4))
    assert locate(total, lambda g, x, v: 2 * g).reading == "every entry is 2 times what it should be"
    off = locate(total, lambda g, x, v: g * np.where(np.arange(16).reshape(4, 4) == 5, 3.0, 1.0))
    assert off.reading == "only 1 of 16 entries is wrong"


@pytest.mark.parametrize("axis", [0, 1])
def test_wrong_rows_of_a_large_block_are_read(axis: int) -> None:
    def mutate(g: Array, x: Array, v: Array) -> Array:
        wrong = np.moveaxis(g.copy(), axis, 0)
        wrong[[3, 17, 20, 31]] *= 2
        return np.moveaxis(wrong, 0, axis)

    for seed in range(3):
        location = locate(PRODUCT, mutate, seed)
        if location.wrong_share > 0:
            assert location.reading == f"only entries with index 3, 17, 20, 31 on axis {axis} are wrong"
            assert location.places == {axis: (3, 17, 20, 31)}


def test_half_of_the_rows_are_too_many_to_be_named() -> None:
    def mutate(g: Array, x: Array, v: Array) -> Array:
        return g * np.where(np.arange(40)[:, None] < 18, 2.0, 1.0)

    location = locate(PRODUCT, mutate)
    assert location.places == {}
    assert location.reading == f"{location.wrong_share:.0%} of the entries looked at are wrong"


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
    assert location.evaluations <= 20 * (PROBES + TESTS)


@pytest.mark.parametrize("seed", range(5))
def test_four_wrong_entries_of_ten_thousand_are_found(seed: int) -> None:
    places = sorted(int(i) for i in np.random.default_rng(seed).choice(10_000, 4, replace=False))

    def mutate(g: Array, x: Array, v: Array) -> Array:
        wrong = g.copy()
        wrong.ravel()[places] += 1e-3
        return wrong

    location = locate(LARGE, mutate, seed)
    wrong = sorted(int(np.ravel_multi_index(entry.index, (100, 100))) for entry in location.entries if entry.wrong)
    if location.wrong_share == 0:  # none of them is among those looked at first
        assert wrong == places
        assert location.reading == "only 4 of 10,000 entries are wrong"


def test_a_small_block_has_a_map_of_every_entry() -> None:
    right, wrong = error_map(SMALL, lambda g, x, v: g), error_map(SMALL, lambda g, x, v: g + np.eye(4, 5))
    assert not right.any()
    assert wrong == pytest.approx(np.eye(4, 5), abs=1e-6)


def test_a_large_block_has_a_map_of_tiles() -> None:
    """Tiles of 8 by 8 entries; the estimate of their size is exact up to the direction's magnitudes, 1/2 to 3/2."""

    def mutate(g: Array, x: Array, v: Array, many: int) -> Array:
        wrong = g.copy()
        wrong[8 : 8 + many, 32 : 32 + many] += 4.0
        return wrong

    assert not error_map(PRODUCT, lambda g, x, v: g).any()
    one = error_map(PRODUCT, lambda g, x, v: mutate(g, x, v, 1))
    assert one.shape == (5, 5)
    assert np.argwhere(one).tolist() == [[1, 4]]
    assert one[1, 4] == pytest.approx(4.0 / 8)
    all_of_the_tile = error_map(PRODUCT, lambda g, x, v: mutate(g, x, v, 8))
    assert np.argwhere(all_of_the_tile).tolist() == [[1, 4]]
    assert all_of_the_tile[1, 4] <= 3 * 4.0


def error_map(function: Function, mutate: Mutate) -> Array:
    localiser = localiser_of(function, mutate, 0)
    return localiser.error_map(localiser.locate({}))


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
