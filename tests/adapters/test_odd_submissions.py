"""Oddities that single submissions have: accessors instead of attributes, files that are no text, dead packages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backproof import adapters
from backproof.specs import Dropout, FullyConnected, NeuralNetwork, Phase, Sigmoid, all_specs

from .submissions import changed, example_files, load, works, write

FULLY_CONNECTED = "Layers/FullyConnected.py"


def test_the_built_in_framework_offers_everything() -> None:
    target = adapters.resolve(None)
    adapter = adapters.load(target)
    works(adapter)
    others = {"perceptron", "trainer", "evaluator"}  # of other courses: training by epochs, training loops, their use
    assert adapter.describe()["offered"] == [name for name, spec in all_specs().items() if spec.kind not in others]
    assert adapter.describe()["conventions"] == {"dropout argument": "keep", "loss reduction": "sum"}
    (framework,) = map(Path, adapters.readable(target))
    assert (framework / "network.py").is_file()
    assert adapters.preload(target) == []
    assert adapters.fingerprint(target) == adapters.fingerprint(target)


def test_a_package_whose_init_cannot_be_parsed_is_entered_nevertheless(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    adapter = load(write(tmp_path, {**example_files(), "Layers/__init__.py": "__all__ = [\n"}))
    works(adapter, "Sigmoid", "BatchNormalization")
    assert "Layers/__init__.py is ignored: line 1" in capsys.readouterr().err


def test_a_statement_of_an_init_that_fails_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    init = "import no_such_module\nfrom .Sigmoid import Sigmoid\n"
    works(load(write(tmp_path, {**example_files(), "Layers/__init__.py": init})), "Sigmoid")
    assert "line 1, is skipped: ModuleNotFoundError: No module named 'no_such_module'" in capsys.readouterr().err


def test_a_file_that_is_no_text_is_offered_and_fails_alone(tmp_path: Path) -> None:
    write(tmp_path, example_files())
    (tmp_path / "Layers" / "Dropout.py").write_bytes(b"\xff\xfe\x00class")
    adapter = load(tmp_path)
    assert any("Layers/Dropout.py cannot be parsed" in note for note in adapter.describe()["notes"])
    with pytest.raises((SyntaxError, ValueError)):
        adapter.build(Dropout(keep=0.5))
    works(adapter, "Sigmoid")


def test_a_huge_file_is_not_parsed(tmp_path: Path) -> None:
    write(tmp_path, {**example_files(), "Layers/Dropout.py": "#" * 2_000_001})
    assert any("Dropout.py cannot be parsed: too large" in note for note in load(tmp_path).describe()["notes"])


def test_methods_instead_of_attributes(tmp_path: Path) -> None:
    methods = """
    def get_gradient_weights(self):
        return self._gradient

    def set_optimizer(self, optimizer):
        self._optimizer = optimizer

    def backward"""
    files = changed(
        (FULLY_CONNECTED, "\n    def backward", methods),
        (FULLY_CONNECTED, "self.gradient_weights", "self._gradient"),
        (FULLY_CONNECTED, "self.optimizer", "self._optimizer"),
        (FULLY_CONNECTED, "self.trainable = True", "self.trainable = True\n        self._optimizer = None"),
    )
    subject = load(write(tmp_path, files)).build(FullyConnected(input_size=2, output_size=1))
    subject.attach_optimizer(0.5, 0.0)
    before = subject.parameters()
    subject.forward(np.array([[3.0, 4.0]]))
    subject.backward(np.array([[1.0]]))
    assert subject.gradients()["weights"].tolist() == [[3], [4]]
    np.testing.assert_allclose(subject.parameters()["weights"], before["weights"] - 0.5 * np.array([[3], [4]]))


def test_an_optimizer_of_a_layer_may_carry_a_regularizer_slot(tmp_path: Path) -> None:
    change = (
        FULLY_CONNECTED,
        "if self.optimizer is not None:",
        "if self.optimizer and not self.optimizer.regularizer:",
    )
    subject = load(write(tmp_path, changed(change))).build(FullyConnected(input_size=2, output_size=1))
    subject.attach_optimizer(0.5, 0.0)
    before = subject.parameters()["bias"]
    subject.forward(np.ones((1, 2)))
    subject.backward(np.ones((1, 1)))
    np.testing.assert_allclose(subject.parameters()["bias"], before - 0.5)


def test_a_phase_that_has_no_test_member_is_named(tmp_path: Path) -> None:
    phases = "import enum\n\nclass Phase(enum.Enum):\n    learn = 0\n    apply = 1\n\nclass BaseLayer:"
    files = changed(("Layers/Base.py", "class BaseLayer:", phases))
    subject = load(write(tmp_path, files)).build(Sigmoid())
    with pytest.raises(ValueError, match="Phase has the members learn, apply, but one should be called test"):
        subject.set_phase(Phase.TEST)


def test_a_network_without_data_says_what_comes_first(tmp_path: Path) -> None:
    subject = load(write(tmp_path, changed())).build(NeuralNetwork.cases()[0].spec)
    with pytest.raises(RuntimeError, match=r"feed\(inputs, labels\) should come first"):
        subject.forward()


def test_the_import_path_of_a_single_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"own_single.py": "def build(spec):\n    return None\n"})
    monkeypatch.chdir(tmp_path)
    target = adapters.resolve("own_single")
    assert adapters.readable(target) == [str(tmp_path / "own_single.py")]
    assert len(adapters.fingerprint(target)) == 64
    assert adapters.preload(target) == []
