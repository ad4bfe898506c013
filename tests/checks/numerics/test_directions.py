"""Directions move every entry, avoid null directions and keep small entries of the gradient in sight."""

from __future__ import annotations

import numpy as np
import pytest

from backproof.checks.numerics.directions import equalised_direction, norm, plain_direction, scale_of, signed


def test_every_entry_moves_and_signs_are_mixed() -> None:
    for seed in range(50):
        v = signed((20, 10), np.random.default_rng(seed))
        assert np.all((np.abs(v) >= 0.5) & (np.abs(v) <= 1.5))
        assert 60 <= np.count_nonzero(v > 0) <= 140  # 200 fair coins: 5.7 standard deviations


def test_the_same_seed_gives_the_same_direction() -> None:
    one, two = (signed((5,), np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, signed((5,), np.random.default_rng(4)))


@pytest.mark.parametrize("scale", [1e-300, 1e-170, 1e-8, 1.0, 1e8, 1e160, 1e300])
def test_the_scale_is_the_standard_deviation(scale: float) -> None:
    block = scale * np.array([1.0, 2.0, 3.0, 6.0])
    assert scale_of(block) == pytest.approx(scale * np.sqrt(3.5))


def test_the_scale_of_blocks_without_spread() -> None:
    assert scale_of(np.full((3, 4), -7.0)) == pytest.approx(7.0)
    assert scale_of(np.array(5.0)) == pytest.approx(5.0)
    assert scale_of(np.zeros(3)) == 1.0
    assert scale_of(np.zeros((0, 2))) == 1.0


def test_the_scale_ignores_a_large_offset_but_not_rounding() -> None:
    offset = 1e6 + np.array([-1.0, 1.0])
    assert scale_of(offset) == pytest.approx(1.0)
    rounding = np.nextafter(np.full(4, 1e6), np.inf * np.array([1, -1, 1, -1]))
    assert scale_of(rounding) == pytest.approx(1e6)


@pytest.mark.parametrize("values", [[3.0, 4.0], [3e300, 4e300], [3e-300, 4e-300]])
def test_norm(values: list[float]) -> None:
    assert norm(np.array(values)) == pytest.approx(values[1] / 4 * 5, rel=1e-15)


def test_norm_of_nothing_and_of_what_is_not_finite() -> None:
    assert norm(np.zeros(0)) == 0
    assert norm(np.zeros(3)) == 0
    assert norm(np.array([1.0, np.inf])) == np.inf
    assert np.isnan(norm(np.array([1.0, np.nan])))


def test_the_plain_direction_moves_by_the_block_scale() -> None:
    block = np.random.default_rng(0).normal(size=(6, 5)) * 1e5
    size = np.abs(plain_direction(block, np.random.default_rng(1))) / scale_of(block)
    assert np.all((size >= 0.5) & (size <= 1.5))


def test_the_equalised_direction_moves_large_entries_less() -> None:
    block, gradient = np.arange(100.0), np.where(np.arange(100) < 50, 1.0, 1e-2)
    u = np.abs(equalised_direction(block, gradient, np.random.default_rng(0))) / scale_of(block)
    shares = u * gradient
    assert np.all(u > 0)
    assert np.max(shares) / np.min(shares) <= 3.0 + 1e-12  # the magnitudes alone differ by a factor of 3


@pytest.mark.parametrize("gradient", [np.zeros(4), np.array([0.0, 0.0, 2.0, 0.0])], ids=["zero", "one entry"])
def test_entries_with_gradient_zero_move_fully(gradient: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    block = np.array([1.0, 2.0, 3.0, 4.0])
    u = np.abs(equalised_direction(block, gradient, np.random.default_rng(0)))
    assert np.all(u >= 0.5 * scale_of(block))


def test_damping_is_limited() -> None:
    """Without a limit, one entry of 1e-300 would hold all others still."""
    u = equalised_direction(np.arange(3.0), np.array([1.0, 1.0, 1e-300]), np.random.default_rng(0))
    assert np.min(np.abs(u)) >= 0.5e-3 * scale_of(np.arange(3.0))
