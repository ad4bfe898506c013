"""The trainer's books are right, its phases are right, and it stops and goes on to the last bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from backproof.framework import (
    BatchNormalization,
    Constant,
    CrossEntropyLoss,
    Dropout,
    FullyConnected,
    He,
    L2_Regularizer,
    LinearOutput,
    NeuralNetwork,
    ReLU,
    Sgd,
    SgdWithMomentum,
    SoftMax,
    SoftMaxCrossEntropyLoss,
    SoftmaxOutput,
)
from backproof.framework.checkpoints import CheckpointError, load_checkpoint, save_checkpoint
from backproof.framework.data import Batches, DataSet, Sequences, Split, delayed_recall, one_hot, shifted
from backproof.framework.models import fnn, lenet, mlp, recurrent
from backproof.framework.training import DivergenceError, Epoch, NetworkTrainer, NetworkUser, evaluate
from backproof.framework.training.evaluation import Tally


def blobs(items: int = 44) -> DataSet:
    """Three blobs; the number of items is no multiple of the batch size, so the last batch is smaller."""
    rng = np.random.default_rng(0)

    def split(count: int) -> Split:
        numbers = rng.integers(3, size=count)
        return Split(4 * one_hot(numbers, 3) + rng.normal(size=(count, 3)), one_hot(numbers, 3))

    return DataSet(name="blobs", train=split(items), validation=split(21), test=split(30))


def network(loss_layer: Any = None, *, learning_rate: float = 0.01, seed: int = 1) -> NeuralNetwork:
    """With batch normalization and dropout, so that phases matter."""
    prototype = SgdWithMomentum(learning_rate, 0.9)
    prototype.add_regularizer(L2_Regularizer(0.1))
    net = NeuralNetwork(prototype, He(seed=seed), Constant(0.0))
    for layer in (FullyConnected(3, 8), BatchNormalization(8), ReLU(), Dropout(0.8, seed=seed), FullyConnected(8, 3)):
        net.append_layer(layer)
    if loss_layer is None:
        net.append_layer(SoftMax())
    net.loss_layer = CrossEntropyLoss() if loss_layer is None else loss_layer
    return net


def trainer(**options: Any) -> NetworkTrainer:
    return NetworkTrainer(network(**options), Batches(blobs(), 8, seed=3))


class Frozen(NeuralNetwork):
    """A network that answers always the same and learns nothing: its books can be kept by hand."""

    def __init__(self, probabilities: list[float], loss_layer: Any) -> None:
        super().__init__(Sgd(0.0), He(), Constant())
        layer = FullyConnected(3, 3)
        layer.weights = np.vstack([np.zeros((3, 3)), np.log(probabilities)])
        self.layers = [layer, SoftMax()] if isinstance(loss_layer, CrossEntropyLoss) else [layer]
        self.loss_layer = loss_layer


@pytest.mark.parametrize("loss_layer", [CrossEntropyLoss(), SoftMaxCrossEntropyLoss(), SoftmaxOutput()])
def test_losses_are_means_over_items_whatever_the_loss_and_the_batch_size(loss_layer: Any) -> None:
    data = blobs()
    for batch_size in (1, 8, 44):
        training = NetworkTrainer(Frozen([0.5, 0.3, 0.2], loss_layer), Batches(data, batch_size))
        training.train(1)
        epoch = training.history[0]
        for split, loss, error in (
            (data.train, epoch.train_loss, epoch.train_error),
            (data.validation, epoch.validation_loss, epoch.validation_error),
        ):
            assert_allclose(loss, -(split.labels @ np.log([0.5, 0.3, 0.2])).mean(), rtol=1e-9)
            assert error == np.mean(split.labels.argmax(axis=1) != 0)


def unweighted(self: Tally, output: Any, labels: Any, loss: float, *, is_mean: bool) -> None:
    self.items += len(labels)
    self.loss += loss


def mean_of_means(self: Tally, output: Any, labels: Any, loss: float, *, is_mean: bool) -> None:
    self.items += 1
    self.loss += loss if is_mean else loss / len(labels)


@pytest.mark.parametrize(
    ("mistake", "loss_layer"), [(unweighted, SoftmaxOutput()), (mean_of_means, CrossEntropyLoss())]
)
def test_wrong_books_are_noticed(monkeypatch: pytest.MonkeyPatch, mistake: Any, loss_layer: Any) -> None:
    monkeypatch.setattr(Tally, "add", mistake)
    with pytest.raises(AssertionError):
        test_losses_are_means_over_items_whatever_the_loss_and_the_batch_size(loss_layer)


def test_a_squared_error_is_a_mean_too() -> None:
    data = blobs()
    training = NetworkTrainer(Frozen([1, 1, 1], LinearOutput()), Batches(data, 8))
    training.train(1)
    assert_allclose(training.history[0].train_loss, 0.5, rtol=1e-13)  # half of one 1 in every row


def test_dropped_items_are_not_counted() -> None:
    training = NetworkTrainer(Frozen([1, 1, 1], LinearOutput()), Batches(blobs(), 8, drop_last=True))
    training.train(1)
    assert_allclose(training.history[0].train_loss, 0.5, rtol=1e-13)
    assert len(training.network.loss) == 5


class PhaseRecorder(Dropout):
    """Notes the phase of every forward."""

    def __init__(self) -> None:
        super().__init__(0.5, seed=0)
        self.phases: list[bool] = []

    def forward(self, input_tensor: Any) -> Any:
        self.phases.append(self.testing_phase)
        return super().forward(input_tensor)


def test_training_and_validation_are_in_their_phases() -> None:
    net = network()
    recorder = PhaseRecorder()
    net.append_layer(recorder)
    NetworkTrainer(net, Batches(blobs(), 8)).train(2)
    assert recorder.phases == ([False] * 6 + [True]) * 2


def test_validation_changes_nothing() -> None:
    watched, unwatched = trainer(), trainer()
    watched.train(3)
    for _ in range(18):
        unwatched.network.learn(*unwatched.data.next())
    for one, other in zip(watched.network.layers, unwatched.network.layers, strict=True):
        for name in ("weights", "running_mean", "running_var"):
            if hasattr(one, name):
                assert getattr(one, name).tobytes() == getattr(other, name).tobytes()
    assert watched.network.loss == unwatched.network.loss


def test_evaluation_returns_to_the_phase_and_learns_nothing() -> None:
    training = trainer()
    training.train(1)
    for phase in (False, True):
        training.network.phase = phase
        evaluate(training.network, training.data, "test")
        assert training.network.phase is phase
        assert {layer.testing_phase for layer in training.network.layers} == {phase}
    assert (training.data.epoch, training.data.position) == (1, 0)
    training.network.loss_layer = None
    with pytest.raises(RuntimeError, match="loss_layer is None"):
        evaluate(training.network, training.data, "test")


def test_training_learns_and_reports_each_epoch() -> None:
    training = trainer()
    epochs: list[Epoch] = []
    batches: list[int] = []
    assert training.train(30, after_epoch=epochs.append, after_batch=lambda: batches.append(training.data.position))
    assert epochs == training.history
    assert [epoch.epoch for epoch in epochs] == list(range(1, 31))
    assert batches == [1, 2, 3, 4, 5, 0] * 30
    assert epochs[-1].train_loss < epochs[0].train_loss / 2
    assert evaluate(training.network, training.data, "test").error < 0.1
    assert training.train(30)
    assert len(training.history) == 30


def everything(training: NetworkTrainer, folder: Path) -> bytes:
    """All of a training; equal states give equal files."""
    training.save(folder / "everything.npz")
    return (folder / "everything.npz").read_bytes()


@pytest.mark.parametrize("batches", [0, 1, 6, 10])
def test_stopping_and_going_on_is_not_having_stopped(tmp_path: Path, batches: int) -> None:
    whole = trainer()
    whole.train(4)
    first = trainer()
    asked = iter(range(100))
    assert not first.train(4, stop=lambda: next(asked) == batches)
    assert first.data.epoch * 6 + first.data.position == batches
    first.save(tmp_path / "c.npz")
    second = trainer(seed=5)  # other weights, which the checkpoint replaces
    second.restore(load_checkpoint(tmp_path / "c.npz"))
    assert second.train(4)
    assert everything(second, tmp_path) == everything(whole, tmp_path)
    assert second.history == whole.history


def halved(epoch: int) -> float:
    return float(0.01 * 0.5 ** (epoch - 1))


@pytest.mark.parametrize("schedule", [None, halved])
def test_the_schedule_sets_the_learning_rate_of_every_optimizer_in_each_epoch(schedule: Any) -> None:
    training = NetworkTrainer(network(learning_rate=0.3), Batches(blobs(), 8, seed=3), schedule=schedule)
    seen: list[set[float]] = []

    def note() -> None:
        optimizers = [optimizer for layer in training.network.layers for optimizer in layer.optimizers]
        assert len(optimizers) == 4  # two fully connected layers, gamma and beta
        seen.append({optimizer.learning_rate for optimizer in (*optimizers, training.network.optimizer)})

    training.train(3, after_batch=note)
    expected = [{0.3 if schedule is None else halved(epoch)} for epoch in (1, 2, 3) for _ in range(6)]
    assert seen == expected


@pytest.mark.parametrize("batches", [3, 6, 10])
def test_going_on_keeps_to_the_schedule(tmp_path: Path, batches: int) -> None:
    def scheduled() -> NetworkTrainer:
        return NetworkTrainer(network(), Batches(blobs(), 8, seed=3), schedule=halved)

    whole, first, second = scheduled(), scheduled(), scheduled()
    whole.train(3)
    asked = iter(range(100))
    first.train(3, stop=lambda: next(asked) == batches)
    first.save(tmp_path / "c.npz")
    second.restore(load_checkpoint(tmp_path / "c.npz"))
    second.train(3)
    assert everything(second, tmp_path) == everything(whole, tmp_path)


BUILDERS = {
    "lenet": lambda seed: NetworkTrainer(
        lenet.build((1, 8, 8), 3, seed=seed), Batches(images(), 4, seed=1, augment=shifted)
    ),
    "mlp": lambda seed: NetworkTrainer(
        mlp.build(64, 3, seed=seed), Batches(images(), 4, seed=1, shuffle=False, drop_last=True)
    ),
    "fnn": lambda seed: NetworkTrainer(
        fnn.build(64, (6, 5), 3, batch_normalize=True, regularizer=L2_Regularizer(0.1), seed=seed),
        Batches(images(), 4, seed=1),
    ),
    "rnn": lambda seed: recurrent_trainer("rnn", seed),
    "lstm": lambda seed: recurrent_trainer("lstm", seed),
}


def images() -> DataSet:
    rng = np.random.default_rng(2)
    splits = [Split(rng.random((n, 1, 8, 8)), one_hot(rng.integers(3, size=n), 3)) for n in (22, 5, 5)]
    return DataSet(name="images", train=splits[0], validation=splits[1], test=splits[2])


def recurrent_trainer(cell: Any, seed: int) -> NetworkTrainer:
    net = recurrent.build(4, 5, cell=cell, hidden_size=6, seed=seed)
    net.layers[0].memorize = True  # so that the carried state matters
    return NetworkTrainer(net, Sequences(delayed_recall(delay=2, length=5, sequences=(7, 2, 2)), seed=1))


@pytest.mark.parametrize("name", BUILDERS)
def test_every_model_goes_on_to_the_last_bit(tmp_path: Path, name: str) -> None:
    whole = BUILDERS[name](1)
    whole.train(3)
    first = BUILDERS[name](1)
    asked = iter(range(100))
    assert not first.train(3, stop=lambda: next(asked) == 9)
    first.save(tmp_path / "c.npz")
    second = BUILDERS[name](2)
    second.restore(load_checkpoint(tmp_path / "c.npz"))
    second.train(3)
    assert everything(second, tmp_path) == everything(whole, tmp_path)
    other = BUILDERS[name](2)
    other.train(3)
    assert everything(other, tmp_path) != everything(whole, tmp_path)


def test_a_diverging_training_is_stopped_before_it_is_saved(tmp_path: Path) -> None:
    training = trainer(loss_layer=LinearOutput(), learning_rate=0.01)
    training.train(1)
    training.save(tmp_path / "c.npz")
    for layer in training.network.layers:
        for optimizer in getattr(layer, "_optimizers", None) or (layer.optimizer,):
            if optimizer is not None:
                optimizer.learning_rate = 1e200
    with (
        np.errstate(all="ignore"),
        pytest.raises(DivergenceError, match=r"the loss of batch \d+, in epoch 2, is (inf|nan); take a smaller"),
    ):
        training.train(9)
    assert np.isfinite(load_checkpoint(tmp_path / "c.npz").arrays["loss"]).all()


@pytest.mark.parametrize(
    "data",
    [
        Batches(blobs(), 8, seed=4),
        Batches(blobs(), 4, seed=3),
        Batches(blobs(45), 8, seed=3),
        Batches(blobs(), 8, seed=3, shuffle=False),
        Batches(blobs(), 8, seed=3, drop_last=True),
        Batches(blobs(), 8, seed=3, augment=shifted),
    ],
)
def test_other_data_are_refused(tmp_path: Path, data: Batches) -> None:
    trainer().save(tmp_path / "c.npz")
    other = NetworkTrainer(network(), data)
    with pytest.raises(CheckpointError, match=r"expected a training on .* found one on .*; name the same data"):
        other.restore(load_checkpoint(tmp_path / "c.npz"))


@pytest.mark.parametrize(
    "damage",
    [
        {"history": [{"epoch": 1}]},
        {"history": 3},
        {"tally": {"items": 1, "points": 2}},
        {"position": 6},
        {"position": "one"},
        {"position": None},
    ],
)
def test_a_damaged_place_is_refused(tmp_path: Path, damage: dict[str, Any]) -> None:
    training = trainer()
    training.save(tmp_path / "c.npz")
    metadata = load_checkpoint(tmp_path / "c.npz").metadata
    save_checkpoint(tmp_path / "c.npz", training.network, {**metadata, **damage})
    with pytest.raises(CheckpointError, match=r"c\.npz: the place in the training is damaged"):
        trainer().restore(load_checkpoint(tmp_path / "c.npz"))
    save_checkpoint(tmp_path / "c.npz", training.network, metadata)
    trainer().restore(load_checkpoint(tmp_path / "c.npz"))


def test_a_user_has_the_trained_network(tmp_path: Path) -> None:
    training = trainer()
    training.train(30)
    training.save(tmp_path / "c.npz")
    user = NetworkUser(tmp_path / "c.npz", lambda: network(seed=7))
    inputs, labels = training.data.get_test_set()
    probabilities = training.network.test(inputs)
    assert user.probabilities(inputs).tobytes() == probabilities.tobytes()
    assert user.predict(inputs) == probabilities.argmax(axis=1).tolist()
    result = user.test(training.data)
    assert result == evaluate(training.network, training.data, "test")
    assert result.error == np.mean(probabilities.argmax(axis=1) != labels.argmax(axis=1))


def test_a_user_can_build_what_the_checkpoint_describes(tmp_path: Path) -> None:
    arguments = {"input_size": 64, "classes": 3, "seed": 1}
    training = NetworkTrainer(
        mlp.build(**arguments), Batches(images(), 4), description={"model": "mlp", "arguments": arguments}
    )
    training.train(1)
    training.save(tmp_path / "c.npz")
    inputs, _ = training.data.get_test_set()
    probabilities = NetworkUser(tmp_path / "c.npz").probabilities(inputs)
    assert probabilities.tobytes() == training.network.test(inputs).tobytes()
    assert_allclose(probabilities.sum(axis=1), 1)
    for description, message in (
        ({}, "does not say how to build its network; give `build`"),
        ({"model": "os.system", "arguments": {}}, "does not say how to build its network"),
        ({"model": "mlp", "arguments": {"size": 1}}, "cannot be built as it says .*size"),
        ({"model": "mlp", "arguments": {"input_size": 0}}, "cannot be built as it says .*input_size=0"),
        ({"model": "mlp", "arguments": {**arguments, "input_size": 65}}, "build the same network"),
    ):
        training.description = description
        training.save(tmp_path / "c.npz")
        with pytest.raises(CheckpointError, match=message):
            NetworkUser(tmp_path / "c.npz")
