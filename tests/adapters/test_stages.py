"""The stages of the exercises, and their older editions, as whole runs: each is checked for what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

import backproof
from backproof.adapters import find_course
from backproof.reports import render

from .submissions import changed, write
from .test_editions import EDITIONS, stage_1

STAGE_3_FILES = ("BatchNormalization", "Constraints", "Dropout", "LSTM", "RNN", "Sigmoid", "TanH")


def stage_2() -> dict[str, str]:
    """Exercise 2: no phases, no regularizers."""
    files = changed(
        ("NeuralNetwork.py", "    @property\n", ""),
        ("NeuralNetwork.py", "    @phase.setter\n", ""),
        ("NeuralNetwork.py", "def phase", "def unused"),
        ("NeuralNetwork.py", "self.phase = ", "unused = "),
        ("NeuralNetwork.py", "layer.testing_phase = testing_phase", "pass"),
        ("NeuralNetwork.py", " + self.regularization_loss()", ""),
        ("Optimization/Optimizers.py", "def add_regularizer", "def unused"),
    )
    return {
        name: text for name, text in files.items() if name.rpartition("/")[2].removesuffix(".py") not in STAGE_3_FILES
    }


STAGES = {"stage1": stage_1, "stage2": stage_2, "stage3": changed}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_is_detected_shown_and_enough_for_itself(tmp_path: Path, stage: str) -> None:
    result = backproof.check(write(tmp_path, STAGES[stage]()), effort="quick", required=(stage,))
    assert result, result.footer.reasons
    assert result.header.versions["stage"] == stage
    assert set(find_course("fau-exercises").required(stage)) <= set(result.header.offered)
    assert result.footer.missing == ()
    assert f"fau-exercises, {stage}, edition 2021 or later" in " ".join(render(result, "text").split())


@pytest.mark.parametrize(("stage", "lacking"), [("stage1", "Conv"), ("stage2", "Dropout")])
def test_a_stage_is_not_enough_for_the_next(tmp_path: Path, stage: str, lacking: str) -> None:
    following = f"stage{int(stage[-1]) + 1}"
    result = backproof.check(write(tmp_path, STAGES[stage]()), "ReLU", effort="quick", required=(following,))
    assert f"{lacking} is required, but missing" in result.footer.reasons


@pytest.mark.parametrize("edition", EDITIONS)
def test_an_edition_is_conformant_and_shown(tmp_path: Path, edition: str) -> None:
    result = backproof.check(write(tmp_path, changed(*EDITIONS[edition])), effort="quick", required=("complete",))
    assert result, result.footer.reasons
    assert result.header.versions["edition"] == edition


def test_a_name_that_numpy_has_removed_is_named_and_the_others_are_checked(tmp_path: Path) -> None:
    files = changed(
        ("Layers/ReLU.py", "def forward(self, input_tensor):", "def forward(self, input_tensor, kind=np.float):")
    )
    result = backproof.check(write(tmp_path, files), "ReLU", "Flatten", effort="quick")
    wrong = [finding for finding in result.findings if finding.failing]
    assert {finding.layer for finding in wrong} == {"ReLU"}
    assert wrong[0].verdict == "errored"
    assert wrong[0].message == "AttributeError: module 'numpy' has no attribute 'float' (Layers/ReLU.py:12 in ReLU)"
    assert wrong[0].hint == "np.float was removed in NumPy 1.24; write float, or check with --compat numpy"
    assert any(finding.layer == "Flatten" for finding in result.findings)


def test_what_a_stage_does_ask_for_is_not_excused(tmp_path: Path) -> None:
    files = stage_2()
    files["Layers/FullyConnected.py"] = files["Layers/FullyConnected.py"].replace("def initialize", "def unused")
    result = backproof.check(write(tmp_path, files), effort="quick", required=("stage2",))
    failing = {(finding.layer, finding.check) for finding in result.findings if finding.failing}
    assert failing == {("FullyConnected", "initializer.layer")}
    assert result.footer.verdict == "nonconformant"
    assert not any("L2_Regularizer" in reason for reason in result.footer.reasons)


BROKEN = "class {name}:\n    def __init__(self, *arguments):\n        raise RuntimeError('later')\n"


@pytest.mark.parametrize("broken", ["Dropout", "BatchNormalization", "Conv", "LSTM", "syntax"])
def test_what_a_later_stage_adds_does_not_fail_a_gate(tmp_path: Path, broken: str) -> None:
    files = changed()
    name = "RNN" if broken == "syntax" else broken
    files[f"Layers/{name}.py"] = "def forward(:\n" if broken == "syntax" else BROKEN.format(name=name)
    result = backproof.check(write(tmp_path, files), effort="quick", required=("stage1",))
    assert result, result.footer.reasons
    assert name not in {finding.layer for finding in result.findings}
    (note,) = [note for note in result.header.notes if note.startswith("not checked")]
    assert f"{name}" in note
    assert "ReLU" not in note


@pytest.mark.parametrize("broken", ["ReLU", "FullyConnected"])
def test_what_the_stage_itself_has_fails_its_gate(tmp_path: Path, broken: str) -> None:
    files = {**changed(), f"Layers/{broken}.py": BROKEN.format(name=broken)}
    result = backproof.check(write(tmp_path, files), effort="quick", required=("stage1",))
    assert not result
    assert broken in {finding.layer for finding in result.findings if finding.failing}


def test_a_later_component_is_checked_where_no_earlier_stage_is_required(tmp_path: Path) -> None:
    write(tmp_path, {**changed(), "Layers/Dropout.py": BROKEN.format(name="Dropout")})
    assert not backproof.check(tmp_path, "Dropout", effort="quick")
    assert not backproof.check(tmp_path, effort="quick", required=("stage3",))
    with pytest.raises(backproof.UsageError, match="a later stage adds it"):
        backproof.check(tmp_path, "Dropout", effort="quick", required=("stage1",))
