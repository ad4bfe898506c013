"""Calls that change what later calls answer are told from chance and from memory."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from backproof import GradientResult, check_gradient
from backproof.checks.gradient_check.drift import CALLS
from backproof.checks.results import Verdict

from .pairs import Array, draw

X = draw(6, 4)
START = np.random.default_rng(4).normal(size=(4, 4))
Update = Callable[["Layer", Array, Array], None]


class Layer:
    """tanh(x W) whose weights change: `in_forward` and `in_backward` are told x and y or dy."""

    def __init__(self, in_forward: Update | None = None, in_backward: Update | None = None) -> None:
        self.weights, self.rng = START.copy(), np.random.default_rng(1)
        self.in_forward, self.in_backward = in_forward, in_backward
        self.hidden: Array | float = 0.0

    def forward(self, x: Array) -> Array:
        y = np.tanh(x @ self.weights + self.hidden)
        if self.in_forward is not None:
            self.in_forward(self, x, y)
        return y

    def backward(self, x: Array, dy: Array) -> Array:
        result = (dy * (1 - np.tanh(x @ self.weights + self.hidden) ** 2)) @ self.weights.T
        if self.in_backward is not None:
            self.in_backward(self, x, dy)
        return np.asarray(result)


def check(layer: Layer, seed: int) -> GradientResult:
    return check_gradient(layer.forward, layer.backward, X, seed=seed)


def grow(rate: float) -> Update:
    def update(layer: Layer, _x: Array, _y: Array) -> None:
        layer.weights = layer.weights * (1 + rate)

    return update


def learn(rate: float) -> Update:
    def update(layer: Layer, x: Array, dy: Array) -> None:
        layer.weights = layer.weights - rate * x.T @ dy

    return update


@pytest.mark.parametrize("rate", [1e-9, 1e-7, 1e-5, 1e-3, -1e-3])
def test_a_forward_that_drifts_fails(rate: float) -> None:
    for seed in range(5):
        result = check(Layer(in_forward=grow(rate)), seed)
        assert result.findings[0].verdict is Verdict.FAILED
        assert result.findings[0].law == "contract.repeatable"
        assert "something is updated" in result.findings[0].message


@pytest.mark.parametrize("rate", [1e-9, 1e-6, 1e-3])
def test_a_backward_that_learns_fails(rate: float) -> None:
    for seed in range(5):
        result = check(Layer(in_backward=learn(rate)), seed)
        assert result.findings[0].verdict is Verdict.FAILED
        assert "something is updated" in result.findings[0].message


def remember(layer: Layer, _x: Array, y: Array) -> None:
    layer.hidden = 0.8 * y


def gate(layer: Layer, _x: Array, y: Array) -> None:
    layer.hidden = 0.9 * layer.hidden + 0.1 * y


def shake(size: float) -> Update:
    def update(layer: Layer, _x: Array, _y: Array) -> None:
        layer.hidden = size * layer.rng.normal(size=(6, 4))

    return update


def walk(layer: Layer, _x: Array, _y: Array) -> None:
    """A random walk is no order of chance, but turns back."""
    layer.hidden = layer.hidden + 1e-3 * layer.rng.normal(size=(6, 4))


@pytest.mark.parametrize("update", [remember, gate, shake(1e-3), shake(1.0), walk])
def test_memory_that_fades_and_chance_are_left_open(update: Update) -> None:
    for seed in range(10):
        result = check(Layer(in_forward=update), seed)
        assert [finding.verdict for finding in result.findings] == [Verdict.UNDECIDED]
        assert "pass reseed=" in result.findings[0].hint


def test_chance_that_is_small_is_noise() -> None:
    for seed in range(10):
        assert check(Layer(in_forward=shake(1e-10)), seed).verdict is not Verdict.FAILED


def test_the_share_of_random_answers_that_rise_in_a_row() -> None:
    """Simulated for fewer calls; the probability for as many as are made is below 1e-9."""
    calls, runs = 4, 40_000
    places = np.random.default_rng(0).normal(size=(runs, calls))
    share = float((np.diff(places, axis=1) > 0).all(axis=1).mean())
    expected = 1 / math.factorial(calls)
    assert abs(share - expected) < 6.5 * (expected / runs) ** 0.5
    assert 1 / math.factorial(CALLS) < 1e-9
