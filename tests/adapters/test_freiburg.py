"""The Freiburg exercise: right submissions in every style are never accused, wrong ones are caught."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import backproof
from backproof import adapters
from backproof.adapters.definitions import read_definitions
from backproof.adapters.freiburg.adapter import FreiburgAdapter, recognises
from backproof.adapters.freiburg.course import COURSE, NEEDS
from backproof.checks.choices.conventions import detect
from backproof.checks.plan.plan import Plan, make_plan
from backproof.checks.results import Finding, Verdict
from backproof.checks.run.runner import Runner
from backproof.checks.settings import Settings
from backproof.sandbox import DirectSession
from backproof.specs import FullyConnected, LinearOutput, SoftmaxOutput, all_specs

from .freiburg_styles import NOTEBOOK, RIGHT, WRONG, Edits, edited
from .submissions import EXAMPLES

BUGGY = EXAMPLES / "freiburg_mlp_buggy"
EVERYTHING = tuple(NEEDS)


Style = Callable[[Edits], FreiburgAdapter]


@pytest.fixture
def style(tmp_path: Path) -> Style:
    """Makes adapters of the edited example, by way of a module's file."""

    def make(edits: Edits) -> FreiburgAdapter:
        return loaded(tmp_path, edited(edits))

    return make


def loaded(folder: Path, text: str) -> FreiburgAdapter:
    path = folder / "mlp.py"
    path.write_text(text, encoding="utf-8")
    target = adapters.resolve(str(path))
    assert target["course"] == COURSE.name
    adapter: FreiburgAdapter = adapters.load(target)
    return adapter


class Here:
    """Sessions in this process."""

    def __init__(self, adapter: FreiburgAdapter) -> None:
        self._adapter = adapter

    def session(self) -> DirectSession:
        return DirectSession(self._adapter.build)


@cache
def plan_of(*offered: str) -> Plan:
    return make_plan(offered, Settings(effort="quick", outside=COURSE.outside))


def checked(adapter: FreiburgAdapter, seed: int = 0) -> tuple[list[Finding], dict[str, str]]:
    offered = tuple(adapter.describe()["offered"])
    conventions = detect(Here(adapter), offered)
    found: list[Finding] = []
    Runner(plan_of(*offered), Here(adapter), Settings(conventions=conventions, seed=seed)).run(1, found.append)
    return found, conventions


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_submission_is_never_accused(name: str, style: Style) -> None:
    found, _ = checked(style(RIGHT[name]), seed=1)
    assert {finding.layer for finding in found} == set(EVERYTHING)
    assert [(f.id, f.verdict, f.message) for f in found if f.failing] == []
    unsupported = {finding.check for finding in found if finding.verdict is Verdict.UNSUPPORTED}
    silent = {"gradient.perceptron-input"} if name == "backpropagate returns nothing" else set()
    assert unsupported == silent


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_submission_is_caught(name: str, style: Style) -> None:
    edits, component, check = WRONG[name]
    found, _ = checked(style(edits))
    failing = {(finding.layer, finding.check) for finding in found if finding.failing}
    assert (component, check) in failing, failing


@pytest.mark.parametrize(
    ("name", "scale"), [("as it is", "of the sum"), ("the output divides by the batch", "of the mean")]
)
def test_the_scale_of_gradients_is_told(name: str, scale: str, style: Style) -> None:
    _, conventions = checked(style(RIGHT[name]))
    assert conventions["SoftmaxOutput gradient"] == conventions["LinearOutput gradient"] == scale


@pytest.mark.parametrize(("name", "value"), [("as it is", "0"), ("the slope of the rectifier at 0 is 1", "1")])
def test_the_slope_of_the_rectifier_at_0_is_told(name: str, value: str, style: Style) -> None:
    assert checked(style(RIGHT[name]))[1]["relu'(0)"] == value


def test_layers_do_not_share_the_activation_that_is_their_default(style: Style) -> None:
    """The hand-out's default is one object for all layers: the verdict is about what the submission has written."""
    network = style(RIGHT["as it is"]).build(all_specs()["MultilayerPerceptron"].cases()[0].spec)
    activations = [layer.activation_fun for layer in network.network.layers[1:-2]]
    assert len({id(each) for each in activations}) == len(activations) == 2


def test_assigning_keeps_the_references_of_params(style: Style) -> None:
    layer = style(RIGHT["as it is"]).build(FullyConnected(input_size=2, output_size=3))
    weights, bias = layer.layer.params()
    layer.assign({"weights": np.full((2, 3), 7.0), "bias": np.full(3, 8.0)})
    assert (weights == 7).all()
    assert (bias == 8).all()


def test_targets_come_first(style: Style) -> None:
    loss = style(RIGHT["as it is"]).build(LinearOutput())
    prediction, target = np.array([[1.0, 2.0]]), np.zeros((1, 2))
    assert loss.forward(prediction, target) == 2.5
    np.testing.assert_array_equal(loss.backward(target), prediction)


def test_the_default_that_layers_share_is_noted(style: Style) -> None:
    assert any("overwrite each other" in note for note in style(RIGHT["as it is"]).describe()["notes"])
    own = (('activation_fun=Activation("relu")', 'activation_fun="relu"'),)
    assert not any("overwrite each other" in note for note in style(own).describe()["notes"])


@pytest.mark.parametrize("missing", ["InputLayer", "NeuralNetwork", "SoftmaxOutput", "Activation"])
def test_what_is_missing_is_not_offered(missing: str, style: Style) -> None:
    adapter = style(((f"class {missing}:", "class Another:"),))
    absent = {name for name, needed in NEEDS.items() if missing in needed}
    assert set(adapter.describe()["missing"]) == absent
    assert all(adapter.build(all_specs()[name].cases()[0].spec) is None for name in absent)


def test_what_is_not_written_yet_raises_what_the_hand_out_raises(style: Style) -> None:
    stub = (("        self.input_size = input_layer.output_size()", "        raise NotImplementedError('yours')"),)
    with pytest.raises(NotImplementedError, match="yours"):
        style(stub).build(SoftmaxOutput())


def test_every_planted_mistake_is_found(tmp_path: Path) -> None:
    found, _ = checked(loaded(tmp_path, (BUGGY / "mlp.py").read_text(encoding="utf-8")))
    failing = {(finding.layer, finding.case, finding.family) for finding in found if finding.failing}
    planted = json.loads((BUGGY / "planted.json").read_text(encoding="utf-8"))
    assert {(entry["layer"], entry["case"], entry["family"]) for entry in planted} <= failing
    assert {layer for layer, _, _ in failing} == {entry["layer"] for entry in planted}


def test_the_notebook_is_conformant() -> None:
    """Through the sandbox, as a person would check it."""
    result = backproof.check(NOTEBOOK)
    assert result.header.course == COURSE.name
    assert result.footer.verdict == "conformant"
    assert result.footer.missing == ()


def test_the_course_names_what_there_is() -> None:
    assert set(COURSE.required()) == set(NEEDS) <= set(all_specs())
    assert COURSE.filter("TestGradients") == (("MultilayerPerceptron",), ("gradient",))


def test_another_course_s_layer_is_not_recognised(tmp_path: Path) -> None:
    text = edited(()).replace("fprop", "forward").replace("bprop", "backward")
    path = tmp_path / "mlp.py"
    path.write_text(text, encoding="utf-8")
    assert not recognises(read_definitions(path))
