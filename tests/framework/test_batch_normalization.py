"""Batch normalization in numbers."""

from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray

from backproof.framework import Adam, BatchNormalization, Constant, L2_Regularizer, Sgd, SgdWithMomentum


def running(layer: BatchNormalization) -> NDArray[Any]:
    assert layer.running_mean is not None
    assert layer.running_var is not None
    return np.array([layer.running_mean, layer.running_var])


BATCH = np.array([[1.0, 0.0], [3.0, 4.0], [5.0, 8.0], [7.0, 12.0]])  # means 4, 6; variances 5, 20


def test_training_by_hand() -> None:
    layer = BatchNormalization(2)
    normalized = np.array([-3.0, -1.0, 1.0, 3.0])[:, np.newaxis] / np.sqrt([5.0, 5.0])
    assert_allclose(layer.forward(BATCH), normalized, rtol=1e-14)
    layer.weights, layer.bias = np.array([2.0, -1.0]), np.array([10.0, 20.0])
    assert_allclose(layer.forward(BATCH), normalized * [2, -1] + [10, 20], rtol=1e-14)


def test_backward_by_hand() -> None:
    layer = BatchNormalization(2)
    layer.weights = np.array([2.0, -1.0])
    layer.forward(BATCH)
    error = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    # Per channel: gamma / std * (e - mean(e) - x̂ * mean(e * x̂)), with x̂ = (-3, -1, 1, 3) / √5.
    # Column 0: mean(e) = 1/4, x̂ * mean(e * x̂) = (9, 3, -3, -9) / 20. Column 1: 1/4 and (-3, -1, 1, 3) / 20.
    expected = np.array([[6.0, -2.0], [-8.0, -4.0], [-2.0, 14.0], [4.0, -8.0]]) / 20 * [2, -1] / np.sqrt([5, 20])
    assert_allclose(layer.backward(error), expected, rtol=1e-13)
    assert layer.gradient_weights is not None
    assert layer.gradient_bias is not None
    assert_allclose(layer.gradient_weights, np.array([-3, 1]) / np.sqrt(5), rtol=1e-14)
    assert_array_equal(layer.gradient_bias, [1.0, 1.0])


def test_images_are_normalized_per_channel(rng: np.random.Generator) -> None:
    images = rng.normal(3, 2, (4, 2, 3, 5))
    layer = BatchNormalization(2)
    layer.weights, layer.bias = np.array([2.0, -1.0]), np.array([10.0, 20.0])
    output = layer.forward(images)
    for channel in range(2):
        values = images[:, channel]
        expected = layer.weights[channel] * (values - values.mean()) / values.std() + layer.bias[channel]
        assert_allclose(output[:, channel], expected, rtol=1e-13)


def test_rounding_of_a_large_mean_does_not_matter() -> None:
    column = np.array([[0.0], [1.0], [1.0]])  # a third is no binary fraction, so the mean is rounded
    expected = np.array([[-2.0], [1.0], [1.0]]) / np.sqrt(2)
    assert_allclose(BatchNormalization(1).forward(column + 1e8), expected, rtol=1e-14)


def test_the_mean_of_many_float32_rows_is_right(rng: np.random.Generator) -> None:
    rows = rng.normal(1e4, 1.0, (100_000, 2)).astype(np.float32)
    layer = BatchNormalization(2)
    layer.forward(rows)
    assert layer.running_mean is not None
    assert_allclose(layer.running_mean, rows.mean(axis=0, dtype=float), rtol=1e-7)


def test_constant_channels_become_beta() -> None:
    layer = BatchNormalization(1)
    assert_array_equal(layer.forward(np.full((3, 1), 0.1)), np.zeros((3, 1)))
    assert_array_equal(layer.backward(np.ones((3, 1))), np.zeros((3, 1)))
    assert_array_equal(layer.forward(np.full((1, 1), 7.0)), [[0.0]])  # a batch of one is constant


def test_epsilon_is_inside_the_root() -> None:
    tiny = 1e-8  # the variance, 1e-16, is smaller than epsilon
    expected = tiny / np.sqrt(tiny**2 + np.finfo(float).eps)
    assert_allclose(BatchNormalization(1).forward(np.array([[tiny], [-tiny]])), [[expected], [-expected]], rtol=1e-14)


def test_running_averages_by_hand() -> None:
    layer = BatchNormalization(2)
    layer.forward(BATCH)
    assert_allclose(running(layer), [[4, 6], [5, 20]], rtol=1e-15)
    layer.forward(BATCH * 3 + 1)
    assert_allclose(
        running(layer),
        [[0.8 * 4 + 0.2 * 13, 0.8 * 6 + 0.2 * 19], [0.8 * 5 + 0.2 * 45, 0.8 * 20 + 0.2 * 180]],
        rtol=1e-15,
    )


