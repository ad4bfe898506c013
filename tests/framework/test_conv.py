"""The convolutional layer in numbers."""

from math import ceil
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray
from scipy import signal

from backproof.framework import Constant, Conv, Initializer, Normal, Sgd
from backproof.framework.layers import conv as conv_module

Tensor = NDArray[Any]
CONFIGURATIONS = [
    # stride, (channels, height, width), image
    ((1, 1), (3, 3, 3), (5, 7)),
    ((1, 1), (1, 1, 1), (4, 3)),
    ((1, 2), (2, 5, 3), (5, 14)),
    ((3, 2), (3, 5, 8), (10, 14)),
    ((1, 1), (2, 4, 2), (6, 5)),
    ((2, 3), (2, 2, 6), (7, 8)),
    ((5, 4), (2, 2, 3), (11, 9)),
    ((1, 1), (1, 7, 6), (2, 3)),
    ((2, 2), (2, 1, 4), (1, 6)),
    ((9, 9), (1, 3, 3), (4, 4)),
]
everywhere = pytest.mark.parametrize(("stride", "kernel", "image"), CONFIGURATIONS)


def made(stride: Any, kernel: tuple[int, ...], kernels: int = 4) -> Conv:
    layer = Conv(stride, kernel, kernels)
    layer.initialize(Normal(1.0, seed=1), Normal(1.0, seed=2))
    return layer


