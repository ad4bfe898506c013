"""ReLU, sigmoid, hyperbolic tangent, softmax, identity and flatten in numbers; activations by name."""

import math
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special

from backproof.framework import Activation, BaseLayer, Flatten, Identity, ReLU, Sigmoid, SoftMax, TanH

SMALL = [0.0, 1e-300, -1e-300, 36.0, -36.0, 700.0, -700.0]
EXTREMES = np.array([SMALL, [1e4, -1e4, 1e300, -1e300, 5.0, -5.0, 1.7e308]])


def test_relu_by_hand() -> None:
    layer = ReLU()
    output = layer.forward(np.array([[-1.0, 0.0, 2.0], [1e300, -1e300, 1e-300]]))
    assert_array_equal(output, [[0, 0, 2], [1e300, 0, 1e-300]])
    assert_array_equal(layer.backward(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])), [[0, 0, 3], [4, 0, 6]])


def test_relu_does_not_hide_nan() -> None:
    assert np.isnan(ReLU().forward(np.array([np.nan]))).all()


def test_sigmoid_is_exact_everywhere() -> None:
    layer = Sigmoid()
    x = np.concatenate([EXTREMES.ravel(), np.linspace(-40, 40, 801)])
    assert_allclose(layer.forward(x), special.expit(x), rtol=1e-15)
    assert_allclose(layer.backward(np.full_like(x, 3.0)), 3 * special.expit(x) * (1 - special.expit(x)), rtol=1e-12)


def test_sigmoid_by_hand() -> None:
    layer = Sigmoid()
    assert_allclose(layer.forward(np.array([0.0, math.log(3), -math.log(3)])), [0.5, 0.75, 0.25], rtol=1e-15)
    assert_allclose(layer.backward(np.array([4.0, 16.0, 32.0])), [1.0, 3.0, 6.0], rtol=1e-15)


def test_tanh_by_hand() -> None:
    layer = TanH()
    assert_allclose(layer.forward(np.array([0.0, math.log(3), -math.log(2)])), [0.0, 0.8, -0.6], rtol=1e-15)
    assert_allclose(layer.backward(np.array([2.0, 1.0, 1.0])), [2.0, 0.36, 0.64], rtol=1e-14)


def test_tanh_is_exact_everywhere() -> None:
    x = np.concatenate([EXTREMES.ravel(), np.linspace(-20, 20, 401)])
    assert_allclose(TanH().forward(x), [math.tanh(value) for value in x], rtol=1e-15)


def test_softmax_by_hand() -> None:
    layer = SoftMax()
    scores = np.log([[1.0, 2.0, 3.0], [2.0, 2.0, 4.0]]) + np.array([[0.0], [100.0]])
    assert_allclose(layer.forward(scores), [[1 / 6, 1 / 3, 1 / 2], [1 / 4, 1 / 4, 1 / 2]], rtol=1e-13)
    error = np.array([[6.0, 0.0, 2.0], [0.0, 4.0, 8.0]])  # its expectations are 2 and 5
    assert_allclose(layer.backward(error), [[4 / 6, -2 / 3, 0.0], [-5 / 4, -1 / 4, 3 / 2]], rtol=1e-12, atol=1e-14)


def test_softmax_is_exact_everywhere(rng: np.random.Generator) -> None:
    scores = np.vstack([EXTREMES, rng.normal(0, 30, (50, 7)), np.full((1, 7), 1e4)])
    expected = np.array([special.softmax(row) for row in scores])
    assert_allclose(SoftMax().forward(scores), expected, rtol=1e-13)


def test_softmax_of_the_largest_numbers() -> None:
    largest = np.finfo(float).max
    assert_array_equal(SoftMax().forward(np.array([[largest, -largest, largest]])), [[0.5, 0.0, 0.5]])


@pytest.mark.parametrize("layer", [Sigmoid(), TanH(), SoftMax(), ReLU()], ids=lambda layer: type(layer).__name__)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_extremes_give_finite_gradients(layer: BaseLayer, dtype: Any) -> None:
    output = layer.forward(np.clip(EXTREMES, -1e38, 1e38).astype(dtype))
    assert np.isfinite(output).all()
    assert np.isfinite(layer.backward(np.ones_like(output))).all()


def test_activations_are_not_trainable_and_initialize_does_nothing() -> None:
    for layer in (ReLU(), Sigmoid(), TanH(), SoftMax(), Flatten(), Identity(), Activation("relu")):
        assert layer.trainable is False
        assert layer.testing_phase is False
        assert not hasattr(layer, "weights")


def test_flatten_by_hand() -> None:
    layer = Flatten()
    images = np.arange(24.0).reshape(2, 3, 2, 2)
    assert_array_equal(layer.forward(images), np.arange(24.0).reshape(2, 12))
    assert_array_equal(layer.backward(np.arange(24.0).reshape(2, 12)), images)
    assert layer.forward(np.ones(5)).shape == (5, 1)
    assert layer.forward(np.ones((0, 2, 3))).shape == (0, 6)
    assert layer.backward(np.ones((0, 6))).shape == (0, 2, 3)


@pytest.mark.parametrize(
    ("name", "twin"),
    [("relu", ReLU()), ("sigmoid", Sigmoid()), ("tanh", TanH()), ("linear", Identity()), (None, Identity())],
)
def test_activations_by_name(name: str | None, twin: BaseLayer) -> None:
    layer = Activation(name)
    assert type(layer.layer) is type(twin)
    assert_array_equal(layer.forward(EXTREMES), twin.forward(EXTREMES))
    assert_array_equal(layer.backward(EXTREMES), twin.backward(EXTREMES))
    assert Activation(name).layer is not layer.layer


def test_unknown_activations_are_refused() -> None:
    expected = r"^name='softmax', but should be one of 'sigmoid', 'tanh', 'relu', 'linear', None$"
    with pytest.raises(ValueError, match=expected):
        Activation("softmax")


def test_identity_by_hand() -> None:
    layer, tensor = Identity(), np.array([[1.0, -2.0]])
    assert_array_equal(layer.forward(tensor), [[1, -2]])
    assert_array_equal(layer.backward(3 * tensor), [[3, -6]])


def test_wrong_shapes_are_refused() -> None:
    expected = r"^SoftMax\.forward: input_tensor\.shape=\(3,\), but should be \(batch, classes\)$"
    with pytest.raises(ValueError, match=expected):
        SoftMax().forward(np.ones(3))
    expected = r"^Flatten\.forward: input_tensor\.shape=\(\), but should be \(batch, \.\.\.\)$"
    with pytest.raises(ValueError, match=expected):
        Flatten().forward(np.array(1.0))
