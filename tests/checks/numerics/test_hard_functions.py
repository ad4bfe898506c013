"""Functions that are rough, noisy, not finite or computed in single precision: undecided at worst."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from .functions import SQUARE, TANH, Array, Function, at, check, normal, scattered

SEEDS = range(30)


def verdicts(function: Function) -> Counter[str]:
    results = [check(function, seed) for seed in SEEDS]
    return Counter("accused" if r.fault else "undecided" if r.undecided else "accepted" for r in results)


def wrong(function: Function) -> Function:
    return Function(function.forward, lambda x, v: -function.backward(x, v), function.draw)


@pytest.mark.parametrize("noise", [1e-13, 1e-10, 1e-6])
def test_noise_that_shows_is_measured(noise: float) -> None:
    function = Function(lambda x: np.tanh(x) + noise * scattered(x), TANH.backward, normal(10, 5))
    assert verdicts(function) == {"accepted": len(SEEDS)}
    assert verdicts(wrong(function)) == {"accused": len(SEEDS)}


@pytest.mark.parametrize("noise", [1e-13, 1e-10])
def test_noise_in_a_scalar_is_never_taken_for_a_fault(noise: float) -> None:
    function = Function(
        lambda x: np.array([(np.tanh(x) + noise * scattered(x)).sum()]),
        lambda x, v: v[0] * TANH.backward(x, np.ones_like(x)),
        normal(10, 5),
    )
    assert verdicts(function)["accused"] == 0
    assert verdicts(wrong(function)) == {"accused": len(SEEDS)}


@pytest.mark.parametrize("scalar", [False, True], ids=["vector", "scalar"])
def test_single_precision_inside_is_no_wrong_gradient(scalar: bool) -> None:
    """One unit in the last place of float64 does not show the noise; the staircase below does."""

    def forward(x: Array) -> Array:
        y = np.tanh(x.astype(np.float32)).astype(np.float64)
        return np.array([y.sum()]) if scalar else y

    def backward(x: Array, v: Array) -> Array:
        return TANH.backward(x, v * np.ones_like(x))

    assert verdicts(Function(forward, backward, normal(10, 5)))["accused"] == 0


def test_a_staircase_is_undecided_for_the_slope_that_it_follows() -> None:
    """Rounded to 6 decimals, a line has slope 1 over large steps and 0 over small ones."""
    function = Function(lambda x: np.round(x, 6), lambda x, v: v, normal(10, 5))
    assert verdicts(function) == {"undecided": len(SEEDS)}


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_outputs_that_are_not_finite_are_undecided(share: float) -> None:
    function = Function(lambda x: np.where(x < np.quantile(x, share), np.nan, x), lambda x, v: v, normal(10, 5))
    assert verdicts(function) == {"undecided": len(SEEDS)}


def test_overflow_is_undecided_and_its_scale_is_checked_where_nothing_overflows() -> None:
    assert verdicts(at(SQUARE, normal(3, 3, scale=1e160))) == {"undecided": len(SEEDS)}
    tripled = Function(lambda x: 3 * x, lambda x, v: 3 * v, normal(3, 3, scale=1e300))
    assert verdicts(tripled) == {"accepted": len(SEEDS)}
    assert verdicts(wrong(tripled)) == {"accused": len(SEEDS)}


def test_a_jump_at_the_point_itself_is_masked() -> None:
    function = Function(lambda x: x + (x > 0), lambda x, v: v, lambda rng: np.array([0.0, 1.0, 2.0, -1.0, -2.0]))
    results = [check(function, seed) for seed in SEEDS]
    assert all(result.fault is None for result in results)
    assert [result.masked for result in results] == pytest.approx([0.2] * len(SEEDS))


@pytest.mark.parametrize(("jumps", "undecided"), [(1, False), (3, False), (5, True), (6, True)])
def test_half_of_the_outputs_decides(jumps: int, undecided: bool) -> None:
    """Six outputs, some of which jump at the point: up to half of them are left out, more are too many."""
    x = np.where(np.arange(6) < jumps, 0.0, np.arange(6) - 2.5)
    function = Function(lambda x: x + (x > 0), lambda x, v: v, lambda rng: x)
    assert check(function, 0).fault is None
    assert check(function, 0).undecided is undecided
    assert check(function, 0).masked > (jumps - 0.5) / 6
    assert (check(wrong(function), 0).fault is not None) or undecided


def test_one_unlucky_direction_is_not_enough_to_accuse() -> None:
    """Backward answers the first call wrongly and all others rightly: not a fault, but not right either."""
    calls = []

    def mutate(g: Array, x: Array, v: Array) -> Array:
        calls.append(v)
        return -g if len(calls) == 1 else g

    result = check(TANH, 0, mutate)
    assert result.fault is None
    assert result.undecided
    assert result.error > result.tolerance
    assert result.masked == 0
    assert result.doubt.startswith("one direction disagrees with finite differences, another one does not")


def test_the_doubt_says_how_much_of_the_output_is_rough() -> None:
    rough = Function(lambda x: x + (x > 0), lambda x, v: v, lambda rng: np.array([0.0, 0.0, 0.0, 1.0]))
    assert check(rough, 0).doubt == "forward is not smooth at 75% of the outputs near this point"
    assert check(TANH, 0).doubt == ""
    assert check(wrong(TANH), 0).doubt == ""
