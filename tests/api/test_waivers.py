"""Waivers: what a valid one does, and what is said about one that is not."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

import backproof
from backproof import UsageError, Verdict

from .running import Ran, check, run
from .submissions import submission

BROKEN = "Sigmoid/*/gradient.*"


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A submission whose Sigmoid has a wrong backward."""
    text = """\
import numpy as np
from Layers.Base import BaseLayer


class Sigmoid(BaseLayer):

    def forward(self, input_tensor):
        self.y = 1 / (1 + np.exp(-np.clip(input_tensor, -700, 700)))
        return self.y.copy()

    def backward(self, error_tensor):
        return error_tensor * self.y
"""
    return submission(tmp_path_factory.mktemp("broken") / "submission", {"Sigmoid": text})


def waivers(folder: Path, text: str) -> Path:
    path = folder / "waivers.toml"
    path.write_text(text, encoding="utf-8")
    return path


def entry(finding: str = BROKEN, reason: str = "the course repairs it", **more: str) -> str:
    lines = ["[[waiver]]", f'finding = "{finding}"', f'reason = "{reason}"', *(f"{k} = {v}" for k, v in more.items())]
    return "\n".join(lines) + "\n"


def checked(broken: Path, folder: Path, text: str, *names: str) -> Ran:
    options = ["--waivers", waivers(folder, text)]
    return check(broken, *names, *options, results=folder / "results.jsonl")


# What a valid waiver does.


def test_without_a_waiver_it_fails(broken: Path, tmp_path: Path) -> None:
    ran = check(broken, "Sigmoid", results=tmp_path / "results.jsonl")
    assert ran.status == 1
    assert ran.header["waivers"] == ""
    assert date.fromisoformat(ran.header["today"])


def test_a_waived_failure_does_not_fail_and_keeps_its_reason(broken: Path, tmp_path: Path) -> None:
    html, junit = tmp_path / "r.html", tmp_path / "r.xml"
    path = waivers(tmp_path, entry())
    ran = check(
        broken, "Sigmoid", "--waivers", path, "--html", html, "--junit", junit, results=tmp_path / "results.jsonl"
    )
    assert (ran.status, ran.footer["verdict"]) == (0, "conformant"), ran.footer
    waived = [finding for finding in ran.findings if finding["verdict"] == "waived"]
    assert waived
    assert {(finding["original"], finding["reason"]) for finding in waived} == {("failed", "the course repairs it")}
    assert all(finding["message"] for finding in waived)
    assert ran.header["waivers"] == str(path)
    assert "the course repairs it" in ran.out
    assert "waived" in ran.out
    assert "the course repairs it" in html.read_text(encoding="utf-8")
    skipped = [case.get("message", "") for case in Xml.fromstring(junit.read_text()).iter("skipped")]
    assert any(text.startswith("waived: the course repairs it. failed: ") for text in skipped)
    assert run("report", tmp_path / "results.jsonl").out == ran.out


def test_other_failures_still_count(broken: Path, tmp_path: Path) -> None:
    ran = checked(broken, tmp_path, entry("Sigmoid/vector/gradient.input"), "Sigmoid", "--effort", "standard")
    assert ran.status == 1
    assert ran.verdicts("Sigmoid")["failed"] > 0


def test_a_verdict_that_is_not_listed_is_not_waived(broken: Path, tmp_path: Path) -> None:
    assert checked(broken, tmp_path, entry(verdicts='["timeout", "died"]'), "Sigmoid").status == 1
    assert checked(broken, tmp_path, entry(verdicts='["failed"]'), "Sigmoid").status == 0


@pytest.mark.parametrize(("today", "passes"), [(date(2027, 1, 31), True), (date(2027, 2, 1), False)])
def test_the_last_day_is_a_valid_day(broken: Path, tmp_path: Path, today: date, passes: bool) -> None:
    path = waivers(tmp_path, entry(expires="2027-01-31"))
    result = backproof.check(broken, "Sigmoid", waivers=str(path), today=today)
    assert result.passed is passes
    assert result.header.today == today.isoformat()
    if not passes:
        assert any("expired on 2027-01-31; fix" in reason for reason in result.footer.reasons)
        assert all(finding.verdict is not Verdict.WAIVED for finding in result.findings)


# Waivers that no longer apply.


def test_a_waiver_that_matches_nothing_fails(broken: Path, tmp_path: Path) -> None:
    ran = checked(broken, tmp_path, entry() + entry("Sigmoid/*/gradient.imput"), "--effort", "standard")
    assert ran.status == 1
    reason, *others = ran.footer["reasons"]
    assert "waiver for Sigmoid/*/gradient.imput" in reason
    assert all(other.endswith("checks fail") for other in others)  # the example's LSTM is made of Sigmoid
    assert "line 4) matches no finding of this run; delete it" in reason
    assert "matches no finding" in ran.out


def test_a_stale_waiver_fails(broken: Path, tmp_path: Path) -> None:
    ran = checked(
        broken, tmp_path, entry("TanH/*/gradient.input", expires="2001-01-01"), "TanH", "--effort", "standard"
    )
    assert ran.status == 1
    assert any("is stale: all" in reason and reason.endswith("delete it") for reason in ran.footer["reasons"])


