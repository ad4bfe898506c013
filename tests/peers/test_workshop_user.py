"""NetworkUser, and the counting of right predictions: right ones are never accused, wrong ones are caught."""

from __future__ import annotations

from pathlib import Path

import pytest

from backproof.adapters.workshop.course import COURSE
from backproof.checks.plan.plan import make_plan
from backproof.checks.results import Finding, Verdict
from backproof.checks.run.runner import Runner
from backproof.checks.settings import Settings

from .workshop_styles import edited

pytest.importorskip("torch", reason="needs PyTorch")

from .test_workshop import Here, loaded
from .workshop_user_styles import RIGHT, WRONG, Edits

pytestmark = pytest.mark.peers
LOOKED_AT = ("NetworkUser", "network.trainer-counts")
SEEDS = range(3)


def checked(folder: Path, edits: Edits, seed: int = 0) -> list[Finding]:
    adapter = loaded(folder, edited(edits))
    offered = adapter.describe()["offered"]
    names = LOOKED_AT if "Trainer" in offered else LOOKED_AT[:1]
    plan = make_plan(offered, Settings(names=names, outside=COURSE.outside))
    found: list[Finding] = []
    Runner(plan, Here(adapter), Settings(conventions=dict(COURSE.conventions), seed=seed)).run(1, found.append)
    return found


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_user_is_never_accused(name: str, seed: int, tmp_path: Path) -> None:
    found = checked(tmp_path, RIGHT[name], seed)
    assert {"NetworkUser"} <= {finding.layer for finding in found}
    assert [(f.id, f.verdict, f.message) for f in found if f.verdict is not Verdict.PASSED] == []


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_user_is_caught(name: str, tmp_path: Path) -> None:
    edits, component, check = WRONG[name]
    failing = {(f.layer, f.check) for f in checked(tmp_path, edits) if f.failing}
    assert (component, check) in failing, failing


UNSUPPORTED: dict[str, tuple[Edits, str, str]] = {
    "no predictor": ((("def get_predictor", "def predictor"),), "value.user", "NetworkUser has no get_predictor"),
    "an empty test": (
        (('        loader = self.data_loader("test")\n', "        return None\n"),),
        "contract.user",
        "it is not written yet",
    ),
    "a predictor of nothing": ((("        return predict\n", ""),), "value.user", "nothing that can be called"),
    "an unknown argument": (
        (("def get_predictor(self, file_stem,", "def get_predictor(self, file_stem, temperature,"),),
        "value.user",
        "requires the argument temperature, of which nothing is known",
    ),
    "an unknown number": (
        (
            ('        print(f"test: loss {loss:.4f}, {100 * correct / seen:.2f} % right")\n', ""),
            ("        return loss, correct / seen\n", "        return loss**2, (correct / seen) ** 2\n"),
        ),
        "network.user-loss",
        "none of the 2 numbers",
    ),
    "nothing is counted": (
        (
            ("        sum_correct_preds=sum_correct,\n", ""),
            (
                "sum_correct_preds(output, target)\n                    seen",
                "sum_correct(output, target)\n                    seen",
            ),
        ),
        "network.trainer-counts",
        "takes no sum_correct_preds",
    ),
}


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_what_is_not_there_is_said_and_accuses_nobody(name: str, tmp_path: Path) -> None:
    edits, check, said = UNSUPPORTED[name]
    found = checked(tmp_path, edits)
    assert [(f.id, f.message) for f in found if f.failing] == []
    messages = [f.message for f in found if f.check == check]
    assert {f.verdict for f in found if f.check == check} == {Verdict.UNSUPPORTED}
    assert all(said in message for message in messages), messages


def test_a_user_that_is_missing_is_noted_but_not_required(tmp_path: Path) -> None:
    facts = loaded(tmp_path, edited((("class NetworkUser:", "class Another:"),))).describe()
    assert "NetworkUser" not in [*facts["offered"], *facts["missing"]]
    assert "there is no NetworkUser: how the trained network is tested is not checked" in facts["notes"]


def test_a_trainer_that_raises_does_not_take_the_user_with_it(tmp_path: Path) -> None:
    broken = (("        losses = np.zeros((num_epochs, 2))", "        raise RuntimeError('no losses')"),)
    found = [finding for finding in checked(tmp_path, broken) if finding.layer == "NetworkUser"]
    assert {finding.verdict for finding in found} == {Verdict.PASSED}
