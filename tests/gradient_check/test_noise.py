"""Functions with noise of their own: it is measured and enters the tolerance."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np
import pytest

from backproof import check_gradient
from backproof.checks.results import Verdict

from .pairs import Array, Pair, draw, tanh_backward

SEEDS = range(12)
MATRIX = np.random.default_rng(5).normal(size=(8, 8))
SYSTEM = MATRIX @ MATRIX.T / 8 + np.eye(8)
RIGHT_SIDE = np.random.default_rng(6).normal(size=8)
TOLERANCE = 1e-8


def system(x: Array) -> Array:
    return SYSTEM + np.diag(x**2)


def richardson(a: Array, b: Array) -> Array:
    """Solves a y = b by iteration, until the residual is below the tolerance."""
    y, size = np.zeros_like(b), np.abs(a).sum(axis=1).max()
    while np.linalg.norm(residual := b - a @ y) > TOLERANCE * np.linalg.norm(b):
        y = y + residual / size
    return y


def linear_solver(solve: Callable[[Array, Array], Array], adjoint: Callable[[Array, Array], Array]) -> Pair:
    def forward(x: Array) -> Array:
        return solve(system(x), RIGHT_SIDE)

    def backward(x: Array, dy: Array) -> Array:
        return -2 * x * adjoint(system(x), dy) * adjoint(system(x), RIGHT_SIDE)

    return forward, backward


def fixed_point() -> Pair:
    """y = cos(y)/2 + x, solved to 1e-8; backward by the implicit function theorem."""

    def forward(x: Array) -> Array:
        y, step = np.zeros_like(x), np.inf
        while step > TOLERANCE:
            y, before = 0.5 * np.cos(y) + x, y
            step = np.abs(y - before).max()
        return y

    return forward, lambda x, dy: dy / (1 + 0.5 * np.sin(forward(x)))


def bisection() -> Pair:
    """The root y of y³ + y = x, by halving an interval down to 1e-8."""

    def forward(x: Array) -> Array:
        low, high = np.full(x.shape, -10.0), np.full(x.shape, 10.0)
        while (high - low).max() > TOLERANCE:
            middle = (low + high) / 2
            below = middle**3 + middle < x
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return (low + high) / 2

    return forward, lambda x, dy: dy / (1 + 3 * forward(x) ** 2)


def scattered() -> Pair:
    """Deterministic noise of 1e-8."""

    def forward(x: Array) -> Array:
        noise = np.sin(1e9 * x) * 43758.5453
        return np.tanh(x) + 1e-8 * (noise - np.floor(noise) - 0.5)

    return forward, tanh_backward


def random_noise() -> Pair:
    """Noise that is drawn anew in each call, in forward and in backward."""
    rng = np.random.default_rng(3)

    def forward(x: Array) -> Array:
        return np.tanh(x) + 1e-8 * rng.normal(size=x.shape)

    def backward(x: Array, dy: Array) -> Array:
        return tanh_backward(x, dy) * (1 + 1e-8 * rng.normal(size=x.shape))

    return forward, backward


def rounded() -> Pair:
    return lambda x: np.round(np.tanh(x), 8), tanh_backward


PAIRS: dict[str, Callable[[], Pair]] = {
    "iterative solver": lambda: linear_solver(richardson, np.linalg.solve),
    "iterative solver, in backward too": lambda: linear_solver(richardson, richardson),
    "fixed point": fixed_point,
    "bisection": bisection,
    "scattered": scattered,
    "random": random_noise,
    "rounded to 8 decimals": rounded,
}


@pytest.mark.parametrize("name", PAIRS)
def test_noise_of_a_hundred_millionth_is_not_accused(name: str) -> None:
    for seed in SEEDS:
        result = check_gradient(*PAIRS[name](), draw(8, seed=seed), seed=seed)
        assert result.verdict in {Verdict.PASSED, Verdict.UNDECIDED}, str(result)


@pytest.mark.parametrize("name", PAIRS)
def test_an_error_of_a_thousandth_of_the_gradient_is_not_passed(name: str) -> None:
    """The error has a thousandth of the gradient's norm, all of it in the largest entry."""
    for seed in SEEDS:
        forward, backward = PAIRS[name]()

        def wrong(x: Array, dy: Array, backward: Callable[[Array, Array], Array] = backward) -> Array:
            gradient = np.array(backward(x, dy))
            gradient[np.argmax(np.abs(gradient))] *= 1.001
            return gradient

        # The largest entry depends on dy, so this backward is not linear: what counts is the verdict.
        assert not check_gradient(forward, wrong, draw(8, seed=seed), seed=seed, directions=4)


