"""Optimizers and regularizers in numbers."""

import math
from collections.abc import Callable
from copy import deepcopy

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from backproof.framework import (
    AdaGrad,
    Adam,
    L1_Regularizer,
    L2_Regularizer,
    Optimizer,
    Regularizer,
    Sgd,
    SgdWithMomentum,
)

MAKERS: list[Callable[[], Optimizer]] = [
    lambda: Sgd(0.1),
    lambda: SgdWithMomentum(0.1, 0.9),
    lambda: Adam(0.1, 0.9, 0.999),
    lambda: AdaGrad(0.1),
]
for_all = pytest.mark.parametrize("make", MAKERS, ids=["sgd", "momentum", "adam", "adagrad"])


def trajectory(optimizer: Optimizer, weight: float, gradients: list[float]) -> list[float]:
    weights = []
    for gradient in gradients:
        weight = optimizer.calculate_update(weight, gradient)
        weights.append(weight)
    return weights


def test_sgd_by_hand() -> None:
    assert trajectory(Sgd(0.5), 1.0, [1.0, -2.0, 4.0]) == [0.5, 1.5, -0.5]


def test_momentum_by_hand() -> None:
    # Velocities -1, 0.5, -1.75.
    assert trajectory(SgdWithMomentum(0.5, 0.5), 1.0, [2.0, -2.0, 4.0]) == [0.0, 0.5, -1.25]


def test_adam_by_hand() -> None:
    first, second = trajectory(Adam(0.5, 0.5, 0.75), 1.0, [2.0, -4.0])
    assert_allclose(first, 1 - 0.5 * 2 / 2, atol=1e-15)  # corrected, the first moments are those of the gradient
    mean = (0.5 * 1 + 0.5 * -4) / (1 - 0.5**2)
    mean_square = (0.75 * 1 + 0.25 * 16) / (1 - 0.75**2)
    assert_allclose(second, first - 0.5 * mean / math.sqrt(mean_square), rtol=1e-14)


def test_adam_epsilon_is_outside_the_root() -> None:
    epsilon = np.finfo(float).eps
    assert_allclose(Adam(1.0, 0.9, 0.999).calculate_update(0.0, 1e-16), -1e-16 / (1e-16 + epsilon), rtol=1e-12)
    assert Adam(1.0, 0.9, 0.999).calculate_update(0.0, 0.0) == 0


def test_adagrad_by_hand() -> None:
    assert_allclose(trajectory(AdaGrad(0.5), 1.0, [3.0, -4.0]), [0.5, 0.5 + 0.5 * 4 / 5], rtol=1e-14)
    assert AdaGrad(0.5).calculate_update(1.0, 0.0) == 1.0


@for_all
def test_arrays_are_updated_elementwise_and_not_in_place(make: Callable[[], Optimizer]) -> None:
    weights = np.array([[1.0, -2.0, 3.0], [0.5, 0.0, -4.0]])
    gradients = [np.array([[0.5, 1.0, -1.0], [0.0, 2.0, 3.0]]), np.array([[1.0, 1.0, 1.0], [-1.0, 0.5, 0.0]])]
    optimizer, found = make(), weights
    before, first_gradient = weights.copy(), gradients[0].copy()
    for gradient in gradients:
        found = optimizer.calculate_update(found, gradient)
        found_before = found.copy()
    assert_array_equal(weights, before)
    assert_array_equal(gradients[0], first_gradient)
    for index in np.ndindex(weights.shape):
        expected = trajectory(make(), float(weights[index]), [float(gradient[index]) for gradient in gradients])
        assert_allclose(found[index], expected[-1], rtol=1e-15)
    gradients[1][...] = np.nan  # neither the gradient nor the result is part of the state
    found_before, found[...] = found.copy(), np.nan
    assert np.isfinite(optimizer.calculate_update(found_before, gradients[0])).all()


