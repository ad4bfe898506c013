"""A complex step is exact for analytic functions, and differences tell where it is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backproof.checks.numerics.complex_step import complex_derivative, confirmed
from backproof.checks.numerics.directions import Array, plain_direction
from backproof.checks.numerics.ladder import Derivative, differentiate, measure_noise
from backproof.checks.numerics.precision import FLOAT32, FLOAT64, Precision

X = np.random.default_rng(0).normal(size=(4, 5))


def both(forward: Callable[[Any], Any], precision: Precision = FLOAT64, scale: float = 1.0) -> tuple[Array, Derivative]:
    """The derivative by a complex step, and by differences."""
    rng = np.random.default_rng(1)
    x = precision.rounded(scale * X)
    u = plain_direction(x, rng)

    def evaluate(points: Any) -> list[Array]:
        kind = np.float32 if precision is FLOAT32 else np.float64
        return [np.asarray(forward(point.astype(kind)), dtype=np.float64) for point in points]

    y = evaluate([x])[0]
    noise = measure_noise(evaluate, x, y, rng, precision)
    exact = complex_derivative(forward, x, u, precision)
    return exact, differentiate(evaluate, x, u, y, noise, precision=precision)


@pytest.mark.parametrize("scale", [1e-100, 1.0, 1e100])
def test_it_is_exact_at_any_scale(scale: float) -> None:
    exact, derivative = both(lambda x: np.tanh(x / scale), scale=scale)
    u = plain_direction(scale * X, np.random.default_rng(1))
    assert exact == pytest.approx(((1 - np.tanh(X) ** 2) * u / scale).ravel(), rel=1e-12)
    assert confirmed(exact, derivative, FLOAT64)


@pytest.mark.parametrize("precision", [FLOAT64, FLOAT32], ids=["float64", "float32"])
@pytest.mark.parametrize(
    ("forward", "analytic"),
    [
        (np.tanh, True),
        (lambda x: x @ X.T.astype(x.real.dtype), True),
        (lambda x: np.where(x.real > 0, x, 0 * x), True),
        (lambda x: x + 0 * np.conj(x), True),
        (lambda x: np.sqrt(x * np.conj(x)), False),
        (lambda x: x.real * x, False),
    ],
    ids=["tanh", "linear", "relu", "conjugate that does not matter", "conjugate", "real part"],
)
def test_differences_confirm_it_or_do_not(forward: Callable[[Any], Any], analytic: bool, precision: Precision) -> None:
    exact, derivative = both(forward, precision)
    assert confirmed(exact, derivative, precision) is analytic


def test_nothing_is_confirmed_where_differences_say_nothing() -> None:
    """A jump at the point itself, in every entry."""
    exact, derivative = both(lambda x: x + (x.real > X))
    assert not derivative.settled.any()
    assert not confirmed(exact, derivative, FLOAT64)
