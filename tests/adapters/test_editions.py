"""The course's editions since 2018: one adapter serves them all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backproof.specs import (
    Dropout,
    FullyConnected,
    L1_Regularizer,
    NeuralNetwork,
    Phase,
    Sgd,
    SgdWithMomentum,
    SoftMax,
    Unsupported,
)

from .submissions import changed, example_files, load, works, write

NETWORKS = {case.name: case.spec for case in NeuralNetwork.cases()}
TO_UPDATE = "def calculate_update(self, weight_tensor, gradient_tensor):"

# 2019/20: layer.phase = Base.Phase.test, append_trainable_layer, data_layer.forward(), no trainable.
ENUM = "import enum\n\nclass Phase(enum.Enum):\n    train = 0\n    test = 1\n\n"
PHASE_ENUM = (
    ("Layers/Base.py", "class BaseLayer:", ENUM + "class BaseLayer:"),
    ("Layers/Base.py", "self.testing_phase = False", "self.phase = Phase.train"),
    ("Layers/Dropout.py", "from Layers.Base import", "from Layers.Base import Phase,"),
    ("Layers/Dropout.py", "self.testing_phase", "self.phase == Phase.test"),
    ("Layers/BatchNormalization.py", "from Layers.Base import", "from Layers.Base import Phase,"),
    ("Layers/BatchNormalization.py", "= self.testing_phase", "= self.phase == Phase.test"),
    ("Layers/BatchNormalization.py", "if self.testing_phase", "if self.phase == Phase.test"),
    ("NeuralNetwork.py", "import copy", "import copy\nfrom Layers.Base import Phase"),
    ("NeuralNetwork.py", "_phase = False", "_phase = Phase.train"),
    ("NeuralNetwork.py", "self.phase = False", "self.phase = Phase.train"),
    ("NeuralNetwork.py", "self.phase = True", "self.phase = Phase.test"),
    ("NeuralNetwork.py", "layer.testing_phase = ", "layer.phase = "),
)  # fmt: skip
APPEND_TRAINABLE = (
    ("NeuralNetwork.py", "def append_layer", "def append_trainable_layer"),
    ("NeuralNetwork.py", "        if layer.trainable:", "        if True:"),
    ("NeuralNetwork.py", "if layer.trainable and layer.optimizer", "if layer.optimizer"),
    ("*", "        self.trainable = True\n", ""),
    ("Layers/Base.py", "        self.trainable = False\n", ""),
)  # fmt: skip
DATA_FORWARD = (("NeuralNetwork.py", "self.data_layer.next()", "self.data_layer.forward()"),)
INDIVIDUAL_DELTA = (
    ("Optimization/Optimizers.py", TO_UPDATE, TO_UPDATE.replace("self, ", "self, individual_delta, ")),
    ("Layers/FullyConnected.py", "calculate_update(", "calculate_update(1, "),
    ("Layers/BatchNormalization.py", "calculate_update(", "calculate_update(1, "),
    ("Layers/RNN.py", "calculate_update(", "calculate_update(1, "),
    ("Layers/LSTM.py", "calculate_update(", "calculate_update(1, "),
)  # fmt: skip
LOSS = "self.loss_layer.forward(prediction, self.label_tensor) + self.regularization_loss()"
PREDICTS = (
    ("NeuralNetwork.py", f"return {LOSS}", f"self.last = {LOSS}\n        return prediction"),
    ("NeuralNetwork.py", "self.loss.append(self.forward())", "self.forward(); self.loss.append(self.last)"),
)

EDITIONS = {
    "2021 or later": (),
    "2020/21": (*APPEND_TRAINABLE, *DATA_FORWARD),
    "2019/20": (*PHASE_ENUM, *APPEND_TRAINABLE, *DATA_FORWARD, *PREDICTS),
    "2018/19": (*INDIVIDUAL_DELTA, *APPEND_TRAINABLE, *DATA_FORWARD),
}


def run_network(adapter: Any, name: str) -> list[Any]:
    """A network's losses, predictions and phases after a fixed programme."""
    spec = NETWORKS[name]
    subject = adapter.build(spec)
    generator = np.random.default_rng(4)
    subject.assign({key: generator.normal(size=value.shape) for key, value in subject.parameters().items()})
    x, labels = generator.normal(size=(6, 4)), np.eye(3)[generator.integers(0, 3, 6)]
    subject.feed(x, labels)
    subject.set_phase(Phase.TRAIN)
    subject.reseed(1)
    loss = subject.forward()
    phases = [subject.seen_phases()]
    subject.backward()
    gradients = {key: value.tolist() for key, value in subject.gradients().items()}
    subject.reseed(2)
    losses = [float(value) for value in subject.train(3)]
    prediction = subject.test(x).tolist()
    phases.append(subject.seen_phases())
    subject.set_phase(Phase.TRAIN)
    subject.forward()
    phases.append(subject.seen_phases())
    return [float(loss), gradients, losses, prediction, phases]


