"""Checkpoints are complete to the last bit, and go into the network that they are of and no other."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from backproof.framework import Constant, He, L1_Regularizer, NeuralNetwork, ReLU, Sgd, TanH
from backproof.framework.checkpoints import CheckpointError, load_checkpoint, save_checkpoint

from .small_networks import OPTIMIZERS, everything, network


@pytest.mark.parametrize("stop", [1, 7])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_going_on_from_a_checkpoint_is_bitwise_not_having_stopped(tmp_path: Path, optimizer: str, stop: int) -> None:
    uninterrupted = network(optimizer)
    uninterrupted.train(12)
    first = network(optimizer)
    first.train(stop)
    save_checkpoint(tmp_path / "c.npz", first, {})
    second = network(optimizer, seed=99)
    load_checkpoint(tmp_path / "c.npz").restore(second)
    assert everything(second) == everything(first)
    second.data_layer = first.data_layer  # which is where it was
    second.train(12 - stop)
    assert everything(second) == everything(uninterrupted)


def test_the_comparison_above_sees_a_last_bit() -> None:
    net, other = network(), network()
    for one in (net, other):
        one.train(2)
    assert everything(net) == everything(other)
    other.layers[0].weights[0, 0] = np.nextafter(other.layers[0].weights[0, 0], 9)
    assert everything(net) != everything(other)


def test_what_had_not_begun_has_not_begun(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "c.npz", network(), {})
    net = network()
    net.train(3)
    load_checkpoint(tmp_path / "c.npz").restore(net)
    assert net.loss == []
    assert net.layers[1].running_mean is None
    assert net.layers[0].optimizer.first_moment is None
    twin = network()
    net.data_layer.seek(0, 0)
    for one in (net, twin):
        one.train(5)
    assert everything(net) == everything(twin)


def test_weights_stay_writeable_and_keep_their_layout(tmp_path: Path) -> None:
    net = network()
    layer = net.layers[0]
    layer.weights = np.asfortranarray(layer.weights)
    save_checkpoint(tmp_path / "c.npz", net, {})
    other = network(seed=2)
    load_checkpoint(tmp_path / "c.npz").restore(other)
    assert_array_equal(other.layers[0].weights, layer.weights)
    assert other.layers[0].weights.strides == layer.weights.strides
    other.layers[0].weights[0, 0] = 5


def test_metadata_come_back(tmp_path: Path) -> None:
    metadata = {"epoch": 3, "history": [0.1, 1 / 3, 1e-300], "name": "é", "nested": {"none": None, "true": True}}
    save_checkpoint(tmp_path / "c.npz", network(), metadata)
    assert load_checkpoint(tmp_path / "c.npz").metadata == metadata
    with pytest.raises(TypeError, match="not JSON serializable"):
        save_checkpoint(tmp_path / "c.npz", network(), {"bad": object()})
    assert load_checkpoint(tmp_path / "c.npz").metadata == metadata


def test_numpy_reads_the_file_without_pickle(tmp_path: Path) -> None:
    net = network()
    net.train(1)
    save_checkpoint(tmp_path / "c.npz", net, {"epoch": 1})
    with np.load(tmp_path / "c.npz", allow_pickle=False) as archive:
        assert_array_equal(archive["layers.0.weights"], net.layers[0].weights)
        assert json.loads(archive["metadata.json"])["metadata"] == {"epoch": 1}
        caches = [name for name in archive.files if "_cache" in name or "gradient" in name]
    assert caches == []


def test_equal_states_give_equal_files(tmp_path: Path) -> None:
    contents = []
    for name in "ab":
        net = network()
        net.train(3)
        save_checkpoint(tmp_path / name, net, {})
        contents.append((tmp_path / name).read_bytes())
    assert contents[0] == contents[1]


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (
            network(units=7),
            r"layers\.0\.weights: the checkpoint has float64 of shape \(5, 6\), the network has float64",
        ),
        (network("momentum"), r"layers\.0\.optimizer: the checkpoint has a Adam, the network has a SgdWithMomentum"),
        (NeuralNetwork(Sgd(1), He(), Constant()), "the checkpoint has 6 layers, the network has 0"),
    ],
)
def test_another_network_is_refused_and_left_alone(tmp_path: Path, other: NeuralNetwork, message: str) -> None:
    net = network()
    net.train(2)
    save_checkpoint(tmp_path / "c.npz", net, {})
    before = [vars(layer).copy() for layer in other.layers]
    with pytest.raises(CheckpointError, match=message):
        load_checkpoint(tmp_path / "c.npz").restore(other)
    assert [list(map(id, vars(layer).values())) for layer in other.layers] == [
        list(map(id, attributes.values())) for attributes in before
    ]


@pytest.mark.parametrize("spoil", ["another layer", "another regularizer", "no optimizer"])
def test_other_details_are_refused(tmp_path: Path, spoil: str) -> None:
    save_checkpoint(tmp_path / "c.npz", network(), {})
    other = network()
    match spoil:
        case "another layer":
            other.layers[2] = TanH()
        case "another regularizer":
            other.layers[0].optimizer.regularizer = L1_Regularizer(0.01)
        case "no optimizer":
            other.layers[0].optimizer = None
    with pytest.raises(CheckpointError, match=r"c\.npz: layers\..*; build the same network$"):
        load_checkpoint(tmp_path / "c.npz").restore(other)


class WithLock(ReLU):
    """A layer with state that no file can hold."""

    def __init__(self) -> None:
        self.lock = object()


def test_state_that_cannot_be_saved_is_named_before_anything_is_written(tmp_path: Path) -> None:
    net = network()
    save_checkpoint(tmp_path / "c.npz", net, {"good": True})
    net.append_layer(WithLock())
    with pytest.raises(CheckpointError, match=r"^layers\.6\.lock is a object, which a checkpoint cannot hold$"):
        save_checkpoint(tmp_path / "c.npz", net, {})
    assert load_checkpoint(tmp_path / "c.npz").metadata == {"good": True}
