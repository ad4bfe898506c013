"""Max pooling in numbers."""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray

from backproof.framework import Pooling

Tensor = NDArray[Any]
CONFIGURATIONS = [
    # stride, window, image
    ((2, 2), (2, 2), (4, 6)),
    ((2, 2), (2, 2), (5, 7)),
    ((1, 1), (1, 1), (3, 4)),
    ((1, 1), (3, 2), (5, 5)),
    ((2, 1), (3, 4), (8, 6)),
    ((3, 4), (2, 1), (9, 9)),
    ((1, 1), (4, 5), (4, 5)),
    ((1, 2), (17, 16), (18, 18)),
]


def naive(layer: Pooling, images: Tensor, error: Tensor) -> tuple[Tensor, Tensor]:
    """Output and input error, from the definition."""
    output, input_error = np.empty_like(error), np.zeros_like(images)
    for b, c, p, q in np.ndindex(error.shape):
        corner = p * layer.stride_shape[0], q * layer.stride_shape[1]
        window = images[b, c, corner[0] :, corner[1] :][: layer.pooling_shape[0], : layer.pooling_shape[1]]
        y, x = divmod(int(window.argmax()), window.shape[1])  # the first of several maxima
        output[b, c, p, q] = window[y, x]
        input_error[b, c, corner[0] + y, corner[1] + x] += error[b, c, p, q]
    return output, input_error


@pytest.mark.parametrize(("stride", "window", "image"), CONFIGURATIONS)
@pytest.mark.parametrize("ties", [False, True])
def test_definition(
    stride: tuple[int, int], window: tuple[int, int], image: tuple[int, int], ties: bool, rng: np.random.Generator
) -> None:
    shape = (2, 3, *image)
    images = rng.integers(-2, 2, shape).astype(float) if ties else rng.normal(-1, 2, shape)
    layer = Pooling(stride, window)
    sizes = [(size - part) // step + 1 for size, part, step in zip(image, window, stride, strict=True)]
    output = layer.forward(images)
    assert output.shape == (2, 3, *sizes)
    error = rng.normal(size=output.shape)
    expected_output, expected_error = naive(layer, images, error)
    assert_array_equal(output, expected_output)
    input_error = layer.backward(error)
    assert_allclose(input_error, expected_error, rtol=1e-13)
    assert_allclose(input_error.sum(), error.sum(), rtol=1e-12)


def test_by_hand() -> None:
    image = np.array([[[[1.0, 2.0, 5.0], [4.0, 3.0, -1.0], [9.0, 9.0, 9.0]]]])
    layer = Pooling(1, 2)
    assert_array_equal(layer.forward(image), [[[[4, 5], [9, 9]]]])
    input_error = layer.backward(np.array([[[[1.0, 2.0], [3.0, 4.0]]]]))
    assert_array_equal(input_error, [[[[0, 0, 2], [1, 0, 0], [3, 4, 0]]]])


@pytest.mark.parametrize("value", [-np.inf, -1e300, 0.0, np.inf])
def test_equal_elements_of_any_size(value: float) -> None:
    layer = Pooling(2, (2, 2))
    assert_array_equal(layer.forward(np.full((1, 1, 2, 4), value)), np.full((1, 1, 1, 2), value))
    assert_array_equal(layer.backward(np.array([[[[3.0, 4.0]]]])), [[[[3, 0, 4, 0], [0, 0, 0, 0]]]])


def test_minus_infinity_is_smaller_than_all_else() -> None:
    layer = Pooling(2, 2)
    assert_array_equal(layer.forward(np.array([[[[-np.inf, -np.inf], [-np.inf, -1e308]]]])), [[[[-1e308]]]])
    assert_array_equal(layer.backward(np.ones((1, 1, 1, 1))), [[[[0, 0], [0, 1]]]])


def test_does_not_hide_nan() -> None:
    for index in range(4):
        image = np.ones((1, 1, 2, 2))
        image.flat[index] = np.nan
        assert np.isnan(Pooling(2, 2).forward(image)).all()


def test_arguments_of_any_kind_and_empty_batches_are_accepted() -> None:
    layer = Pooling([2, np.int64(1)], np.array([1, 2]))  # type: ignore[arg-type,list-item] # looser than declared
    assert (layer.stride_shape, layer.pooling_shape) == ((2, 1), (1, 2))
    assert layer.trainable is False
    assert layer.forward(np.ones((0, 3, 4, 4))).shape == (0, 3, 2, 3)
    assert layer.backward(np.ones((0, 3, 2, 3))).shape == (0, 3, 4, 4)


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^stride_shape=\(0, 1\), but should be a sequence of 2 positive integers$"):
        Pooling((0, 1), (2, 2))
    with pytest.raises(ValueError, match=r"^pooling_shape=\[2\], but should be a sequence of 2 positive integers$"):
        Pooling(1, [2])
    with pytest.raises(ValueError, match=r"shape=\(1, 4, 4\), but should be \(batch, channels, height, width\)$"):
        Pooling(1, 2).forward(np.ones((1, 4, 4)))
    with pytest.raises(ValueError, match=r"shape=\(1, 1, 4, 1\), but height and width should be .*, \(2, 2\)$"):
        Pooling(1, 2).forward(np.ones((1, 1, 4, 1)))
