"""A small term that is not linear in dy is told from rounding, from chance, and from a solver that stops early."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from backproof import GradientResult, check_gradient

from .pairs import Array, draw, tanh, tanh_backward

X = draw(6, 4)
SIZES = [1e-6, 1e-8, 1e-10]


def broken(result: GradientResult) -> bool:
    return any(finding.law == "contract.linear" for finding in result.findings)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "term",
    [np.square, lambda dy: dy**3, np.abs, np.ones_like, np.cos],
    ids=["square", "cube", "absolute value", "constant", "cosine"],
)
def test_a_small_term_that_is_not_linear_fails(term: Callable[[Array], Array], size: float) -> None:
    for seed in range(5):
        result = check_gradient(tanh, lambda x, dy: tanh_backward(x, dy) + size * term(dy), X, seed=seed)
        assert broken(result), str(result)


def test_it_hides_no_other_error() -> None:
    """Were it taken for noise, it would raise the tolerance twentyfold."""

    def backward(x: Array, dy: Array) -> Array:
        return tanh_backward(x, dy + 2e-7 * dy**2) * np.where(np.arange(X.size).reshape(X.shape) == 3, 1 + 1e-6, 1)

    assert not any(check_gradient(tanh, backward, X, seed=seed) for seed in range(10))


def diagonal(x: Array) -> Array:
    return 1 + x**2


def solver(tolerance: float, *, relative: bool) -> Callable[[Array, Array], Array]:
    """Backward of x -> b/(1 + x²), with the solution of an equation that is iterated until it is good enough."""

    def solve(a: Array, b: Array) -> Array:
        y = np.zeros_like(b)
        limit = tolerance * (np.linalg.norm(b) if relative else 1.0)
        while np.linalg.norm(b - a * y) > limit:
            y = y + 0.5 * (b - a * y) / a.max()
        return y

    return lambda x, dy: -2 * x * solve(diagonal(x), dy) / diagonal(x)


@pytest.mark.parametrize("relative", [True, False], ids=["relative", "absolute"])
@pytest.mark.parametrize("tolerance", [1e-7, 1e-9, 1e-11])
def test_a_solver_that_stops_early_is_linear_but_for_noise(tolerance: float, relative: bool) -> None:
    backward = solver(tolerance, relative=relative)
    for seed in range(20):
        result = check_gradient(lambda x: 1 / diagonal(x), backward, draw(5, 3, seed=seed), seed=seed)
        assert not broken(result), str(result)


@pytest.mark.parametrize("size", SIZES)
def test_chance_is_noise(size: float) -> None:
    rng = np.random.default_rng(2)
    for seed in range(20):
        result = check_gradient(
            tanh, lambda x, dy: tanh_backward(x, dy) * (1 + 0.1 * size * rng.normal(size=x.shape)), X, seed=seed
        )
        assert not broken(result), str(result)


def test_a_backward_in_float32_is_linear() -> None:
    for seed in range(20):
        result = check_gradient(
            tanh, lambda x, dy: tanh_backward(x.astype(np.float32), dy.astype(np.float32)), X, seed=seed
        )
        assert not broken(result)
