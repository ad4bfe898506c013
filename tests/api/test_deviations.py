"""Where a course demands what is wrong: conformant to that course and edition alone, and said to be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

import backproof
from backproof.adapters import find_course
from backproof.checks.results import Verdict
from backproof.checks.run.deviations import accepted

from ..adapters.submissions import changed, write
from ..adapters.test_editions import EDITIONS
from .running import check, run

UNSCALED = (("Layers/Dropout.py", "return error_tensor * self.mask", "return error_tensor * (self.mask != 0)"),)
MASKED_BY_OUTPUT = (
    (
        "Layers/Dropout.py",
        "return input_tensor * self.mask",
        "self.y = input_tensor * self.mask\n        return self.y",
    ),
    ("Layers/Dropout.py", "return error_tensor * self.mask", "return error_tensor * (self.y != 0)"),
)
HALVED = (("Layers/Dropout.py", "return error_tensor * self.mask", "return error_tensor * self.mask / 2"),)
OWN_ADAPTER = """\
import numpy as np
from backproof.adapters.base import LayerAdapter
from backproof.specs import Dropout

OFFERED = ["Dropout"]
COURSE = "fau-tutorial"


class Own(LayerAdapter):
    testing = False

    def set_phase(self, phase):
        self.testing = phase == "test"

    def forward(self, x):
        kept = np.random.random_sample(x.shape) < self.spec.keep
        self.mask = np.ones(x.shape) if self.testing else kept / self.spec.keep
        return x * self.mask

    def backward(self, dy):
        return dy * (self.mask != 0)


def build(spec):
    return Own(spec) if isinstance(spec, Dropout) else None
"""


def submission(folder: Path, edition: str, *changes: tuple[str, str, str]) -> Path:
    old = changed(*EDITIONS[edition])
    return write(folder, changed(*changes, files=old))


@pytest.mark.parametrize("edition", ["2018/19", "2019/20"])
def test_an_old_edition_demands_the_unscaled_backward(tmp_path: Path, edition: str) -> None:
    folder = submission(tmp_path / "s", edition, *UNSCALED)
    html, junit = tmp_path / "r.html", tmp_path / "r.xml"
    ran = check(
        folder, "Dropout", "--effort", "standard", "--html", html, "--junit", junit, results=tmp_path / "results.jsonl"
    )
    assert (ran.status, ran.footer["verdict"]) == (0, "conformant")
    wrong = [finding for finding in ran.findings if finding["verdict"] != "passed"]
    assert {finding["check"] for finding in wrong} == {"gradient.mask", "state.layer"}
    assert {(finding["verdict"], finding["original"]) for finding in wrong} == {("accepted", "failed")}
    assert ran.footer["counts"]["accepted"] == len(wrong)
    (sentence,) = ran.footer["deviations"]
    assert "conformant to the course fau-exercises, but wrong by the mathematics: backward multiplies" in sentence
    assert "wrong by the mathematics" in " ".join(ran.out.split())
    assert "3 accepted" in ran.out
    assert "wrong by the mathematics" in html.read_text(encoding="utf-8")
    assert 'skipped message="accepted: backward multiplies' in junit.read_text(encoding="utf-8")


@pytest.mark.parametrize("edition", ["2020/21", "2021 or later"])
def test_a_new_edition_does_not(tmp_path: Path, edition: str) -> None:
    folder = submission(tmp_path / "s", edition, *UNSCALED)
    ran = check(folder, "Dropout", "--effort", "standard", results=tmp_path / "results.jsonl")
    assert ran.status == 1
    assert ran.verdicts("Dropout")["failed"] == 2
    assert ran.footer["deviations"] == []


@pytest.mark.parametrize("edition", EDITIONS)
def test_what_is_right_is_conformant_in_every_edition(tmp_path: Path, edition: str) -> None:
    ran = check(submission(tmp_path / "s", edition), "Dropout", results=tmp_path / "results.jsonl")
    assert (ran.status, ran.footer["deviations"], set(ran.verdicts("Dropout"))) == (0, [], {"passed"})


@pytest.mark.parametrize("changes", [MASKED_BY_OUTPUT, HALVED], ids=["mask of output", "halved"])
def test_what_is_wrong_in_another_way_fails(tmp_path: Path, changes: tuple[tuple[str, str, str], ...]) -> None:
    ran = check(submission(tmp_path / "s", "2019/20", *changes), "Dropout", results=tmp_path / "results.jsonl")
    assert ran.status == 1
    assert ran.verdicts("Dropout")["accepted"] == 0


def test_the_edition_can_be_pinned(tmp_path: Path) -> None:
    old = submission(tmp_path / "old", "2019/20", *UNSCALED)
    new = submission(tmp_path / "new", "2021 or later", *UNSCALED)
    assert not backproof.check(old, "Dropout", course="fau-exercises@2021 or later", effort="quick")
    assert backproof.check(new, "Dropout", course="fau-exercises@2019/20", effort="quick")
    assert not backproof.check(old, "Dropout", course="fau-exercises@2020/21", effort="quick")


def test_an_unknown_edition_is_a_usage_error(tmp_path: Path) -> None:
    for course, known in (("fau-exercises@1999", "2018/19, 2019/20"), ("fau-tutorial@1999", "it has only one")):
        ran = run("check", "builtin", "Dropout", "--course", course)
        assert ran.status == 2
        assert f"has no edition '1999'; there are: {known}" in ran.err


def test_the_tutorial_demands_it_if_the_user_says_that_it_is_the_course(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    path.write_text(OWN_ADAPTER)
    result = backproof.check(path, "Dropout", course="fau-tutorial", effort="quick")
    assert result.passed
    assert result.header.course == "fau-tutorial"
    assert "conformant to the course fau-tutorial, but wrong by the mathematics" in result.footer.deviations[0]
    assert not backproof.check(path, "Dropout", effort="quick"), "what a subject says of its course does not excuse it"


def test_an_edition_that_a_module_claims_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    claims = 'COURSE = "fau-exercises"\n\n\ndef describe():\n    return {"edition": "2019/20"}\n'
    path.write_text(OWN_ADAPTER.replace('COURSE = "fau-tutorial"\n', claims))
    assert not backproof.check(path, "Dropout", effort="quick")


def test_only_failures_are_looked_at() -> None:
    from ..checks.test_waivers import finding

    deviations = find_course("fau-tutorial").deviations
    for verdict in set(Verdict) - {Verdict.FAILED}:
        found = finding(verdict, "Dropout/keep-0.25/gradient.mask")
        assert accepted(found, deviations, lambda deviation: finding(Verdict.PASSED)) is found
