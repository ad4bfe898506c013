"""NeuralNetwork: losses, phases and parameters of the submission's own network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backproof.specs import NeuralNetwork, Phase, Unsupported

from .submissions import changed, load, write

SPECS = {case.name: case.spec for case in NeuralNetwork.cases()}
PROPERTY = """    @property
    def phase(self):
        # True means testing
        return self._phase

    @phase.setter
    def phase(self, testing_phase):
        self._phase = testing_phase
        for layer in self.layers:
            layer.testing_phase = testing_phase
"""
METHOD = PROPERTY.partition("    @phase.setter\n")[2]


def network(folder: Path, *changes: tuple[str, str, str], name: str = "with-phases") -> Any:
    subject = load(write(folder, changed(*changes))).build(SPECS[name])
    subject.feed(np.random.default_rng(0).normal(size=(5, 4)), np.eye(3)[[0, 1, 2, 0, 1]])
    return subject


def test_parameters_have_the_layer_s_number(tmp_path: Path) -> None:
    subject = network(tmp_path)
    shapes = {name: value.shape for name, value in subject.parameters().items()}
    assert shapes == {
        "0.weights": (4, 6), "0.bias": (6,), "1.weights": (6,), "1.bias": (6,), "5.weights": (6, 3), "5.bias": (3,)
    }  # fmt: skip
    subject.assign({"5.bias": np.array([1.0, 2.0, 3.0]), "1.weights": np.full(6, 9.0)})
    assert subject.parameters()["5.bias"].tolist() == [1, 2, 3]
    assert subject.parameters()["1.weights"].tolist() == [9] * 6
    subject.forward()
    subject.backward()
    assert {name: value.shape for name, value in subject.gradients().items()} == shapes


def test_parameters_start_small_and_the_same_every_time(tmp_path: Path) -> None:
    first, second = network(tmp_path / "a", name="classifier"), network(tmp_path / "b", name="classifier")
    for name, value in first.parameters().items():
        assert (value == second.parameters()[name]).all()
        assert 0 < abs(value).max() <= 0.5
    assert not np.array_equal(first.parameters()["0.bias"][:3], first.parameters()["2.bias"])


def test_train_returns_all_losses_so_far(tmp_path: Path) -> None:
    subject = network(tmp_path, name="classifier")
    first = subject.train(2)
    assert subject.train(3)[:2] == first
    assert len(subject.train(0)) == 5
    assert first[1] < first[0]


def test_the_fed_batch_is_handed_out_in_copies(tmp_path: Path) -> None:
    spoils = "prediction = self.predict(input_tensor.copy()); input_tensor *= 2"
    change = ("NeuralNetwork.py", "prediction = self.predict(input_tensor)", spoils)
    subject = network(tmp_path, change, name="classifier")
    assert subject.forward() == subject.forward()


@pytest.mark.parametrize("old_name", [False, True])
def test_every_layer_s_phase_is_seen_at_the_time_of_its_forward(tmp_path: Path, old_name: bool) -> None:
    changes = [("NeuralNetwork.py", "self.phase = False", "pass")]
    if old_name:
        changes.append(("NeuralNetwork.py", ".next()", ".forward()"))
    subject = network(tmp_path, *changes)
    assert subject.seen_phases() == [""] * 7
    subject.train(1)
    assert subject.seen_phases() == ["train"] * 7
    subject.test(np.ones((2, 4)))
    assert subject.seen_phases() == ["test"] * 7
    subject.set_phase(Phase.TRAIN)
    assert subject.seen_phases() == ["test"] * 7
    subject.test(np.ones((2, 4)))
    subject.train(1)
    assert subject.seen_phases() == ["test"] * 7  # this network forgets to go back


PHASES = {
    "property": (),
    "property of texts": (
        ("NeuralNetwork.py", "_phase = False", "_phase = 'train'"),
        ("NeuralNetwork.py", "layer.testing_phase = testing_phase", "layer.testing_phase = testing_phase == 'test'"),
        ("NeuralNetwork.py", "layer.testing_phase = self._phase", "layer.testing_phase = self._phase == 'test'"),
        ("NeuralNetwork.py", "self.phase = True", "self.phase = 'test'"),
        ("NeuralNetwork.py", "self.phase = False", "self.phase = 'train'"),
    ),
    "method": (
        ("NeuralNetwork.py", PROPERTY, METHOD),
        ("NeuralNetwork.py", "self.phase = True", "self.phase(True)"),
        ("NeuralNetwork.py", "self.phase = False", "self.phase(False)"),
    ),
    "getter and setter": (
        ("NeuralNetwork.py", PROPERTY, METHOD.replace("def phase", "def set_phase") + "\n    def get_phase(self):\n"
         "        return self._phase\n"),
        ("NeuralNetwork.py", "self.phase = True", "self.set_phase(True)"),
        ("NeuralNetwork.py", "self.phase = False", "self.set_phase(False)"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", PHASES)
def test_the_phase_is_set_in_the_network_s_own_way(tmp_path: Path, way: str) -> None:
    subject = network(tmp_path, *PHASES[way])
    for phase in (Phase.TEST, Phase.TRAIN, Phase.TEST):
        subject.set_phase(phase)
        subject.forward()
        assert subject.seen_phases() == [phase.value] * 7


def test_a_property_that_does_not_reach_the_layers_is_left_as_it_is(tmp_path: Path) -> None:
    changes = (
        (
            "NeuralNetwork.py",
            "        for layer in self.layers:\n            layer.testing_phase = testing_phase\n",
            "",
        ),
    )
    subject = network(tmp_path, *changes)
    subject.set_phase(Phase.TEST)
    subject.forward()
    assert subject.seen_phases() == ["train"] * 7


def test_a_getter_alone_cannot_set(tmp_path: Path) -> None:
    changes = (("NeuralNetwork.py", PROPERTY, "    def phase(self):\n        return False\n"),)
    with pytest.raises(Unsupported, match="takes no argument"):
        network(tmp_path, *changes).set_phase(Phase.TEST)


def test_reseeding_repeats_the_masks(tmp_path: Path) -> None:
    subject = network(tmp_path)
    losses = []
    for seed in (1, 1, 2):
        subject.reseed(seed)
        losses.append(float(subject.forward()))
    assert losses[0] == losses[1] != losses[2]


def test_a_network_that_copies_its_layers_is_followed(tmp_path: Path) -> None:
    subject = network(
        tmp_path, ("NeuralNetwork.py", "self.layers.append(layer)", "self.layers.append(copy.copy(layer))")
    )
    before = subject.parameters()["5.bias"]
    subject.train(1)
    assert subject.seen_phases() == ["train"] * 7
    assert (subject.parameters()["5.bias"] != before).any()
