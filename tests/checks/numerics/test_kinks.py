"""At a kink any subgradient is right; what lies outside of the generalised gradient is found."""

from __future__ import annotations

import numpy as np
import pytest

from .functions import MAXIMUM, RELU, Array, Function, at, check, with_zeros

SEEDS = range(60)
TIED = at(MAXIMUM, lambda rng: np.repeat(rng.normal(size=(10, 3)), 2, axis=1))  # every entry occurs twice


def accused(function: Function) -> int:
    return sum(check(function, seed).fault is not None for seed in SEEDS)


def shares_of_ties(weights: tuple[float, float]) -> Function:
    """The maximum of pairs of equal entries, whose gradient goes to the two with these weights."""

    def backward(x: Array, v: Array) -> Array:
        pairs = MAXIMUM.backward(x[:, ::2], v)
        return np.stack([weights[0] * pairs, weights[1] * pairs], axis=-1).reshape(x.shape)

    return Function(MAXIMUM.forward, backward, TIED.draw)


@pytest.mark.parametrize("weights", [(1.0, 0.0), (0.0, 1.0), (0.5, 0.5), (0.9, 0.1)])
def test_any_division_of_a_tie_is_accepted(weights: tuple[float, float]) -> None:
    assert accused(shares_of_ties(weights)) == 0


@pytest.mark.parametrize("weights", [(1.0, 1.0), (0.0, 0.0), (2.0, 0.0), (-1.0, 0.0)])
def test_a_tie_counted_twice_or_not_at_all_is_found(weights: tuple[float, float]) -> None:
    """Both entries count once. Along u the right answers lie between u1 and u2, and u1 + u2 is outside if both have one
    sign: with probability 1/2 for each of 4 kinks and 2 directions, so that 1 of 256 points would escape.
    """
    assert accused(shares_of_ties(weights)) >= len(SEEDS) - 3


@pytest.mark.parametrize("slope", [0.0, 1.0, 0.5, 0.01])
def test_relu_slopes_between_the_sides_are_accepted(slope: float) -> None:
    assert accused(Function(RELU.forward, lambda x, v: v * ((x > 0) + slope * (x == 0)), with_zeros(10, 5))) == 0


@pytest.mark.parametrize("slope", [2.0, -1.0, 100.0, float("nan")])
def test_relu_slopes_outside_of_the_sides_are_found(slope: float) -> None:
    wrong = Function(RELU.forward, lambda x, v: v * np.where(x == 0, slope, x > 0), with_zeros(10, 5))
    assert accused(wrong) == len(SEEDS)


def test_the_fault_names_the_output_entry_and_its_interval() -> None:
    def backward(x: Array, v: Array) -> Array:
        return v * np.where(x == 0, 3.0, x > 0)

    x = np.array([1.0, -1.0, 0.0, 2.0, -2.0])
    fault = check(Function(RELU.forward, backward, lambda rng: x), 0).fault
    assert fault is not None
    assert fault.at_kink == 2
    low, high = fault.expected
    assert 0 in (low, high)  # the left slope of relu at 0
    assert fault.found / (low + high) == pytest.approx(3.0)  # the right slope is 1, the claimed one 3
    assert fault.cotangent.tolist() == [0, 0, 1, 0, 0]


def test_a_moved_threshold_is_found() -> None:
    """Backward takes inputs above 1e-4 for positive; one input of five lies between 0 and 1e-4."""

    def draw(rng: np.random.Generator) -> Array:
        return np.where(np.arange(5) == 0, rng.uniform(2e-5, 8e-5, size=(10, 5)), rng.normal(size=(10, 5)))

    assert accused(at(RELU, draw)) == 0
    assert accused(Function(RELU.forward, lambda x, v: v * (x > 1e-4), draw)) == len(SEEDS)


def test_kinks_of_both_senses_are_not_judged_by_the_one_sided_derivatives() -> None:
    """f = max(x1, 0) - max(x2, 0) at 0: the subgradient 0 is right, but along some u outside of [D-, D+]."""
    weights = np.array([1.0, -1.0])
    function = Function(
        lambda x: np.maximum(x, 0) @ weights, lambda x, v: v[:, None] * weights * (x > 0), lambda rng: np.zeros((4, 2))
    )
    results = [check(function, seed) for seed in SEEDS]
    assert all(result.fault is None and result.undecided for result in results)
