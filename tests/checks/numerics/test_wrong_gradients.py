"""Wrong gradients are found, beside the right ones of the same functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from backproof.checks.numerics.gradient import BlockChecker

from .functions import (
    BATCH_NORM,
    DEEP_TANH,
    KINKED_ELSEWHERE,
    KINKED_ENTRIES,
    LINEAR,
    LOSS,
    RELU,
    SMOOTH,
    SOFTMAX,
    TANH,
    Array,
    Function,
    Mutate,
    batch_norm,
    check,
    normal,
    softmax,
)

SEEDS = range(10)


def missed(function: Function, mutate: Mutate) -> list[int]:
    """The points at which the wrong gradient is not found."""
    return [seed for seed in SEEDS if not check(function, seed, mutate).fault]


def largest_off(share: float) -> Mutate:
    """The largest entry is wrong by a share of itself."""

    def mutate(g: Array, x: Array, v: Array) -> Array:
        wrong = g.copy()
        wrong.flat[np.argmax(np.abs(g))] *= 1 + share
        return wrong

    return mutate


WRONG_EVERYWHERE: dict[str, Mutate] = {
    "sign": lambda g, x, v: -g,
    "divided by the batch": lambda g, x, v: g / len(x),
    "times two": lambda g, x, v: 2 * g,
    "zero": lambda g, x, v: np.zeros_like(g),
    "constant": lambda g, x, v: np.ones_like(g),
    "samples reversed": lambda g, x, v: g[::-1],
    "shifted": lambda g, x, v: np.roll(g, 1, axis=-1),
    "not finite": lambda g, x, v: np.where(np.arange(g.size).reshape(g.shape) == 0, np.nan, g),
}
SUBJECTS = [
    *("tanh", "sigmoid", "exp", "linear", "products", "softmax", "batch norm", "deep tanh", "square at 1e8"),
    *("cross-entropy of softmax", "tanh at 1e-8", "tanh of 1e-8 x at 1e8", "softmax at 1e-8", "batch norm far from 0"),
    *("square at 1e-8", "mixed scales", "log of probabilities"),
]


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("wrong", WRONG_EVERYWHERE)
def test_wrong_everywhere(subject: str, wrong: str) -> None:
    assert missed(SMOOTH[subject], WRONG_EVERYWHERE[wrong]) == []


@pytest.mark.parametrize("subject", ["relu", "absolute value", "maximum", "deep relu", "loss of relu"])
@pytest.mark.parametrize("wrong", WRONG_EVERYWHERE)
def test_wrong_everywhere_with_kinks_near(subject: str, wrong: str) -> None:
    assert missed(KINKED_ELSEWHERE[subject], WRONG_EVERYWHERE[wrong]) == []


@pytest.mark.parametrize("subject", ["relu, 0 at 0", "relu very near 0", "absolute value at 0"])
@pytest.mark.parametrize("wrong", WRONG_EVERYWHERE)
def test_wrong_everywhere_with_kinks_at_the_point(subject: str, wrong: str) -> None:
    assert missed(KINKED_ENTRIES[subject], WRONG_EVERYWHERE[wrong]) == []


@pytest.mark.parametrize("function", [LINEAR, SOFTMAX, LOSS], ids=["30 entries", "36 entries", "35 entries, a scalar"])
def test_a_millionth_in_one_entry_of_about_thirty(function: Function) -> None:
    assert missed(function, largest_off(1e-6)) == []
    assert missed(function, largest_off(0.0)) == list(SEEDS)


@pytest.mark.parametrize("seed", range(5))
def test_one_wrong_entry_of_ten_thousand(seed: int) -> None:
    data = np.random.default_rng(seed).normal(size=(30, 100))
    function = Function(
        lambda w: np.tanh(data @ w),
        lambda w, v: data.T @ TANH.backward(data @ w, v),
        normal(100, 100, scale=0.1),
    )

    def mutate(g: Array, x: Array, v: Array) -> Array:
        wrong = g.copy()
        wrong[17, 42] += 1e-3
        return wrong

    assert check(function, seed).fault is None
    assert check(function, seed, mutate).fault is not None


def test_a_transposed_gradient_of_a_square_matrix() -> None:
    data = np.random.default_rng(3).normal(size=(5, 6))
    function = Function(lambda w: data @ w, lambda w, v: data.T @ v, normal(6, 6))
    assert missed(function, lambda g, x, v: g) == list(SEEDS)
    assert missed(function, lambda g, x, v: g.T) == []


def _softmax_without_sum(g: Array, x: Array, v: Array) -> Array:
    return softmax(x) * v


def _batch_norm_without_variance(g: Array, x: Array, v: Array) -> Array:
    result: Array = (v - v.mean(axis=0)) / x.std(axis=0)
    return result


def _batch_norm_without_mean(g: Array, x: Array, v: Array) -> Array:
    y = batch_norm(x)
    result: Array = (v - y * (v * y).mean(axis=0)) / x.std(axis=0)
    return result


def _deep_without_last_derivative(g: Array, x: Array, v: Array) -> Array:
    return DEEP_TANH.backward(x, v / (1 - DEEP_TANH.forward(x) ** 2))


@pytest.mark.parametrize(
    ("function", "mutate"),
    [
        (SOFTMAX, _softmax_without_sum),
        (BATCH_NORM, _batch_norm_without_variance),
        (BATCH_NORM, _batch_norm_without_mean),
        (DEEP_TANH, _deep_without_last_derivative),
        (TANH, lambda g, x, v: v * (1 - x**2)),
        (RELU, lambda g, x, v: np.maximum(v, 0)),
    ],
    ids=["softmax sum", "through variance", "through mean", "last derivative", "input for output", "mask by gradient"],
)
def test_a_missing_or_mistaken_term(function: Function, mutate: Mutate) -> None:
    assert missed(function, mutate) == []


@pytest.mark.parametrize(
    "stand_in",
    [np.ones_like, np.sign, lambda v: v**2, lambda v: np.where(v > 0, v, 0.5)],
    ids=["ones", "sign", "square", "clipped"],
)
@pytest.mark.parametrize("function", [TANH, SOFTMAX, LINEAR], ids=["tanh", "softmax", "linear"])
def test_the_incoming_gradient_ignored_or_misused(function: Function, stand_in: Callable[[Array], Array]) -> None:
    assert missed(function, lambda g, x, v: function.backward(x, stand_in(v))) == []


@pytest.mark.parametrize("share", [-2.0, -1.0, 0.1])
def test_small_entries_do_not_drown_beside_large_ones(share: float) -> None:
    """Derivatives 1 and 1e-8: the small one has the wrong sign, is left out, or is off by a tenth."""
    assert missed(SMOOTH["derivatives 1 and 1e-8"], lambda g, x, v: g * np.array([1.0, 1.0 + share])) == []


def test_noise_of_single_precision_in_backward_is_no_fault_but_a_wrong_digit_is() -> None:
    def single(g: Array, x: Array, v: Array) -> Array:
        return g.astype(np.float32).astype(np.float64)

    def off(g: Array, x: Array, v: Array) -> Array:
        return g * (1 + 1e-4)

    assert missed(TANH, single) == list(SEEDS)
    assert missed(TANH, off) == []


def test_random_backward_is_found() -> None:
    noise = np.random.default_rng(0)
    assert missed(TANH, lambda g, x, v: g * (1 + 1e-3 * noise.normal(size=g.shape))) == []


def test_slack_lets_a_share_of_every_entry_differ_and_no_more() -> None:
    """As with an epsilon that backward leaves out: the two signs differ, so that nothing adds up by chance."""

    def square(points: Sequence[Array]) -> list[Array]:
        return [np.asarray(np.sum(point**2)).reshape(1) for point in points]

    def off(share: float) -> Callable[[Array], Array]:
        signs = np.where(np.arange(12).reshape(3, 4) % 2, 1.0, -1.0)
        return lambda v: float(v[0]) * 2 * x * (1 + share * signs)

    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(3, 4))
        assert BlockChecker(square, off(1e-9), x, rng).run().fault
        assert not BlockChecker(square, off(1e-9), x, rng, 1e-9).run().fault
        assert BlockChecker(square, off(1e-6), x, rng, 1e-9).run().fault