@pytest.mark.parametrize("edition", EDITIONS)
def test_an_edition_is_recognised_and_complete(tmp_path: Path, edition: str) -> None:
    adapter = load(write(tmp_path, changed(*EDITIONS[edition])))
    assert adapter.describe()["edition"] == edition
    assert adapter.describe()["missing"] == []
    works(adapter)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("edition", list(EDITIONS)[1:])
def test_networks_of_all_editions_agree(tmp_path: Path, edition: str, name: str) -> None:
    newest = run_network(load(write(tmp_path / "new", example_files())), name)
    assert run_network(load(write(tmp_path / "old", changed(*EDITIONS[edition]))), name) == newest
    assert newest[-1] == [["train"] * len(newest[-1][0]), ["test"] * len(newest[-1][0]), ["train"] * len(newest[-1][0])]


@pytest.mark.parametrize("edition", EDITIONS)
def test_phases_reach_the_layer(tmp_path: Path, edition: str) -> None:
    subject = load(write(tmp_path, changed(*EDITIONS[edition]))).build(Dropout(keep=0.5))
    x = np.ones((20, 20))
    subject.set_phase(Phase.TEST)
    assert (subject.forward(x) == x).all()
    subject.set_phase(Phase.TRAIN)
    assert (subject.forward(x) != x).any()


def test_a_layer_without_base_class_gets_the_phase(tmp_path: Path) -> None:
    files = changed(("Layers/Dropout.py", "(BaseLayer)", ""), ("Layers/Dropout.py", "        super().__init__()\n", ""))
    subject = load(write(tmp_path, files)).build(Dropout(keep=0.5))
    subject.set_phase(Phase.TRAIN)
    assert (subject.forward(np.ones((20, 20))) == 0).any()


def test_optimizers_of_2018_get_a_factor_of_one(tmp_path: Path) -> None:
    new = load(write(tmp_path / "new", example_files()))
    old = load(write(tmp_path / "old", changed(*INDIVIDUAL_DELTA)))
    spec = SgdWithMomentum(learning_rate=0.3, momentum_rate=0.9)
    w, g = np.arange(4.0), np.ones(4)
    first, second = (adapter.build(spec).update(w, g).tolist() for adapter in (new, old))
    assert first == second


def test_a_softmax_that_is_a_loss_is_unsupported(tmp_path: Path) -> None:
    files = changed(
        ("Layers/SoftMax.py", "def forward(self, input_tensor):", "def forward(self, input_tensor, labels):")
    )
    adapter = load(write(tmp_path, files))
    for spec in (SoftMax(), NETWORKS["classifier"]):
        with pytest.raises(Unsupported, match="in the edition of 2018/19 it is a loss"):
            adapter.build(spec)