@pytest.mark.parametrize("name", PAIRS)
def test_the_verdict_is_seldom_left_open(name: str) -> None:
    verdicts = [check_gradient(*PAIRS[name](), draw(8, seed=seed), seed=seed).verdict for seed in SEEDS]
    assert verdicts.count(Verdict.UNDECIDED) <= 1


def test_noise_that_had_to_be_allowed_for_is_reported() -> None:
    result = check_gradient(*fixed_point(), draw(8))
    assert result.passed
    assert 1e-9 < result["x"].evidence["noise"] < 1e-7
    assert "of forward, measured and allowed for" in str(result)
    assert "noise" not in check_gradient(np.tanh, tanh_backward, draw(8))["x"].evidence


def test_a_function_without_noise_keeps_its_sharp_bound() -> None:
    """An error of a hundred millionth, as large as the noise above, is seen where there is no noise."""
    x = draw(8)
    assert check_gradient(np.tanh, tanh_backward, x)
    assert not check_gradient(np.tanh, lambda x, dy: (1 + 1e-8) * tanh_backward(x, dy), x)


def test_a_singularity_nearby_is_not_taken_for_noise() -> None:
    """-ln y of probabilities, the smallest of which are within their spread of 0; backward divides by y + 1e-7."""
    for seed in range(20):
        raw = np.random.default_rng(seed).uniform(0.2, 1.0, size=(5, 4))
        x, labels = raw / raw.sum(axis=1, keepdims=True), np.eye(4)[np.arange(5) % 4]

        def forward(x: Array, labels: Array = labels) -> Array:
            return np.asarray(-(labels * np.log(x)).sum())

        assert check_gradient(forward, lambda x, dy, labels=labels: -dy * labels / x, x, seed=seed)
        assert not check_gradient(forward, lambda x, dy, labels=labels: -dy * labels / (x + 1e-7), x, seed=seed)


# An answer that hangs on every digit of the incoming gradient repeats, and yet is no rounding.


def scrambled(dy: Array, shape: tuple[int, ...]) -> Array:
    """Normal numbers that depend on every bit."""
    return np.random.default_rng(zlib.crc32(np.ascontiguousarray(dy).tobytes())).normal(size=shape)


def by_tiny_differences(x: Array, dy: Array) -> Array:
    """A gradient by differences with a step so small that rounding is most of them, and 5 % too large."""
    steps = 1e-12 * np.eye(x.size)
    return 1.05 * np.array([np.sum(dy * np.tanh(x + h)) - np.sum(dy * np.tanh(x - h)) for h in steps]) / 2e-12


@pytest.mark.parametrize(
    "backward",
    [
        lambda x, dy: scrambled(dy, x.shape),
        lambda x, dy: 1.2 * tanh_backward(x, dy) + 0.003 * scrambled(dy, x.shape),
        by_tiny_differences,
    ],
    ids=["scrambled", "a fifth too large and scrambled", "tiny differences"],
)
def test_what_depends_on_the_last_digits_widens_no_bound(backward: Callable[[Array, Array], Array]) -> None:
    for seed in SEEDS:
        assert not check_gradient(np.tanh, backward, draw(6, seed=seed), seed=seed)
