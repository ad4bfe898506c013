"""What a check costs does not depend on the number of entries."""

from __future__ import annotations

import numpy as np
import pytest

from .functions import RELU, SQUARE, TANH, Function, at, check, normal


@pytest.mark.parametrize("function", [TANH, RELU, SQUARE], ids=["tanh", "relu", "square"])
def test_evaluations_do_not_grow_with_the_size(function: Function) -> None:
    counts = [check(at(function, normal(size)), 0).evaluations for size in (10**2, 10**3, 10**4, 10**5)]
    assert max(counts) <= 60
    assert max(counts) - min(counts) <= 2 * (10 - 3) * 2  # 3 to 10 levels of 2 evaluations, in 2 directions


@pytest.mark.parametrize("rows", [10, 100, 1000])
def test_evaluations_of_a_matrix_product(rows: int) -> None:
    """Linear: the first three steps and their noise suffice for both directions, whatever the size."""
    data = np.random.default_rng(0).normal(size=(8, rows))
    function = Function(lambda w: data @ w, lambda w, v: data.T @ v, normal(rows, 100, scale=0.1))
    value, jitters, ladder = 1, 4, 2 * 3
    assert check(function, 0).evaluations == value + jitters + 2 * ladder


def test_a_scalar_function_costs_no_more_than_a_vector() -> None:
    scalar = Function(
        lambda x: np.array([np.tanh(x).sum()]), lambda x, v: TANH.backward(x, v * np.ones_like(x)), NORMAL
    )
    assert check(scalar, 0).evaluations <= check(at(TANH, NORMAL), 0).evaluations


NORMAL = normal(1000)


def test_confirmation_costs_only_after_a_disagreement() -> None:
    right = check(TANH, 0).evaluations
    wrong = check(TANH, 0, lambda g, x, v: -g).evaluations
    assert right <= 35
    assert wrong <= 60
