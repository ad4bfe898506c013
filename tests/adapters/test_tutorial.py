"""Submissions of the FAU tutorial: none that is right is accused, in any style; what is wrong is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import backproof
from backproof import adapters

from .tutorial_styles import BUGGY, EXAMPLE, MISTAKES, STYLES, UNSCALED, write_tutorial


@pytest.mark.parametrize("name", STYLES)
def test_a_right_style_is_accepted(tmp_path: Path, name: str) -> None:
    layers, changes = STYLES[name]
    result = backproof.check(write_tutorial(tmp_path, *changes), *layers.split(), effort="quick", level="full")
    assert [f"{each.id}: {each.message}" for each in result.findings if each.verdict != "passed"] == []
    assert result.passed


@pytest.mark.parametrize("name", MISTAKES)
def test_what_is_wrong_is_found(tmp_path: Path, name: str) -> None:
    layer, check, changes = MISTAKES[name]
    effort = "standard" if layer == "NeuralNetwork" else "quick"  # quick does not visit networks with phases
    result = backproof.check(write_tutorial(tmp_path, *changes), layer, effort=effort)
    failed = {each.check for each in result.findings if each.verdict in {"failed", "errored"}}
    assert check in failed


def test_the_example_has_all_that_the_course_asks_for() -> None:
    result = backproof.check(EXAMPLE, required=("complete",))
    assert result.passed
    assert result.footer.complete
    assert result.header.course == "fau-tutorial"
    assert result.header.missing == ()
    assert {each.verdict.value for each in result.findings} == {"passed"}


def test_every_planted_bug_is_found() -> None:
    planted = json.loads((BUGGY.parent / "planted.json").read_text())
    result = backproof.check(BUGGY)
    failed = {(each.layer, each.check) for each in result.findings if each.verdict == "failed"}
    assert {(each["layer"], each["check"]) for each in planted} <= failed
    assert {layer for layer, _ in failed} == {each["layer"] for each in planted}
    readme = (BUGGY.parent / "README.md").read_text()
    for each in planted:
        assert f"| {each['layer']} | {each['check']} |" in readme


def test_the_exported_module_is_the_same_submission(tmp_path: Path) -> None:
    path = write_tutorial(tmp_path, name="work.py")
    assert adapters.resolve(str(path))["kind"] == "definitions"
    result = backproof.check(path, "FullyConnected", "Dropout", effort="quick")
    assert result.passed
    assert result.header.course == "fau-tutorial"


def test_the_meaning_of_the_probability_is_said(tmp_path: Path) -> None:
    for name, said in (
        ("probability to keep, scaled in the test phase", ("keep", "in testing")),
        ("scaled in the test phase", ("drop", "in testing")),
        ("probability to keep", ("keep", "in training")),
    ):
        found = backproof.check(
            write_tutorial(tmp_path, *STYLES[name][1]), "Dropout", effort="quick"
        ).header.conventions
        assert (found["dropout argument"], found["dropout scaling"]) == said


def test_an_unscaled_backward_is_conformant_to_the_course_and_said_to_be_wrong(tmp_path: Path) -> None:
    result = backproof.check(write_tutorial(tmp_path, *UNSCALED), "Dropout")
    assert result.passed
    assert "conformant to the course fau-tutorial, but wrong by the mathematics" in result.footer.deviations[0]
    accepted = {each.check for each in result.findings if each.verdict == "accepted"}
    assert accepted == {"gradient.mask", "state.layer"}


def test_dropout_that_scales_in_the_test_phase_deviates_in_nothing(tmp_path: Path) -> None:
    _, changes = STYLES["scaled in the test phase"]
    result = backproof.check(write_tutorial(tmp_path, *changes), "Dropout")
    assert (result.passed, result.footer.deviations) == (True, ())


@pytest.mark.parametrize("learning_rate_zero", [True, False])
def test_a_layer_never_updates_unless_it_is_given_a_learning_rate(tmp_path: Path, *, learning_rate_zero: bool) -> None:
    import numpy as np

    from backproof.specs import FullyConnected

    adapter = adapters.load(adapters.resolve(str(write_tutorial(tmp_path))))
    layer = adapter.build(FullyConnected(input_size=3, output_size=2))
    before = layer.parameters()
    if not learning_rate_zero:
        layer.attach_optimizer(0.5, 0.0)
        assert all(np.array_equal(before[name], layer.parameters()[name]) for name in before)
    layer.forward(np.ones((4, 3)))
    layer.backward(np.ones((4, 2)))
    same = all(np.array_equal(before[name], layer.parameters()[name]) for name in before)
    assert same is learning_rate_zero


def test_momentum_and_sequences_are_not_offered(tmp_path: Path) -> None:
    from backproof.specs import Conv, FullyConnected, NeuralNetwork, Unsupported

    adapter = adapters.load(adapters.resolve(str(write_tutorial(tmp_path))))
    with pytest.raises(Unsupported, match="know no momentum"):
        adapter.build(FullyConnected(input_size=3, output_size=2)).attach_optimizer(0.5, 0.5)
    with pytest.raises(Unsupported, match="none of sequences"):
        adapter.build(Conv(stride_shape=(1,), convolution_shape=(2, 3), num_kernels=2))
    cases = {case.name: case.spec for case in NeuralNetwork.cases()}
    with pytest.raises(Unsupported, match="plain gradient descent"):
        adapter.build(cases["with-L2"])
    with pytest.raises(Unsupported, match="has no BatchNormalization"):
        adapter.build(cases["with-phases"])


def test_a_notebook_that_has_only_begun(tmp_path: Path) -> None:
    path = write_tutorial(tmp_path, ("class ConvolutionalLayer", "class Later"), ("class MaxPoolLayer", "class Sooner"))
    result = backproof.check(path, "FullyConnected", "NeuralNetwork", effort="quick")
    assert result.passed
    assert set(result.header.missing) == {"Conv", "Pooling"}
    assert not result.footer.complete
    assert not backproof.check(path, "FullyConnected", effort="quick", required=("Conv",))