def stage_1() -> dict[str, str]:
    """Exercise 1: no initializers, no phases, no regularizers."""
    files = changed(
        ("NeuralNetwork.py", "optimizer, weights_initializer, bias_initializer", "optimizer"),
        ("NeuralNetwork.py", "        self.weights_initializer = weights_initializer\n", ""),
        ("NeuralNetwork.py", "        self.bias_initializer = bias_initializer\n", ""),
        ("NeuralNetwork.py", "            layer.initialize(self.weights_initializer, self.bias_initializer)\n", ""),
        ("NeuralNetwork.py", "    @property\n", ""),
        ("NeuralNetwork.py", "    @phase.setter\n", ""),
        ("NeuralNetwork.py", "def phase", "def unused"),
        ("NeuralNetwork.py", "self.phase = ", "unused = "),
        ("NeuralNetwork.py", "layer.testing_phase = testing_phase", "pass"),
        ("NeuralNetwork.py", " + self.regularization_loss()", ""),
        ("Optimization/Optimizers.py", "def add_regularizer", "def unused"),
        ("Layers/FullyConnected.py", "def initialize", "def unused"),
        ("Layers/Base.py", "def initialize", "def unused"),
    )
    kept = ("Base", "FullyConnected", "ReLU", "SoftMax", "Loss", "Optimizers", "NeuralNetwork")
    files = {name: text for name, text in files.items() if name.rpartition("/")[2].removesuffix(".py") in kept}
    files["Optimization/Optimizers.py"] = files["Optimization/Optimizers.py"].partition("class SgdWithMomentum")[0]
    return files


def test_stage_1_is_complete_without_what_comes_later(tmp_path: Path) -> None:
    adapter = load(write(tmp_path, stage_1()))
    assert adapter.describe()["stage"] == "stage1"
    assert adapter.describe()["missing"] == []
    works(adapter, "FullyConnected", "ReLU", "SoftMax", "CrossEntropyLoss", "Sgd", "NeuralNetwork")
    network = adapter.build(NETWORKS["classifier"])
    network.feed(np.ones((2, 4)), np.eye(3)[:2])
    assert len(network.train(2)) == 2


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        (Sgd(learning_rate=1.0, regularizer=L1_Regularizer(alpha=1.0)), "the submission has no L1_Regularizer"),
        (NETWORKS["with-phases"], "the submission has no BatchNormalization"),
        (NETWORKS["with-momentum"], "the submission has no SgdWithMomentum"),
    ],
)
def test_stage_1_says_what_a_configuration_needs(tmp_path: Path, spec: Any, text: str) -> None:
    with pytest.raises(Unsupported, match=text):
        load(write(tmp_path, stage_1())).build(spec)


def test_stage_1_says_which_methods_come_later(tmp_path: Path) -> None:
    files = stage_1()
    adapter = load(write(tmp_path, files))
    layer = adapter.build(FullyConnected(input_size=4, output_size=3))
    with pytest.raises(Unsupported, match=r"no method initialize \(exercise 2 adds it\)"):
        layer.initialize(1.0, 2.0)
    with pytest.raises(Unsupported, match=r"no property phase \(exercise 3 adds it\)"):
        adapter.build(NETWORKS["classifier"]).set_phase(Phase.TEST)
    files["Optimization/Constraints.py"] = example_files()["Optimization/Constraints.py"]
    with pytest.raises(Unsupported, match=r"no method add_regularizer \(exercise 3 adds it\)"):
        load(write(tmp_path, files)).build(Sgd(learning_rate=1.0, regularizer=L1_Regularizer(alpha=1.0)))


@pytest.mark.parametrize(
    ("stage", "missing"),
    [
        ("stage1", []),
        ("stage2", ["Adam", "Constant", "Flatten", "He", "Pooling", "SgdWithMomentum", "UniformRandom", "Xavier"]),
    ],
)
def test_a_stage_begins_with_its_first_component(tmp_path: Path, stage: str, missing: list[str]) -> None:
    files = stage_1()
    if stage == "stage2":
        files["Layers/Conv.py"] = "class Conv: pass\n"
    description = load(write(tmp_path, files)).describe()
    assert description["stage"] == stage
    assert sorted(description["missing"]) == missing
