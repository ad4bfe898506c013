"""The ladder's derivative lies within its bound, and the bound is small where the function is smooth."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from backproof.checks.numerics.compare import EPS
from backproof.checks.numerics.ladder import WINDOW, Derivative, differentiate, measure_noise
from backproof.checks.numerics.precision import MAX_LEVELS

from .functions import Array, scattered


def along(function: Callable[[Array], Array], x: Array, u: Array, seed: int = 0) -> Derivative:
    def evaluate(points: Sequence[Array]) -> list[Array]:
        return [np.asarray(function(point)) for point in points]

    with np.errstate(all="ignore"):
        y = evaluate([x])[0]
        return differentiate(evaluate, x, u, y, measure_noise(evaluate, x, y, np.random.default_rng(seed)))


@pytest.mark.parametrize(
    ("function", "slope"),
    [
        (np.exp, np.exp),
        (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
        (np.sin, np.cos),
        (lambda x: x**5, lambda x: 5 * x**4),
        (lambda x: 1 / (1 + x * x), lambda x: -2 * x / (1 + x * x) ** 2),
    ],
    ids=["exp", "tanh", "sin", "fifth power", "Runge"],
)
def test_the_error_is_within_its_bound_and_small(
    function: Callable[[Array], Array], slope: Callable[[Array], Array]
) -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        x, u = rng.normal(size=200), rng.uniform(0.5, 1.5, size=200)
        result = along(function, x, u, seed)
        true = slope(x) * u
        assert result.settled.all()
        assert np.all(np.abs(result.value - true) <= 6 * result.error + 2 * np.abs(slope(x)) * result.direction_error)
        assert np.linalg.norm(result.error) <= 1e-9 * np.linalg.norm(true)


def test_a_linear_function_needs_no_more_than_the_first_steps() -> None:
    result = along(lambda x: 3 * x, np.array([1.0, -2.0]), np.array([1.0, 0.5]))
    assert result.evaluations == 2 * WINDOW
    assert result.value == pytest.approx([3.0, 1.5], rel=1e-13)
    assert result.settled.all()


def test_each_entry_takes_the_largest_steps_at_which_it_is_smooth() -> None:
    """The kink at distance 1e-3 costs further steps for its own entry only: the other keeps its precise value."""
    alone = along(np.abs, np.array([0.7]), np.ones(1))
    result = along(np.abs, np.array([0.7, 1e-3]), np.ones(2))
    assert result.settled.all()
    assert result.value == pytest.approx([1.0, 1.0], rel=1e-12)
    assert result.evaluations > alone.evaluations == 2 * WINDOW
    assert result.error[0] == alone.error[0]


def test_a_kink_at_the_point_does_not_settle_and_gives_both_slopes() -> None:
    result = along(lambda x: np.where(x > 0, 3 * x, -x), np.array([0.0, 1.0]), np.ones(2))
    assert result.settled.tolist() == [False, True]
    assert result.evaluations == 2 * MAX_LEVELS
    assert result.right[0] == pytest.approx(3.0)
    assert result.left[0] == pytest.approx(-1.0)
    assert result.one_sided_error[0] < 1e-8


def test_one_sided_slopes_of_a_curved_kink() -> None:
    result = along(lambda x: np.where(x > 0, np.expm1(2 * x), np.sin(x)), np.array([0.0]), np.ones(1))
    assert not result.settled[0]
    assert abs(result.right[0] - 2) <= result.one_sided_error[0]
    assert abs(result.left[0] - 1) <= result.one_sided_error[0]


def test_a_jump_at_the_point_does_not_settle() -> None:
    result = along(lambda x: x + (x >= 1.0), np.array([1.0, 2.0]), np.ones(2))
    assert result.settled.tolist() == [False, True]


def test_values_that_are_not_finite_do_not_settle_and_do_not_spread() -> None:
    result = along(np.log, np.array([1.0, -1.0]), np.ones(2))
    assert result.settled.tolist() == [True, False]
    assert result.value[0] == pytest.approx(1.0)
    assert np.isfinite(result.value).all()


def test_two_scales_that_contradict_each_other_do_not_settle() -> None:
    """A staircase of step 1e-6 with slope 1 at large; with steps below 1e-6 its slope would be 0."""
    result = along(lambda x: np.round(x, 6), np.array([0.12345678]), np.ones(1))
    assert not result.settled[0]


def test_a_bound_as_large_as_the_derivative_does_not_settle() -> None:
    """Over steps of 2^-8, noise of 1e-2 is as large as slopes of 2."""
    result = along(lambda x: np.concatenate([x + 1e-2 * scattered(x), x]), np.array([0.5]), np.ones(1))
    assert result.settled.tolist() == [False, True]


def test_a_zero_derivative_settles() -> None:
    result = along(lambda x: np.cos(x) ** 2 + np.sin(x) ** 2, np.array([0.3, 0.5]), np.ones(2))
    assert result.settled.all()
    assert np.all(np.abs(result.value) <= 6 * result.error)


def test_the_rounding_of_the_steps_is_reported() -> None:
    """At x = 1e8 steps of size u h are rounded to multiples of 1.5e-8."""
    result = along(lambda x: x, np.array([1e8, 0.0]), np.array([0.3, 0.3]))
    assert 0 < result.direction_error[0] <= 1.5e-8 / 2.0**-8 / 2
    assert result.direction_error[1] == 0


class TestNoise:
    def noise(self, function: Callable[[Array], Array], x: Array, seed: int = 0) -> Array:
        def evaluate(points: Sequence[Array]) -> list[Array]:
            return [np.asarray(function(point)) for point in points]

        return measure_noise(evaluate, x, evaluate([x])[0], np.random.default_rng(seed))

    def test_of_the_identity_is_about_a_unit_in_the_last_place(self) -> None:
        x = np.random.default_rng(0).uniform(1, 2, size=1000)
        noise = self.noise(lambda x: x, x)
        assert np.all((noise >= EPS) & (noise <= 2 * EPS * x))

    def test_of_a_constant_is_its_rounding(self) -> None:
        assert self.noise(lambda x: np.full(3, 7.0), np.ones(2)).tolist() == [7 * EPS] * 3

    def test_shows_cancellation(self) -> None:
        """x + 1e8 - 1e8 keeps 8 digits: rounding to 1.5e-8."""
        found = self.noise(lambda x: (x + 1e8) - 1e8, np.full(50, 0.1))
        assert np.all(found <= 3e-8)
        assert self.noise(lambda x: np.sin(1e12 * x), np.full(50, 0.1)).min() > 1e-5

    def test_shows_the_rounding_of_a_mean_of_two(self) -> None:
        """x1 + x2 is rounded if the last digits differ in parity; moving both by one unit would never change that."""
        missed = 0
        for seed in range(100):
            x = np.random.default_rng(seed).uniform(0.6, 0.9, size=2)
            missed += self.noise(lambda x: (x - x.mean()).sum(keepdims=True), x, seed)[0] == 0
        assert missed <= 30  # 4 jitters of both parities: 1/16 each way, and half of the sums need no rounding

    def test_of_one_entry_with_a_jump_does_not_spread(self) -> None:
        noise = self.noise(lambda x: x + (x > 0), np.array([0.0, 1.0, 2.0, 3.0]))
        assert noise[0] == 1
        assert np.all(noise[1:] <= 1e-15)