@for_all
@pytest.mark.parametrize(("regularizer", "pull"), [(L1_Regularizer(0.3), np.sign), (L2_Regularizer(0.3), np.array)])
def test_regularization_is_decoupled(
    make: Callable[[], Optimizer], regularizer: Regularizer, pull: Callable[[np.ndarray], np.ndarray]
) -> None:
    weights, gradient = np.array([1.0, -2.0, 0.0]), np.array([0.5, 0.25, -1.0])
    plain, regularized = make(), make()
    regularized.add_regularizer(regularizer)
    for _ in range(3):  # the plain steps stay the same, so nothing enters the state
        step = plain.calculate_update(weights, gradient) - weights
        updated = regularized.calculate_update(weights, gradient)
        assert_allclose(updated, weights - 0.1 * 0.3 * pull(weights) + step, rtol=1e-13)
        weights = updated


def test_regularized_sgd_by_hand() -> None:
    optimizer = Sgd(0.5)
    optimizer.add_regularizer(L2_Regularizer(0.5))
    assert trajectory(optimizer, 4.0, [1.0, 1.0]) == [2.5, 1.375]
    assert Sgd(0.5).regularizer is None


@for_all
def test_copies_have_separate_state(make: Callable[[], Optimizer]) -> None:
    optimizer = make()
    twin = deepcopy(optimizer)
    expected = trajectory(make(), 1.0, [1.0, 2.0, 3.0])
    trajectory(optimizer, 5.0, [-7.0, 9.0])
    assert trajectory(twin, 1.0, [1.0, 2.0, 3.0]) == expected


@for_all
def test_float32_stays_float32(make: Callable[[], Optimizer]) -> None:
    optimizer, weights = make(), np.ones(3, np.float32)
    optimizer.add_regularizer(L1_Regularizer(np.float64(0.1)))
    for _ in range(2):
        weights = optimizer.calculate_update(weights, np.ones(3, np.float32))
        assert weights.dtype == np.float32


@for_all
def test_shapes_are_checked(make: Callable[[], Optimizer]) -> None:
    optimizer = make()
    with pytest.raises(ValueError, match=r"gradient_tensor\.shape=\(2,\), but should be \(3, 2\), the shape of weight"):
        optimizer.calculate_update(np.ones((3, 2)), np.ones(2))
    optimizer.calculate_update(np.ones((3, 2)), np.ones((3, 2)))
    if isinstance(optimizer, Sgd):
        assert optimizer.calculate_update(np.ones(2), np.ones(2)).shape == (2,)
    else:
        with pytest.raises(ValueError, match=r"should be \(3, 2\), .* give every parameter its own copy"):
            optimizer.calculate_update(np.ones(2), np.ones(2))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Sgd(-1), r"^learning_rate=-1, but should be in \[0, inf\)$"),
        (lambda: Sgd(float("inf")), r"^learning_rate=inf, but should be in \[0, inf\)$"),
        (lambda: SgdWithMomentum(0.1, 1.0), r"^momentum_rate=1\.0, but should be in \[0, 1\)$"),
        (lambda: Adam(0.1, 1.0, 0.9), r"^mu=1\.0, but should be in \[0, 1\)$"),
        (lambda: Adam(0.1, 0.9, -0.1), r"^rho=-0\.1, but should be in \[0, 1\)$"),
        (lambda: AdaGrad(-0.1), r"^learning_rate=-0\.1, but should be in \[0, inf\)$"),
        (lambda: L1_Regularizer(-1.0), r"^alpha=-1\.0, but should be in \[0, inf\)$"),
        (lambda: L2_Regularizer(float("nan")), r"^alpha=nan, but should be in \[0, inf\)$"),
    ],
)
def test_wrong_arguments_are_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_regularizers_by_hand() -> None:
    weights = np.array([[1.0, -2.0], [0.0, 3.0]])
    assert_array_equal(L1_Regularizer(0.5).calculate_gradient(weights), [[0.5, -0.5], [0.0, 0.5]])
    assert_array_equal(L2_Regularizer(0.5).calculate_gradient(weights), [[0.5, -1.0], [0.0, 1.5]])
    assert L1_Regularizer(0.5).norm(weights) == 3.0
    assert L2_Regularizer(0.5).norm(weights) == 7.0
    assert type(L1_Regularizer(1).norm(weights)) is type(L2_Regularizer(1).norm(weights)) is float
    assert_array_equal(weights, [[1.0, -2.0], [0.0, 3.0]])