def test_a_restricted_run_leaves_other_waivers_alone(broken: Path, tmp_path: Path) -> None:
    text = entry() + entry("Nothing/*/at.all") + entry("TanH/*", expires="2001-01-01")
    assert checked(broken, tmp_path, text, "ReLU").status == 0
    assert checked(broken, tmp_path, text, "Sigmoid").status == 0


def test_a_part_that_passes_makes_no_waiver_stale(broken: Path, tmp_path: Path) -> None:
    text = entry("Sigmoid/*")
    assert checked(broken, tmp_path, text, "Sigmoid/*/value.forward").status == 0
    assert checked(broken, tmp_path, text, "Sigmoid").status == 0


# What cannot be waived.


def test_a_required_component_of_which_nothing_is_left_to_judge_fails(broken: Path, tmp_path: Path) -> None:
    folder = submission(tmp_path / "s", {"Sigmoid": "class Sigmoid:\n    def __init__(self):\n        raise OSError\n"})
    path = waivers(tmp_path, entry("Sigmoid/*"))
    ran = check(folder, "Sigmoid", "--waivers", path, "--require", "Sigmoid", results=tmp_path / "results.jsonl")
    assert ran.verdicts("Sigmoid").keys() == {"waived", "blocked"}
    assert ran.status == 1
    assert any("nothing of it is judged" in reason for reason in ran.footer["reasons"])


def test_a_missing_component_cannot_be_waived(broken: Path, tmp_path: Path) -> None:
    folder = submission(tmp_path / "s", {})
    (folder / "src_to_implement" / "Layers" / "Sigmoid.py").unlink()
    path = waivers(tmp_path, entry("Sigmoid/*"))
    ran = check(folder, "--waivers", path, "--require", "complete", results=tmp_path / "results.jsonl")
    assert ran.status == 1
    assert "Sigmoid is required, but missing" in ran.footer["reasons"]


# Where the file may lie.


@pytest.mark.parametrize("place", [".", "src_to_implement", "src_to_implement/Layers"])
def test_a_file_inside_of_the_subject_is_refused(tmp_path: Path, place: str) -> None:
    folder = submission(tmp_path / "s", {})
    path = waivers(folder / place, entry())
    ran = run("check", folder, "--waivers", path)
    assert ran.status == 2
    assert "lies inside of the subject's folder" in ran.err
    assert "a subject must not waive its own failures" in ran.err


def test_links_do_not_help(tmp_path: Path) -> None:
    folder = submission(tmp_path / "s", {})
    inside, outside = waivers(folder, entry()), waivers(tmp_path, entry())
    os.symlink(inside, tmp_path / "to-inside.toml")
    os.symlink(outside, folder / "to-outside.toml")
    os.symlink(folder, tmp_path / "folder")
    for path in (tmp_path / "to-inside.toml", folder / "to-outside.toml", tmp_path / "folder" / "waivers.toml"):
        assert "lies inside of the subject's folder" in run("check", folder, "--waivers", path).err
    assert run("check", tmp_path / "folder", "--waivers", inside).status == 2


def test_beside_an_adapter_module_it_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text("def build(spec):\n    return None\n")
    assert "lies inside" in run("check", tmp_path / "own.py", "--waivers", waivers(tmp_path, entry())).err


# Files that cannot be used.


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[waiver]\n", "is no TOML: "),
        ("[[waiver]]\nfinding = 'A/b/c.d'\n", "line 1: reason is missing; every waiver needs reason"),
        ("\n[[waiver]]\nfinding = 'A/b/c.d'\nreason = ' '\n", "line 2: reason=' '"),
        ("[[waiver]]\nreason = 'r'\n", "line 1: finding is missing"),
        (entry() + entry("A/b/c.d", reasn='"x"'), "line 4: unknown key 'reasn'; there are: finding, reason, expires"),
        ("[[waivers]]\nfinding = 'A/b/c.d'\n", "unknown key 'waivers'; a waiver begins with a line [[waiver]]"),
        ("waiver = 3\n", "waiver should be a list of tables"),
        (entry(expires='"2027-01-31"'), "expires='2027-01-31', but should be a day without quotes"),
        (entry(expires="2027-01-31T10:00:00"), "should be a day without quotes"),
        (entry("Sigmoid/[ab/c.d"), "has a [ without its ]"),
        (entry("Sigmoid"), "can match no id; an id is LAYER/CASE/CHECK"),
        (entry(verdicts='["harness_error"]'), "but should be a list of some of: failed, errored, timeout, died"),
        (entry(verdicts="[]"), "verdicts=[], but should be"),
        (entry() + entry(), "waivers.toml, line 1 is for Sigmoid/*/gradient.* already; delete one"),
        ("waiver = [{finding = 'A/b/c.d'}]\n", "waiver 1: reason is missing"),
    ],
)
def test_a_bad_file_is_a_usage_error(tmp_path: Path, text: str, said: str) -> None:
    ran = run("check", "builtin", "ReLU", "--waivers", waivers(tmp_path, text))
    assert ran.status == 2
    assert said in ran.err
    assert "waivers.toml" in ran.err


def test_a_file_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.toml cannot be read: No such file"):
        backproof.check("builtin", "ReLU", waivers=str(tmp_path / "none.toml"))


def test_a_file_in_another_encoding_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "waivers.toml").write_bytes(entry(reason="für").encode("latin-1"))
    assert run("check", "builtin", "ReLU", "--waivers", tmp_path / "waivers.toml").status == 2
