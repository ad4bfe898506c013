"""The fully connected layer in numbers."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from backproof.framework import Constant, FullyConnected, Sgd
from backproof.framework.initializers import Initializer


@pytest.fixture
def layer() -> FullyConnected:
    layer = FullyConnected(2, 2)
    layer.weights = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])  # the last row is the bias
    return layer


INPUT = np.array([[1.0, 2.0], [3.0, 4.0]])
ERROR = np.array([[1.0, 0.0], [2.0, -1.0]])


def test_forward_by_hand(layer: FullyConnected) -> None:
    assert_array_equal(layer.forward(INPUT), [[12.0, 16.0], [20.0, 28.0]])


def test_backward_by_hand(layer: FullyConnected) -> None:
    layer.forward(INPUT)
    assert_array_equal(layer.backward(ERROR), [[1.0, 3.0], [0.0, 2.0]])
    assert layer.gradient_weights is not None
    assert_array_equal(layer.gradient_weights, [[7.0, -3.0], [10.0, -4.0], [3.0, -1.0]])
    assert_array_equal(layer.weights, [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])


def test_update_by_hand(layer: FullyConnected) -> None:
    layer.optimizer = Sgd(0.5)
    layer.forward(INPUT)
    assert_array_equal(layer.backward(ERROR), [[1.0, 3.0], [0.0, 2.0]])
    assert_array_equal(layer.weights, [[-2.5, 3.5], [-2.0, 6.0], [3.5, 6.5]])


def test_backward_uses_the_weights_of_forward(layer: FullyConnected) -> None:
    layer.forward(INPUT)
    layer.weights = layer.weights + 100
    assert_array_equal(layer.backward(ERROR), [[1.0, 3.0], [0.0, 2.0]])


def test_integers_lists_and_empty_batches_are_accepted(layer: FullyConnected) -> None:
    assert_array_equal(layer.forward(INPUT.astype(int)), [[12.0, 16.0], [20.0, 28.0]])
    assert_array_equal(layer.forward([[1, 2]]), [[12.0, 16.0]])  # type: ignore[arg-type] # looser than declared
    assert layer.forward(np.empty((0, 2))).shape == (0, 2)
    assert layer.backward(np.empty((0, 2))).shape == (0, 2)


def test_first_weights_are_uniform_on_the_unit_interval() -> None:
    weights = FullyConnected(99, 100).weights  # not seeded: the bounds fail once in 10¹¹ runs
    assert weights.shape == (100, 100)
    assert 0 <= weights.min() < 0.01
    assert 0.99 < weights.max() < 1
    assert abs(weights.mean() - 0.5) < 0.02  # 7 standard deviations
    assert abs(weights[-1].mean() - 0.5) < 0.2  # the bias too: 7 standard deviations
    assert not np.array_equal(weights, FullyConnected(99, 100).weights)


class Recorder(Initializer):
    """Remembers how it was called."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, int, int]] = []

    def initialize(self, weights_shape: object, fan_in: int, fan_out: int) -> np.ndarray:
        self.calls.append((weights_shape, fan_in, fan_out))
        return np.full(weights_shape, 7.0)  # type: ignore[call-overload,no-any-return] # any shape, for the record


def test_initializers_get_shapes_and_fans() -> None:
    layer, weights, bias = FullyConnected(4, 3), Recorder(), Recorder()
    layer.initialize(weights, bias)
    assert weights.calls == [((4, 3), 4, 3)]
    assert bias.calls == [((1, 3), 4, 3)]
    layer.initialize(Constant(2.0), Constant(5.0))
    assert_array_equal(layer.weights, [[2.0] * 3] * 4 + [[5.0] * 3])


def test_wrong_arguments_are_refused(layer: FullyConnected) -> None:
    with pytest.raises(ValueError, match=r"^input_size=0, but should be an integer of at least 1$"):
        FullyConnected(0, 3)
    with pytest.raises(ValueError, match=r"^input_size=True, but should be an integer of at least 1$"):
        FullyConnected(True, 3)
    with pytest.raises(ValueError, match=r"^output_size=2\.0, but should be an integer of at least 1$"):
        FullyConnected(3, 2.0)  # type: ignore[arg-type] # wrong on purpose
    expected = r"^FullyConnected\.forward: input_tensor\.shape=\(2, 3\), but should be \(batch, 2\)$"
    with pytest.raises(ValueError, match=expected):
        layer.forward(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"input_tensor\.shape=\(2,\)"):
        layer.forward(np.ones(2))
