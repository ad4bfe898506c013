"""Networks in pickles, as the exercises have them, and what else the network offers to training loops."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
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
    L2_Regularizer,
    NeuralNetwork,
    ReLU,
    Sgd,
    SoftMax,
    SoftMaxCrossEntropyLoss,
)
from backproof.framework.network import load, save

Tensor = NDArray[Any]


class Stream:
    """A data layer with a generator, which no pickle can hold; it starts anew with every object."""

    def __init__(self) -> None:
        self.batches = self._batches()

    def _batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        rng = np.random.default_rng(0)
        while True:
            labels = np.eye(3)[rng.integers(3, size=6)]
            yield labels @ np.ones((3, 4)) + rng.normal(size=(6, 4)), labels

    def next(self) -> tuple[Tensor, Tensor]:
        return next(self.batches)


def network() -> NeuralNetwork:
    optimizer = Adam(0.01, 0.9, 0.999)
    optimizer.add_regularizer(L2_Regularizer(0.1))
    net = NeuralNetwork(optimizer, He(seed=1), Constant(0.1))
    net.data_layer, net.loss_layer = Stream(), CrossEntropyLoss()
    layers = FullyConnected(4, 5), BatchNormalization(5), ReLU(), Dropout(0.5, seed=2), FullyConnected(5, 3), SoftMax()
    for layer in layers:
        net.append_layer(layer)
    return net


def test_a_loaded_network_goes_on_as_the_saved_one(tmp_path: Path) -> None:
    net = network()
    net.train(3)
    save(tmp_path / "net", net)
    loaded = load(str(tmp_path / "net"), Stream())
    net.data_layer = Stream()
    for one in (net, loaded):
        one.train(4)
    assert loaded.loss == net.loss
    inputs = np.ones((2, 4))
    assert_array_equal(loaded.test(inputs), net.test(inputs))


def test_the_data_layer_is_dropped_and_set_again(tmp_path: Path) -> None:
    net = network()
    with pytest.raises(TypeError, match="generator"):
        pickle.dumps(net.data_layer)
    twin = pickle.loads(pickle.dumps(net))
    assert twin.data_layer is None
    assert twin.loss_layer is not None
    assert "data_layer" not in net.__getstate__()
    assert net.data_layer is not None  # the saved network keeps its own
    with pytest.raises(RuntimeError, match="data_layer is None"):
        twin.forward()
    save(tmp_path / "net", net)
    stream = Stream()
    assert load(tmp_path / "net", stream).data_layer is stream
    assert deepcopy(net).data_layer is None


def test_a_pickle_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "net").write_bytes(pickle.dumps([1, 2]))
    with pytest.raises(TypeError, match=r"net contains a list, but should contain a NeuralNetwork$"):
        load(tmp_path / "net", Stream())


def test_the_danger_is_real_and_stated(tmp_path: Path) -> None:
    marker = tmp_path / "marker"

    class Hostile:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(marker),)

    (tmp_path / "net").write_bytes(pickle.dumps(Hostile()))
    with pytest.raises(TypeError, match="contains a NoneType"):
        load(tmp_path / "net", Stream())
    assert marker.exists()
    for function in (save, load):
        assert function.__doc__ is not None
        assert "danger" in function.__doc__.lower()


def test_a_save_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    net = network()
    save(tmp_path / "net", net)
    net.extra = iter(())  # type: ignore[attr-defined]  # what a student may do
    net.extra_generator = (number for number in ())  # type: ignore[attr-defined]  # no pickle can hold it
    with pytest.raises(TypeError, match="generator"):
        save(tmp_path / "net", net)
    assert load(tmp_path / "net", Stream()).loss == []


def test_learning_from_given_batches_is_training() -> None:
    trained, taught = network(), network()
    trained.train(3)
    stream = Stream()
    for expected in trained.loss:
        inputs, labels = stream.next()
        output, data_loss = taught.learn(inputs, labels)
        assert taught.loss[-1] == expected
        assert_allclose(data_loss, -np.log(output[labels == 1] + np.finfo(float).eps).sum(), rtol=1e-13)
        assert data_loss < expected  # which has the regularization
    assert_array_equal(taught.layers[0].weights, trained.layers[0].weights)


def test_assessing_learns_nothing_and_is_in_the_testing_phase() -> None:
    net = network()
    net.train(2)
    before = pickle.dumps([vars(layer) for layer in (net.layers[0], net.layers[1])])
    inputs, labels = Stream().next()
    output, loss = net.assess(inputs, labels)
    assert net.phase
    assert_array_equal(output, net.test(inputs))
    assert_allclose(loss, CrossEntropyLoss().forward(output, labels), rtol=1e-15)
    assert len(net.loss) == 2
    assert {type(layer).__name__ for layer in net.layers if not layer.testing_phase} == set()
    restored = pickle.loads(before)
    for attributes, layer in zip(restored, net.layers, strict=False):
        for name in ("weights", "running_mean", "running_var"):
            if name in attributes:
                assert_array_equal(attributes[name], getattr(layer, name))
    net.learn(inputs, labels)
    assert not net.phase
    net.loss_layer = None
    for method in (net.learn, net.assess):
        with pytest.raises(RuntimeError, match="loss_layer is None"):
            method(inputs, labels)


def test_a_fused_loss_turns_scores_into_probabilities_in_tests_only() -> None:
    separate, fused = (NeuralNetwork(Sgd(0.1), He(seed=1), Constant(0.0)) for _ in range(2))
    for net in (separate, fused):
        net.append_layer(FullyConnected(4, 3))
    separate.append_layer(SoftMax())
    separate.loss_layer, fused.loss_layer = CrossEntropyLoss(), SoftMaxCrossEntropyLoss()
    inputs, labels = Stream().next()
    assert_allclose(fused.test(inputs), separate.test(inputs), rtol=1e-14)
    scores, loss = fused.assess(inputs, labels)
    assert_array_equal(scores, fused.layers[0].forward(inputs))
    assert_allclose(loss, separate.assess(inputs, labels)[1], rtol=1e-12)


def test_regularization_loss_is_the_sum_over_the_layers() -> None:
    net = network()
    expected = sum(0.1 * np.square(net.layers[index].weights).sum() for index in (0, 1, 4))
    assert_allclose(net.regularization_loss(), expected, rtol=1e-14)
