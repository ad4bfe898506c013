"""The cross-entropy loss in numbers."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray

from backproof.framework import CrossEntropyLoss

EPSILON = 2.0**-52


def test_forward_by_hand() -> None:
    predictions, labels = np.array([[0.5, 0.5], [0.25, 0.75]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    loss = CrossEntropyLoss().forward(predictions, labels)
    assert type(loss) is float
    assert_allclose(loss, math.log(2) - math.log(0.75), rtol=1e-14)  # summed, not averaged
    assert_allclose(CrossEntropyLoss().forward(predictions, np.full((2, 2), 0.5)), -0.5 * math.log(0.5**2 * 0.1875))


def test_impossible_labels_have_a_finite_loss() -> None:
    layer, predictions, labels = CrossEntropyLoss(), np.eye(3), np.roll(np.eye(3), 1, axis=0)
    assert_allclose(layer.forward(predictions, labels), 3 * 52 * math.log(2), rtol=1e-14)
    assert_array_equal(layer.backward(labels), -labels / EPSILON)
    assert abs(layer.forward(predictions, predictions)) <= 3 * EPSILON


def test_backward_is_the_derivative(
    rng: np.random.Generator, numerical_gradient: Callable[[Callable[[], float], NDArray[Any]], NDArray[Any]]
) -> None:
    layer, predictions, labels = CrossEntropyLoss(), rng.uniform(0.2, 0.8, (4, 3)), rng.dirichlet([1, 1, 1], 4)
    layer.forward(predictions, labels)
    gradient = layer.backward(labels)
    assert_allclose(gradient, numerical_gradient(lambda: layer.forward(predictions, labels), predictions), rtol=1e-8)


def test_callers_may_overwrite_tensors() -> None:
    layer, predictions, labels = CrossEntropyLoss(), np.full((2, 2), 0.5), np.eye(2)
    layer.forward(predictions, labels)
    first = layer.backward(labels)
    predictions[...], first[...] = np.nan, np.nan
    assert_allclose(layer.backward(labels), -2 * np.eye(2))
    assert_array_equal(labels, np.eye(2))


def test_float32_stays_float32() -> None:
    layer, labels = CrossEntropyLoss(), np.eye(2, dtype=np.float32)
    layer.forward(1 - labels, labels)
    assert layer.backward(labels).dtype == np.float32


def test_wrong_use_is_refused() -> None:
    layer = CrossEntropyLoss()
    with pytest.raises(RuntimeError, match=r"^CrossEntropyLoss\.backward was called before forward"):
        layer.backward(np.eye(2))
    expected = r"^CrossEntropyLoss\.forward: label_tensor\.shape=\(1, 2\), but should be \(2, 2\)$"
    with pytest.raises(ValueError, match=expected):
        layer.forward(np.eye(2), np.ones((1, 2)))
    layer.forward(np.eye(2), np.eye(2))
    with pytest.raises(ValueError, match=r"^CrossEntropyLoss\.backward: label_tensor\.shape=\(2,\)"):
        layer.backward(np.ones(2))
