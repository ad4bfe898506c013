"""The network: loss, phases, training."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray

from backproof.framework import (
    Adam,
    BatchNormalization,
    Constant,
    CrossEntropyLoss,
    Dropout,
    FullyConnected,
    He,
    L1_Regularizer,
    L2_Regularizer,
    NeuralNetwork,
    ReLU,
    Sgd,
    SgdWithMomentum,
    SoftMax,
    TanH,
    UniformRandom,
)

Tensor = NDArray[Any]


class Repeat:
    """A data layer that always returns the same batch."""

    def __init__(self, input_tensor: Tensor, label_tensor: Tensor) -> None:
        self.batch = input_tensor, label_tensor

    def next(self) -> tuple[Tensor, Tensor]:
        return self.batch


def xor(repetitions: int = 1) -> Repeat:
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    labels = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0]])
    return Repeat(np.tile(corners, (repetitions, 1)), np.tile(labels, (repetitions, 1)))


def network_of(*layers: Any, optimizer: Any = None, data: Any = None) -> NeuralNetwork:
    network = NeuralNetwork(optimizer or Sgd(0.1), He(seed=1), UniformRandom(seed=2))
    network.data_layer, network.loss_layer = data or xor(), CrossEntropyLoss()
    for layer in layers:
        network.append_layer(layer)
    return network


def test_loss_by_hand() -> None:
    network = network_of(FullyConnected(2, 2), SoftMax())
    network.layers[0].initialize(Constant(1.0), Constant(0.0))
    assert_allclose(network.forward(), 4 * np.log(2), rtol=1e-14)  # equal scores


@pytest.mark.parametrize(
    ("regularizer", "expected"),
    # Weights 2 × 2 of -1 and bias 1 × 2 of 2, once more with half the bias; gamma 2 × 1 of 1.
    [(L1_Regularizer(0.5), 0.5 * (4 + 4 + 4 + 2 + 2)), (L2_Regularizer(0.5), 0.5 * (4 + 8 + 4 + 2 + 2))],
)
def test_loss_contains_every_regularization_loss_once(regularizer: Any, expected: float) -> None:
    layers = FullyConnected(2, 2), BatchNormalization(2), TanH(), FullyConnected(2, 2), SoftMax()
    optimizer = Sgd(0.1)
    plain = network_of(*layers)
    optimizer.add_regularizer(regularizer)
    regularized = network_of(*layers, optimizer=optimizer)
    layers[0].initialize(Constant(-1.0), Constant(2.0))
    layers[3].initialize(Constant(-1.0), Constant(1.0))
    with_regularizers = regularized.forward()
    for layer in layers:
        layer.optimizer = None
    assert_allclose(with_regularizers - plain.forward(), expected, rtol=1e-13)


class Shrinking(FullyConnected):
    """Computes its own regularization loss, as layers with several parameters do."""

    def calculate_regularization_loss(self) -> float:
        return 1000.0


def test_layers_may_compute_their_regularization_loss() -> None:
    optimizer = Sgd(0.1)
    optimizer.add_regularizer(L2_Regularizer(1.0))
    network = network_of(Shrinking(2, 2), SoftMax(), optimizer=optimizer)
    assert 1000 < network.forward() < 1100
    network.layers[0] = FullyConnected(2, 2)  # no optimizer, hence no regularization loss
    assert 0 < network.forward() < 100


class Doubling:
    """A layer of other making, with the bare minimum."""

    trainable = False
    testing_phase = False

    def forward(self, input_tensor: Tensor) -> Tensor:
        return 2 * input_tensor

    def backward(self, error_tensor: Tensor) -> Tensor:
        return 2 * error_tensor


def test_layers_of_other_making_are_welcome() -> None:
    network = network_of(Doubling(), FullyConnected(2, 2), Doubling(), SoftMax())
    network.train(50)
    assert network.loss[-1] < network.loss[0]


def test_backward_is_the_gradient_of_the_network(
    rng: np.random.Generator, numerical_gradient: Callable[[Callable[[], float], Tensor], Tensor]
) -> None:
    data = Repeat(rng.normal(size=(5, 3)), rng.dirichlet([1, 1], 5))
    layers = FullyConnected(3, 4), BatchNormalization(4), TanH(), FullyConnected(4, 2), SoftMax()
    network = network_of(*layers, data=data)
    for layer in layers:
        layer.optimizer = None
    network.forward()
    input_error = network.backward()
    assert_allclose(input_error, numerical_gradient(network.forward, data.batch[0]), rtol=1e-8, atol=1e-10)
    parameters = (layers[0], "weights"), (layers[1], "weights"), (layers[1], "bias"), (layers[3], "weights")
    for layer, name in parameters:
        expected = numerical_gradient(network.forward, getattr(layer, name))
        assert_allclose(getattr(layer, f"gradient_{name}"), expected, rtol=1e-8, atol=1e-10)


def test_appended_layers_are_initialized_with_optimizers_of_their_own() -> None:
    network = network_of(FullyConnected(2, 2), ReLU(), FullyConnected(2, 2), optimizer=SgdWithMomentum(0.1, 0.9))
    first, activation, second = network.layers
    assert isinstance(first, FullyConnected)
    assert isinstance(second, FullyConnected)
    assert len({id(first.optimizer), id(second.optimizer), id(network.optimizer)}) == 3
    assert {type(first.optimizer), type(second.optimizer)} == {SgdWithMomentum}
    assert activation.optimizer is None
    assert not np.array_equal(first.weights, second.weights)
    assert_array_equal(first.weights[:-1], He(seed=1).initialize((2, 2), 2, 2))
    assert_array_equal(first.weights[-1:], UniformRandom(seed=2).initialize((1, 2), 2, 2))


def test_phase_reaches_every_layer_and_comes_back() -> None:
    layers = FullyConnected(2, 8), BatchNormalization(8), Dropout(0.5, seed=3), FullyConnected(8, 2), SoftMax()
    network = network_of(*layers)

    def phases() -> set[bool]:
        return {layer.testing_phase for layer in network.layers} | {network.phase}

    assert phases() == {False}
    network.train(2)
    inputs = xor().batch[0]
    first = network.test(inputs)
    assert phases() == {True}
    assert_array_equal(first, network.test(inputs))  # deterministic, and the running averages stay
    network.append_layer(Dropout(0.5))
    assert phases() == {True}
    network.train(1)
    assert phases() == {False}
    network.phase = True
    assert phases() == {True}


def test_training_records_losses_and_learns_xor() -> None:
    layers = FullyConnected(2, 8), TanH(), FullyConnected(8, 2), SoftMax()
    network = network_of(*layers, optimizer=Adam(0.05, 0.9, 0.999))
    expected = network.forward()
    network.train(100)
    network.train(100)
    network.train(0)
    assert len(network.loss) == 200
    assert network.loss[0] == expected
    assert network.loss[-1] < 0.05
    inputs, labels = xor().batch
    assert_array_equal(network.test(inputs).round(), labels)


def test_batch_normalization_and_dropout_train_too() -> None:
    hidden = FullyConnected(2, 32), BatchNormalization(32), ReLU(), Dropout(0.8, seed=3)
    optimizer = Adam(0.02, 0.9, 0.999)
    network = network_of(*hidden, FullyConnected(32, 2), SoftMax(), optimizer=optimizer, data=xor(8))
    network.train(150)
    inputs, labels = xor().batch
    assert_array_equal(network.test(inputs).round(), labels)


def test_data_layers_may_reuse_their_arrays() -> None:
    data = xor()
    network = network_of(FullyConnected(2, 2), SoftMax(), data=data)
    network.forward()
    expected = network.backward()
    network = network_of(FullyConnected(2, 2), SoftMax(), data=data)
    network.forward()
    for tensor in data.batch:
        tensor[...] = np.nan
    assert_array_equal(network.backward(), expected)


def test_wrong_use_is_refused() -> None:
    network = NeuralNetwork(Sgd(0.1), He(), Constant())
    with pytest.raises(RuntimeError, match=r"^NeuralNetwork\.data_layer is None, but forward needs it"):
        network.forward()
    network.data_layer = xor()
    with pytest.raises(RuntimeError, match=r"^NeuralNetwork\.loss_layer is None, but forward needs it"):
        network.train(1)
    network.loss_layer = CrossEntropyLoss()
    with pytest.raises(RuntimeError, match=r"^NeuralNetwork\.backward was called before forward"):
        network.backward()
    with pytest.raises(ValueError, match=r"^iterations=-1, but should be an integer of at least 0$"):
        network.train(-1)