def test_testing_uses_the_running_averages_and_leaves_them_alone() -> None:
    layer = BatchNormalization(2)
    layer.forward(BATCH)
    layer.weights, layer.bias, layer.testing_phase = np.array([2.0, -1.0]), np.array([10.0, 20.0]), True
    other = np.array([[4.0, 6.0], [9.0, -14.0]])
    scale = np.array([2, -1]) / np.sqrt([5, 20])
    assert_allclose(layer.forward(other), (other - [4, 6]) * scale + [10, 20], rtol=1e-14)
    error = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert_allclose(layer.backward(error), error * scale, rtol=1e-14)
    assert layer.gradient_weights is not None
    assert_allclose(layer.gradient_weights, [15 / np.sqrt(5), -80 / np.sqrt(20)], rtol=1e-14)
    assert_allclose(running(layer), [[4, 6], [5, 20]], rtol=1e-15)


def test_testing_before_training_uses_mean_0_and_variance_1() -> None:
    layer = BatchNormalization(2)
    layer.testing_phase = True
    assert_allclose(layer.forward(BATCH), BATCH, rtol=1e-15)
    assert layer.running_mean is None
    assert layer.running_var is None
    assert layer.forward(np.empty((0, 2))).shape == (0, 2)
    layer.testing_phase = False
    layer.forward(BATCH)
    assert_allclose(running(layer), [[4, 6], [5, 20]], rtol=1e-15)


def test_initialize_ignores_initializers() -> None:
    layer = BatchNormalization(3)
    layer.weights, layer.bias = np.full(3, 9.0), np.full(3, 9.0)
    layer.initialize(Constant(5.0), Constant(6.0))
    assert_array_equal(layer.weights, [1, 1, 1])
    assert_array_equal(layer.bias, [0, 0, 0])
    assert layer.trainable is True


def test_reformat_by_hand() -> None:
    layer, images = BatchNormalization(2), np.arange(12.0).reshape(1, 2, 2, 3)
    vectors = layer.reformat(images)
    assert_array_equal(vectors, [[0, 6], [1, 7], [2, 8], [3, 9], [4, 10], [5, 11]])
    again = layer.reformat(vectors)
    assert_array_equal(again, images)
    assert not np.shares_memory(vectors, images)
    assert not np.shares_memory(again, vectors)


def test_reformat_knows_the_shape_of_the_latest_images(rng: np.random.Generator) -> None:
    layer, images = BatchNormalization(3), rng.normal(size=(4, 3, 2, 5))
    layer.forward(images)
    other = rng.normal(size=(40, 3))
    assert_array_equal(layer.reformat(other), other.reshape(4, 2, 5, 3).transpose(0, 3, 1, 2))
    layer.reformat(rng.normal(size=(1, 3, 1, 1)))
    assert layer.backward(images).shape == images.shape  # backward is not confused


@pytest.mark.parametrize("optimizer", [SgdWithMomentum(0.1, 0.9), Adam(0.1, 0.9, 0.999)])
def test_gamma_and_beta_have_optimizers_of_their_own(optimizer: Sgd, rng: np.random.Generator) -> None:
    optimizer.add_regularizer(L2_Regularizer(0.5))
    layer, for_gamma, for_beta = BatchNormalization(2), deepcopy(optimizer), deepcopy(optimizer)
    layer.optimizer = optimizer
    gamma, beta = layer.weights, layer.bias
    for _ in range(3):
        layer.forward(BATCH)
        layer.backward(rng.normal(size=BATCH.shape))
        assert layer.gradient_weights is not None
        assert layer.gradient_bias is not None
        gamma = for_gamma.calculate_update(gamma, layer.gradient_weights)
        beta = for_beta.calculate_update(beta, layer.gradient_bias)
        assert_array_equal(layer.weights, gamma)
        assert_array_equal(layer.bias, beta)
    assert type(layer.optimizer) is type(optimizer)
    assert layer.optimizer is not optimizer
    layer.optimizer = None
    layer.backward(BATCH)
    assert_array_equal(layer.weights, gamma)
    assert layer.optimizer is None


def test_wrong_arguments_are_refused() -> None:
    layer = BatchNormalization(2)
    with pytest.raises(ValueError, match=r"^channels=-1, but should be an integer of at least 1$"):
        BatchNormalization(-1)
    expected = r"input_tensor\.shape=\(3, 4\), but should be \(batch, 2\) or \(batch, 2, height, width\)$"
    with pytest.raises(ValueError, match=expected):
        layer.forward(np.ones((3, 4)))
    with pytest.raises(ValueError, match="input_tensor has no rows, but training needs at least one"):
        layer.forward(np.empty((0, 2)))
    with pytest.raises(RuntimeError, match="the shape of the images is unknown; pass images first"):
        layer.reformat(np.ones((3, 2)))
    layer.forward(np.ones((1, 2, 2, 2)))
    with pytest.raises(ValueError, match=r"tensor\.shape=\(3, 2\), but should be \(4, 2\)$"):
        layer.reformat(np.ones((3, 2)))
