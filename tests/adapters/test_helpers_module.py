"""The supplied Helpers: right where the mathematics is, and able to tell a wrong layer."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from backproof.adapters.fau.helpers_module import (
    calculate_accuracy,
    compute_bn_gradients,
    gradient_check,
    gradient_check_weights,
    shuffle_data,
)

GENERATOR = np.random.default_rng(7)


class SquaredError:
    def forward(self, prediction: Any, label: Any) -> float:
        self.difference = prediction - label
        return float((self.difference**2).sum())

    def backward(self, label: Any) -> Any:
        return 2 * self.difference


class Scale:
    """y = x * weights + bias, with a factor on the gradients that makes them wrong unless it is 1."""

    def __init__(self, factor: float = 1.0) -> None:
        self.weights, self.bias = np.array([2.0, -3.0]), np.array([0.5, 1.5])
        self.factor = factor

    def forward(self, x: Any) -> Any:
        self.x = x
        return x * self.weights + self.bias

    def backward(self, error: Any) -> Any:
        self.gradient_weights = self.factor * (error * self.x).sum(axis=0)
        self.gradient_bias = self.factor * error.sum(axis=0)
        return self.factor * error * self.weights


class Drop:
    def forward(self, x: Any) -> Any:
        self.mask = np.random.rand(*x.shape) < 0.5  # noqa: NPY002 - as submissions draw
        return x * self.mask

    def backward(self, error: Any) -> Any:
        return error * self.mask


@pytest.mark.parametrize("rows", [False, True])
def test_the_input_gradient_of_batch_normalisation(rows: bool) -> None:
    x, error = GENERATOR.normal(size=(2, 6, 3))
    weights = np.array([0.5, 2.0, -1.0])

    def forward(x: Any) -> Any:
        return weights * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 2.2e-16)

    shape = (1, 3) if rows else (3,)
    mean, var = x.mean(axis=0).reshape(shape), x.var(axis=0).reshape(shape)
    gradient = compute_bn_gradients(error, x, weights.reshape(shape), mean, var)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = 1e-5
        numeric = ((forward(x + step) - forward(x - step)) * error).sum() / 2e-5
        assert abs(gradient[index] - numeric) < 1e-8


def test_a_large_eps_is_refused() -> None:
    x = np.ones((2, 2))
    with pytest.raises(ArithmeticError, match="eps=1e-05, but should be at most 1e-10"):
        compute_bn_gradients(x, x, x[0], x[0], x[0], 1e-5)


def test_gradient_check_tells_right_from_wrong() -> None:
    x, labels = GENERATOR.normal(size=(2, 4, 2))
    right = gradient_check([Scale(), SquaredError()], x, labels)
    assert right.shape == x.shape
    assert right.sum() < 1e-6
    np.testing.assert_allclose(gradient_check([Scale(2.0), SquaredError()], x, labels), 0.5, atol=1e-6)


def test_gradient_check_seeds_layers_that_draw() -> None:
    x, labels = GENERATOR.normal(size=(2, 6, 2))
    assert gradient_check([Drop(), SquaredError()], x, labels, seed=3).sum() < 1e-6
    assert gradient_check([Drop(), SquaredError()], x, labels).sum() > 1


@pytest.mark.parametrize("bias", [False, True])
def test_gradient_check_weights_tells_right_from_wrong(bias: bool) -> None:
    x, labels = GENERATOR.normal(size=(2, 4, 2))
    layer = Scale()
    weights = layer.weights.copy()
    assert gradient_check_weights([layer, SquaredError()], x, labels, bias).sum() < 1e-6
    assert (layer.weights == weights).all()
    assert gradient_check_weights([Scale(2.0), SquaredError()], x, labels, bias).sum() > 0.9


def test_accuracy_is_the_share_of_right_rows() -> None:
    results = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.7, 0.3]])
    assert calculate_accuracy(results, np.array([[1, 0], [0, 1], [0, 1], [1, 0]])) == 0.75


def test_shuffling_keeps_rows_together() -> None:
    random.seed(1)
    x = np.arange(20.0).reshape(10, 2)
    first, second = shuffle_data(x, 3 * x)
    assert (second == 3 * first).all()
    assert (first != x).any()
    assert sorted(first[:, 0]) == sorted(x[:, 0])
