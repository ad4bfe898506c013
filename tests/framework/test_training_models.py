"""The models are what they say, and the recipes train them on what suits them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from backproof.framework import (
    Adam,
    BatchNormalization,
    Constant,
    Conv,
    CrossEntropyLoss,
    FullyConnected,
    L1_Regularizer,
    L2_Regularizer,
    Sgd,
    SoftmaxOutput,
    TanH,
)
from backproof.framework.data import (
    Batches,
    DataError,
    DataSet,
    Sequences,
    Split,
    delayed_recall,
    digits,
    doubled,
    enlarged,
    memoryless_error,
    one_hot,
    shifted,
)
from backproof.framework.models import MODELS, fnn, lenet, mlp, recurrent
from backproof.framework.training import RECIPES, NetworkTrainer, evaluate

from .mnist_files import write_idx_folder


def layers_of(network: Any) -> list[str]:
    return [type(layer).__name__ for layer in network.layers]


def test_lenet_has_the_layers_and_settings_of_the_text() -> None:
    network = lenet.build(seed=1)
    convolution = ["Conv", "ReLU", "Pooling"]
    hidden = ["FullyConnected", "ReLU"]
    assert layers_of(network) == [*convolution, *convolution, "Flatten", *hidden, *hidden, "FullyConnected", "SoftMax"]
    assert isinstance(network.loss_layer, CrossEntropyLoss)
    trainable = [layer for layer in network.layers if layer.trainable]
    shapes = [layer.weights.shape for layer in trainable if isinstance(layer, Conv | FullyConnected)]
    assert shapes == [(6, 1, 5, 5), (16, 6, 5, 5), (16 * 7 * 7 + 1, 120), (121, 84), (85, 10)]
    for layer in trainable:
        assert isinstance(layer.optimizer, Adam)
        assert (layer.optimizer.learning_rate, layer.optimizer.mu, layer.optimizer.rho) == (5e-4, 0.9, 0.999)
        assert isinstance(layer.optimizer.regularizer, L2_Regularizer)
        assert layer.optimizer.regularizer.alpha == 4e-4
    output = network.test(np.zeros((2, 1, 28, 28)))
    assert output.shape == (2, 10)
    assert_allclose(output.sum(axis=1), 1)


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 5, 7), (2, 4, 4)])
def test_lenet_takes_other_images(shape: tuple[int, int, int]) -> None:
    assert lenet.build(shape, 3, seed=1).test(np.zeros((2, *shape))).shape == (2, 3)


def test_images_that_are_too_small_are_refused() -> None:
    for shape in ((1, 3, 8), (8, 8)):
        with pytest.raises(
            ValueError, match=r"^lenet\.build: input_shape=.*, but should be \(channels, height, width\)"
        ):
            lenet.build(shape)


def test_the_perceptron_is_that_of_the_exercise() -> None:
    network = mlp.build(seed=1)
    assert layers_of(network) == ["Flatten", "FullyConnected", "ReLU", "FullyConnected", "TanH", "FullyConnected"]
    assert isinstance(network.loss_layer, SoftmaxOutput)
    connected = [layer for layer in network.layers if isinstance(layer, FullyConnected)]
    assert [layer.weights.shape for layer in connected] == [(785, 80), (81, 70), (71, 10)]
    for layer in connected:
        assert isinstance(layer.optimizer, Sgd)
        assert layer.optimizer.learning_rate == 0.1
        assert_array_equal(layer.weights[-1], 0)
        assert 0.009 < layer.weights[:-1].std() < 0.011


def test_the_perceptron_learns_as_the_exercise_prescribes() -> None:
    """Against the same training written out: mean loss, plain descent, fixed order, remainder dropped."""
    rng = np.random.default_rng(3)
    inputs, labels = rng.random((22, 6)), one_hot(rng.integers(4, size=22), 4)
    split = Split(inputs, labels)
    network = mlp.build(6, 4, init_stddev=0.5, seed=1)
    connected = [layer for layer in network.layers if isinstance(layer, FullyConnected)]
    (w1, b1), (w2, b2), (w3, b3) = ((layer.weights[:-1].copy(), layer.weights[-1].copy()) for layer in connected)
    data = DataSet(name="random", train=split, validation=split, test=split)
    trainer = NetworkTrainer(network, Batches(data, 8, shuffle=False, drop_last=True))
    trainer.train(5)

    def forward(x: Any) -> tuple[Any, Any, Any]:
        h1 = np.maximum(x @ w1 + b1, 0)
        h2 = np.tanh(h1 @ w2 + b2)
        scores = np.exp(h2 @ w3 + b3)
        return h1, h2, scores / scores.sum(axis=1, keepdims=True)

    for epoch in trainer.history:
        for start in (0, 8):
            x, y = inputs[start : start + 8], labels[start : start + 8]
            h1, h2, p = forward(x)
            d3 = (p - y) / 8
            d2 = d3 @ w3.T * (1 - h2**2)
            d1 = d2 @ w2.T * (h1 > 0)
            steps = (h2.T @ d3, d3.sum(0), h1.T @ d2, d2.sum(0), x.T @ d1, d1.sum(0))
            for parameter, step in zip((w3, b3, w2, b2, w1, b1), steps, strict=True):
                np.subtract(parameter, 0.1 * step, out=parameter)
        expected = -np.log(forward(inputs)[2][labels == 1] + 1e-10).mean()
        assert_allclose(epoch.validation_loss, expected, rtol=1e-12)
    assert_allclose(connected[0].weights, np.vstack([w1, b1]), rtol=1e-11, atol=1e-13)


def test_the_feed_forward_network_has_the_depth_that_is_asked_for() -> None:
    block = ["FullyConnected", "BatchNormalization", "TanH"]
    deep = fnn.build(4, (5, 6, 7), 3, activation=TanH, batch_normalize=True, seed=1)
    assert layers_of(deep) == ["Flatten", *block, *block, *block, "FullyConnected", "SoftMax"]
    assert layers_of(fnn.build(4, (), 3)) == ["Flatten", "FullyConnected", "SoftMax"]
    normalizations = [layer for layer in deep.layers if isinstance(layer, BatchNormalization)]
    assert [layer.channels for layer in normalizations] == [5, 6, 7]
    assert deep.test(np.ones((2, 2, 2))).shape == (2, 3)


def test_the_feed_forward_network_takes_optimizer_and_regularizer() -> None:
    prototype = Sgd(0.5)
    network = fnn.build(4, (5,), 3, optimizer=prototype, regularizer=L1_Regularizer(0.25), seed=1)
    for layer in (network.layers[1], network.layers[3]):
        assert isinstance(layer.optimizer, Sgd)
        assert isinstance(layer.optimizer.regularizer, L1_Regularizer)
    assert prototype.regularizer is None  # the caller's is not touched
    assert network.regularization_loss() > 0
    assert fnn.build(4, (5,), 3, seed=1).regularization_loss() == 0


def test_an_unknown_cell_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^cell='gru', but should be one of rnn, lstm$"):
        recurrent.build(4, 5, cell="gru")  # type: ignore[arg-type]  # what a user may write


@pytest.mark.parametrize("name", MODELS)
def test_equal_seeds_give_equal_networks(name: str) -> None:
    def weights(seed: int) -> bytes:
        arguments = {"input_size": 4, "classes": 3} if name != "lenet" else {"classes": 3}
        network = MODELS[name](**arguments, seed=seed)
        return b"".join(layer.weights.tobytes() for layer in network.layers if hasattr(layer, "weights"))

    assert weights(1) == weights(1) != weights(2)


def test_enlarging_keeps_what_it_should() -> None:
    assert_array_equal(enlarged(np.full((2, 1, 3, 4), 7.0)), np.full((2, 1, 6, 8), 7.0))
    rng = np.random.default_rng(0)
    images = rng.random((2, 3, 5, 4))
    larger = enlarged(images)
    assert larger.shape == (2, 3, 10, 8)
    assert_allclose(larger.mean(axis=(2, 3)), images.mean(axis=(2, 3)), rtol=1e-13)
    assert_allclose(enlarged(images.swapaxes(2, 3)), larger.swapaxes(2, 3), rtol=1e-14)
    # Inside, a quarter pixel off the centre: bilinear interpolation by its definition.
    expected = 0.75 * (0.75 * images[0, 0, 2, 1] + 0.25 * images[0, 0, 2, 2])
    expected += 0.25 * (0.75 * images[0, 0, 1, 1] + 0.25 * images[0, 0, 1, 2])
    assert_allclose(larger[0, 0, 4, 3], expected, rtol=1e-14)


def test_doubling_reaches_every_split() -> None:
    split = Split(np.arange(4.0).reshape(1, 1, 2, 2), one_hot(np.array([1]), 2))
    data = doubled(DataSet(name="small", train=split, validation=split, test=split))
    assert data.name == "small, doubled to 4 × 4"
    for part in (data.train, data.validation, data.test):
        assert part.inputs.shape == (1, 1, 4, 4)
        assert_array_equal(part.labels, split.labels)


def test_shifted_images_are_the_images_shifted() -> None:
    images = 1 + np.arange(2.0 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    padded = np.pad(images, ((0, 0), (0, 0), (2, 2), (2, 2)))
    seen = set()
    for seed in range(60):
        moved = shifted(images, np.random.default_rng(seed), 2)
        assert moved.shape == images.shape
        for item in range(2):
            places = [
                (down, right)
                for down in range(5)
                for right in range(5)
                if np.array_equal(moved[item], padded[item, :, down : down + 4, right : right + 5])
            ]
            assert len(places) == 1
            seen.add(places[0])
    assert len(seen) == 25  # 120 draws miss one of 25 with probability below 0.2; this seed does not
    assert_array_equal(shifted(images, np.random.default_rng(0), 0), images)
    with pytest.raises(ValueError, match="pixels=-1"):
        shifted(images, np.random.default_rng(0), -1)


def test_augmentation_is_for_training_only_and_repeatable() -> None:
    images = np.random.default_rng(0).random((10, 1, 6, 6))
    split = Split(images, one_hot(np.arange(10) % 2, 2))
    data = DataSet(name="images", train=split, validation=split, test=split)
    layer, twin = (Batches(data, 4, seed=1, shuffle=False, augment=shifted) for _ in range(2))
    dealt = [layer.next()[0] for _ in range(6)]
    assert not np.array_equal(dealt[0], images[:4])
    assert not np.array_equal(dealt[0], dealt[3])  # the same items, an epoch later
    twin.seek(1, 1)
    assert_array_equal(twin.next()[0], dealt[4])
    assert_array_equal(next(layer.in_order("train"))[0], images)
    assert_array_equal(layer.get_test_set()[0], images)
    equal = Split(np.tile(images[:1], (10, 1, 1, 1)), split.labels)
    layer = Batches(DataSet(name="equal", train=equal, validation=equal, test=equal), 5, augment=shifted)
    assert not np.array_equal(layer.next()[0], layer.next()[0])  # two batches of an epoch


@pytest.mark.parametrize("name", RECIPES)
def test_recipes_build_what_they_train(name: str) -> None:
    recipe = RECIPES[name]
    if recipe.generated is None:
        pytest.importorskip("sklearn")
    data = recipe.data_set(None, 0)
    network, how = recipe.network(data, 0)
    rebuilt = MODELS[how["model"]](**how["arguments"])
    inputs, labels = recipe.data_layer(data, recipe.batch_size or 1, 0).next()
    assert network.test(inputs).shape == labels.shape
    assert_array_equal(network.test(inputs), rebuilt.test(inputs))


def test_recipes_choose_data_that_suit(tmp_path: Path) -> None:
    folder = str(write_idx_folder(tmp_path))
    large = RECIPES["lenet"].data_set(folder, 0)
    assert large.name == "mnist"
    assert RECIPES["lenet"].data_layer(large, 4, 0).augment is None
    with pytest.raises(DataError, match="the data of this model are generated, but digits was named; name no data"):
        RECIPES["rnn"].data_set("digits", 0)
    assert isinstance(RECIPES["rnn"].data_layer(RECIPES["rnn"].data_set(None, 0), 1, 0), Sequences)
    pytest.importorskip("sklearn")
    small = RECIPES["lenet"].data_set("digits", 0)
    assert small.input_shape == (1, 16, 16)
    assert RECIPES["lenet"].data_layer(small, 4, 0).augment is shifted
    assert RECIPES["mlp"].data_set("digits", 0).input_shape == (1, 8, 8)
    with pytest.raises(DataError, match=r"lenet needs images, but iris has inputs of shape \(4,\)"):
        RECIPES["lenet"].data_set("iris", 0)


@pytest.mark.parametrize("build", [recurrent.build, fnn.build], ids=["with memory", "without"])
def test_recall_needs_memory(build: Callable[..., Any]) -> None:
    setting = {"symbols": 3, "delay": 2, "length": 12}
    data = delayed_recall(**setting, sequences=(400, 10, 100), seed=1)
    network = build(3, classes=4, seed=1)
    training = NetworkTrainer(network, Sequences(data, seed=1))
    training.train(2)
    error = evaluate(network, training.data, "test").error
    if build is recurrent.build:
        assert error < 0.02
    else:
        assert error > memoryless_error(**setting) - 0.05


@pytest.mark.slow
def test_lenet_learns_digits() -> None:
    pytest.importorskip("sklearn")
    recipe = RECIPES["lenet"]
    data = doubled(digits(1))
    network, _ = recipe.network(data, 1)
    training = NetworkTrainer(network, recipe.data_layer(data, 32, 1))
    training.train(10)
    assert evaluate(network, training.data, "test").error < 0.08
    wrong = replace(data, test=Split(data.test.inputs, np.roll(data.test.labels, 1, axis=1)))
    assert evaluate(network, recipe.data_layer(wrong, 32, 1), "test").error > 0.9


def test_initial_biases_are_zero() -> None:
    for network in (lenet.build(seed=1), fnn.build(seed=1), recurrent.build(3, 4, seed=1)):
        assert isinstance(network.bias_initializer, Constant)
        assert network.bias_initializer.value == 0