def naive(layer: Conv, images: Tensor, error: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Output, input error, gradient of the weights and of the bias, from the definition."""
    kernels, _, height, width = layer.weights.shape
    output = np.zeros_like(error)
    input_error, gradient, gradient_bias = np.zeros_like(images), np.zeros_like(layer.weights), np.zeros(kernels)
    for b, k, p, q in np.ndindex(error.shape):
        output[b, k, p, q] = layer.bias[k]
        gradient_bias[k] += error[b, k, p, q]
        for c, i, j in np.ndindex(layer.weights.shape[1:]):
            y = p * layer.stride_shape[0] + i - (height - 1) // 2
            x = q * layer.stride_shape[1] + j - (width - 1) // 2
            if 0 <= y < images.shape[2] and 0 <= x < images.shape[3]:
                output[b, k, p, q] += layer.weights[k, c, i, j] * images[b, c, y, x]
                input_error[b, c, y, x] += layer.weights[k, c, i, j] * error[b, k, p, q]
                gradient[k, c, i, j] += images[b, c, y, x] * error[b, k, p, q]
    return output, input_error, gradient, gradient_bias


def close(found: Tensor | None, expected: Tensor) -> None:
    assert found is not None
    assert_allclose(found, expected, rtol=1e-12, atol=1e-12 * np.abs(expected).max())


@everywhere
def test_definition(
    stride: tuple[int, int], kernel: tuple[int, ...], image: tuple[int, int], rng: np.random.Generator
) -> None:
    layer, images = made(stride, kernel), rng.normal(size=(2, kernel[0], *image))
    sizes = [ceil(size / step) for size, step in zip(image, stride, strict=True)]
    output = layer.forward(images)
    assert output.shape == (2, 4, *sizes)
    error = rng.normal(size=output.shape)
    expected_output, expected_error, expected_gradient, expected_gradient_bias = naive(layer, images, error)
    close(output, expected_output)
    close(layer.backward(error), expected_error)
    close(layer.gradient_weights, expected_gradient)
    close(layer.gradient_bias, expected_gradient_bias)


def test_the_naive_definition_notices_a_flipped_kernel(rng: np.random.Generator) -> None:
    layer, images = made((1, 1), (3, 3, 3)), rng.normal(size=(2, 3, 5, 7))
    output = layer.forward(images)
    layer.weights = layer.weights[..., ::-1, ::-1]
    assert not np.allclose(output, naive(layer, images, np.ones_like(output))[0])


@everywhere
def test_a_sequence_is_an_image_of_one_row(
    stride: tuple[int, int], kernel: tuple[int, ...], image: tuple[int, int], rng: np.random.Generator
) -> None:
    channels, length = kernel[0], kernel[2]
    layer, of_images = made(stride[1], (channels, length)), made((1, stride[1]), (channels, 1, length))
    of_images.weights, of_images.bias = layer.weights[:, :, np.newaxis], layer.bias
    sequences = rng.normal(size=(2, channels, image[1]))
    output = layer.forward(sequences)
    assert_array_equal(output, of_images.forward(sequences[:, :, np.newaxis])[:, :, 0])
    error = rng.normal(size=output.shape)
    input_error = layer.backward(error)
    assert_array_equal(input_error, of_images.backward(error[:, :, np.newaxis])[:, :, 0])
    assert layer.gradient_weights is not None
    assert layer.gradient_bias is not None
    assert of_images.gradient_weights is not None
    assert_array_equal(layer.gradient_weights, of_images.gradient_weights[:, :, 0])
    assert_array_equal(layer.gradient_bias, of_images.gradient_bias)


@pytest.mark.parametrize(("height", "width"), [(3, 5), (1, 1), (7, 3)])
def test_odd_kernels_agree_with_scipy(height: int, width: int, rng: np.random.Generator) -> None:
    layer, images = made(1, (2, height, width)), rng.normal(size=(3, 2, 8, 9))
    output = layer.forward(images)
    for image, maps in zip(images, output, strict=True):
        for kernel, bias, found in zip(layer.weights, layer.bias, maps, strict=True):
            planes = [signal.correlate(image[c], kernel[c], mode="same") for c in range(2)]
            assert_allclose(found, np.sum(planes, axis=0) + bias, rtol=1e-11, atol=1e-11)


def test_even_kernels_have_the_extra_cell_at_the_end() -> None:
    layer = Conv(1, (1, 2), 1)
    layer.weights, layer.bias = np.array([[[1.0, 10.0]]]), np.array([0.0])
    assert_array_equal(layer.forward(np.array([[[1.0, 2.0, 3.0]]])), [[[21.0, 32.0, 3.0]]])
    layer = Conv(1, (1, 4), 1)
    layer.weights, layer.bias = np.array([[[1.0, 10.0, 100.0, 1000.0]]]), np.array([0.0])
    assert_array_equal(layer.forward(np.array([[[1.0, 2.0, 3.0]]])), [[[3210.0, 321.0, 32.0]]])


def test_strides_skip_positions(rng: np.random.Generator) -> None:
    dense, sparse, images = made(1, (2, 3, 4)), made((2, 3), (2, 3, 4)), rng.normal(size=(2, 2, 7, 9))
    assert_allclose(sparse.forward(images), dense.forward(images)[:, :, ::2, ::3], rtol=1e-12)


@pytest.mark.parametrize("stride", [2, (2, 2), [2, 2], np.array([2, 2]), (np.int64(2), 2)])
def test_strides_of_any_kind_are_accepted(stride: Any) -> None:
    layer = Conv(stride, [1, 3, np.int64(3)], np.int64(2))  # type: ignore[arg-type,list-item] # looser than declared
    assert layer.stride_shape == (2, 2)
    assert layer.forward(np.ones((1, 1, 5, 4))).shape == (1, 2, 3, 2)
    assert Conv([2], (3, 3), 4).forward(np.ones((2, 3, 15))).shape == (2, 4, 8)


@pytest.mark.parametrize("block_bytes", [1, 2000, 2**30])
def test_blocks_of_the_batch_make_no_difference(
    block_bytes: int, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer, images = made((1, 2), (2, 3, 4)), rng.normal(size=(7, 2, 5, 6))
    expected_output = layer.forward(images)
    error = rng.normal(size=expected_output.shape)
    expected_error, expected_gradient = layer.backward(error), layer.gradient_weights
    monkeypatch.setattr(conv_module, "_BLOCK_BYTES", block_bytes)
    assert_array_equal(layer.forward(images), expected_output)
    assert_array_equal(layer.backward(error), expected_error)
    assert expected_gradient is not None
    close(layer.gradient_weights, expected_gradient)


@pytest.mark.parametrize("size", [2, 9])  # fewer and more output pixels than kernels: sums by two ways
def test_items_of_a_batch_are_independent(size: int, rng: np.random.Generator) -> None:
    layer, images = made(1, (2, 3, 3), kernels=8), rng.normal(size=(5, 2, size, size))
    output = layer.forward(images)
    error = rng.normal(size=output.shape)
    input_error, gradient, gradient_bias = layer.backward(error), layer.gradient_weights, layer.gradient_bias
    gradients, gradients_bias = [], []
    for index in range(5):
        item = slice(index, index + 1)
        assert_array_equal(layer.forward(images[item]), output[item])
        assert_array_equal(layer.backward(error[item]), input_error[item])
        gradients.append(layer.gradient_weights)
        gradients_bias.append(layer.gradient_bias)
    close(gradient, np.sum(gradients, axis=0))  # type: ignore[arg-type] # set by backward
    close(gradient_bias, np.sum(gradients_bias, axis=0))  # type: ignore[arg-type] # set by backward


def test_weights_and_bias_are_updated_by_optimizers_of_their_own(rng: np.random.Generator) -> None:
    layer, images = made((3, 2), (3, 3, 3)), rng.normal(size=(2, 3, 6, 7))
    weights, bias = layer.weights.copy(), layer.bias.copy()
    layer.optimizer = Sgd(0.5)
    layer.backward(layer.forward(images))
    assert layer.gradient_weights is not None
    assert layer.gradient_bias is not None
    assert_array_equal(layer.weights, weights - 0.5 * layer.gradient_weights)
    assert_array_equal(layer.bias, bias - 0.5 * layer.gradient_bias)


def test_results_are_contiguous() -> None:  # others would slow down all that follows
    layer, images = made((1, 2), (3, 3, 4)), np.ones((2, 3, 6, 7))
    layer.optimizer = Sgd(0.5)
    output = layer.forward(images)
    for tensor in (output, layer.backward(output), layer.gradient_weights, layer.weights):
        assert tensor is not None
        assert tensor.flags.c_contiguous


def test_empty_batches_and_images_are_accepted() -> None:
    layer = Conv(2, (3, 5, 4), 2)
    for shape, expected in [((0, 3, 5, 6), (0, 2, 3, 3)), ((2, 3, 0, 6), (2, 2, 0, 3)), ((2, 3, 5, 0), (2, 2, 3, 0))]:
        assert layer.forward(np.empty(shape)).shape == expected
        assert layer.backward(np.empty(expected)).shape == shape
        assert_array_equal(layer.gradient_weights, np.zeros((2, 3, 5, 4)))


class Recorder(Initializer):
    """Remembers how it was called."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, int, int]] = []

    def initialize(self, weights_shape: object, fan_in: int, fan_out: int) -> Tensor:
        self.calls.append((weights_shape, fan_in, fan_out))
        return np.full(weights_shape, 7.0)  # type: ignore[call-overload,no-any-return] # any shape, for the record


def test_initializers_get_shapes_and_fans() -> None:
    layer, weights, bias = Conv(1, (3, 5, 8), 4), Recorder(), Recorder()
    layer.initialize(weights, bias)
    assert weights.calls == [((4, 3, 5, 8), 3 * 5 * 8, 5 * 8 * 4)]
    assert bias.calls == [((4,), 3 * 5 * 8, 5 * 8 * 4)]
    layer, weights = Conv(1, (3, 5), 4), Recorder()
    layer.initialize(weights, Constant(2.0))
    assert weights.calls == [((4, 3, 5), 15, 20)]
    assert_array_equal(layer.bias, [2.0] * 4)


def test_first_parameters_are_uniform_on_the_unit_interval() -> None:
    layer = Conv(1, (10, 10, 10), 100)  # not seeded: the bounds fail once in 10¹¹ runs
    assert layer.trainable is True
    for parameter, tolerance in ((layer.weights, 0.01), (layer.bias, 0.25)):
        assert parameter.min() >= 0
        assert parameter.max() < 1
        assert abs(parameter.mean() - 0.5) < tolerance


def test_wrong_arguments_are_refused() -> None:
    for kernel in ((3, 3, 3, 3), (3,), 3, (3, 0, 3), (3, 2.0, 3), "abc", None, [[3, 3]]):
        with pytest.raises(ValueError, match=r"^convolution_shape=.*, but should be a sequence of 2 or 3 positive int"):
            Conv(1, kernel, 4)  # type: ignore[arg-type] # wrong on purpose
    for stride in ((1,), (1, 1, 1), 0, (2, -1), 1.5, None):
        with pytest.raises(ValueError, match=r"^stride_shape=.*, but should be a sequence of 2 positive integers$"):
            Conv(stride, (1, 3, 3), 4)  # type: ignore[arg-type] # wrong on purpose
    with pytest.raises(ValueError, match=r"^stride_shape=\(2, 2\), but should be a sequence of 1 positive integers$"):
        Conv((2, 2), (1, 3), 4)
    with pytest.raises(ValueError, match=r"^num_kernels=0, but should be an integer of at least 1$"):
        Conv(1, (1, 3, 3), 0)
    expected = r"^Conv\.forward: input_tensor\.shape=\(2, 4, 5, 5\), but should be \(batch, 3, height, width\)$"
    with pytest.raises(ValueError, match=expected):
        Conv(1, (3, 3, 3), 4).forward(np.ones((2, 4, 5, 5)))
    expected = r"^Conv\.forward: input_tensor\.shape=\(2, 3, 5, 5\), but should be \(batch, 3, length\)$"
    with pytest.raises(ValueError, match=expected):
        Conv(1, (3, 3), 4).forward(np.ones((2, 3, 5, 5)))
