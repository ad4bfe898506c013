"""A network's own check of its gradients: right ones in every style are never accused, wrong ones are caught."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backproof.adapters.freiburg.course import COURSE
from backproof.checks.choices.conventions import detect
from backproof.checks.plan.plan import make_plan
from backproof.checks.results import Finding, Verdict
from backproof.checks.run.runner import Runner
from backproof.checks.settings import Settings
from backproof.specs import Unsupported, all_specs

from .freiburg_check_styles import RIGHT, WRONG, with_check
from .freiburg_styles import RIGHT as STYLES
from .freiburg_styles import Edits, edited
from .test_freiburg import Here, loaded

CHECKS = ("gradient.perceptron-check", "contract.perceptron-check")
SEEDS = range(2)


def checked(folder: Path, edits: Edits, seed: int = 0) -> list[Finding]:
    adapter = loaded(folder, edited(edits))
    offered = ("LinearOutput", "SoftmaxOutput", "MultilayerPerceptron")
    plan = make_plan(offered, Settings(names=CHECKS, outside=COURSE.outside))
    found: list[Finding] = []
    Runner(plan, Here(adapter), Settings(conventions=detect(Here(adapter), offered), seed=seed)).run(1, found.append)
    return [finding for finding in found if finding.check in CHECKS]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_check_is_never_accused(name: str, seed: int, tmp_path: Path) -> None:
    found = checked(tmp_path, with_check(RIGHT[name]), seed)
    assert {finding.check for finding in found} == set(CHECKS)
    assert [(f.id, f.verdict, f.message) for f in found if f.verdict is not Verdict.PASSED] == []


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_check_is_caught(name: str, tmp_path: Path) -> None:
    body, check = WRONG[name]
    failing = {finding.check for finding in checked(tmp_path, with_check(body)) if finding.failing}
    assert check in failing, failing


def test_a_check_of_layers_that_bind_their_parameters_anew_passes(tmp_path: Path) -> None:
    edits = (*STYLES["b is a vector, db a row"], *with_check(RIGHT["as it is"]))
    assert {finding.verdict for finding in checked(tmp_path, edits)} == {Verdict.PASSED}


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        (with_check('\n        print("checking gradient for layer 1")\n'), "it is not written yet"),
        ((("def check_gradients", "def other"),), "NeuralNetwork has no check_gradients"),
        ((("from scipy.optimize import check_grad\n", "from scipi.optimize import check_grad\n"),), "cannot run here"),
    ],
    ids=["as handed out", "none", "SciPy is missing"],
)
def test_what_is_not_there_is_said_and_accuses_nobody(edits: Edits, said: str, tmp_path: Path) -> None:
    found = checked(tmp_path, edits)
    assert {finding.verdict for finding in found} == {Verdict.UNSUPPORTED}
    assert all(said in finding.message for finding in found), [finding.message for finding in found]


def test_a_lie_changes_the_gradients_of_its_layer_alone(tmp_path: Path) -> None:
    """However they are kept; and nothing is left of it afterwards."""
    body = "\n        self.backpropagate(Y, self.predict(X))\n"
    body += "        self.seen = [g for l in self.layers[1:-1] for g in l.grad_params()]\n"
    network = loaded(tmp_path, edited(with_check(body))).build(all_specs()["MultilayerPerceptron"].cases()[1].spec)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    right = list(network.differentiate(x, y).values())
    network.check_gradients(x, y, 1, -8.0)
    for index, (seen, value) in enumerate(zip(network.network.seen, right, strict=True)):
        np.testing.assert_array_equal(seen, (-8.0 if index in (2, 3) else 1.0) * value)
    np.testing.assert_array_equal(list(network.differentiate(x, y).values())[2], right[2])


def test_layers_without_a_dict_of_their_own_are_not_lied_to(tmp_path: Path) -> None:
    names = ("num_units", "activation_fun", "input_shape", "W", "b", "dW", "db", "last_input")
    cls = "class FullyConnectedLayer:\n"
    adapter = loaded(tmp_path, edited(((cls, f"{cls}    __slots__ = {names}\n"),)))
    network = adapter.build(all_specs()["MultilayerPerceptron"].cases()[1].spec)
    with pytest.raises(Unsupported, match="cannot be replaced"):
        network.check_gradients(np.ones((6, 3)), np.ones((6, 2)), 0, 1.0)
