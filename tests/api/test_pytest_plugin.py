"""`pytest --backproof SUBJECT`: items, selection, reports, results; nothing when it is not used."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import backproof.pytest_items  # noqa: F401 - loaded before pytester notes what is: it would load it for every run

from .running import check, read
from .submissions import BUGGY, layer, submission

NAMES = "Dropout/keep-0.25 or L1_Regularizer"
# With the equals sign pytest does not take the subject for a path to collect, and so for a hint at its root folder.
SUBJECT = f"--backproof={BUGGY}"


def findings(records: list[dict[str, Any]], *without: str) -> list[dict[str, Any]]:
    """The findings without what a clock has written, and how often the subject was asked: items share no answers."""
    return [
        {name: value for name, value in record.items() if name not in {"seconds", "evaluations", *without}}
        for record in records
        if record["type"] == "finding"
    ]


@pytest.fixture(scope="module")
def by_command(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What the command line finds, with the seed 3."""
    results = tmp_path_factory.mktemp("command") / "results"
    return list(
        check(
            BUGGY, "Dropout/keep-0.25", "L1_Regularizer", "--effort", "standard", "--seed", "3", results=results
        ).records
    )


def test_items_have_the_ids_of_the_findings(pytester: pytest.Pytester, by_command: list[dict[str, Any]]) -> None:
    ran = pytester.runpytest_inprocess(SUBJECT, "-k", NAMES, "--collect-only", "-q")
    assert ran.ret == 0
    ids = [line for line in ran.outlines if line.startswith("backproof::")]
    assert "backproof::Dropout/keep-0.25/gradient.mask" in ids
    # Laws about other components, such as the network's, do not carry these names.
    assert ids == [f"backproof::{finding['id']}" for finding in findings(by_command)]


def test_the_results_are_those_of_the_command_line(pytester: pytest.Pytester, by_command: list[dict[str, Any]]) -> None:
    options = ("--backproof-seed", "3", "--backproof-results=results", "--backproof-html=report.html")
    ran = pytester.runpytest_inprocess(SUBJECT, "-k", NAMES, *options)
    assert ran.ret == 1
    records = read(pytester.path / "results")
    header, footer = records[0], records[-1]
    assert findings(records) == findings(by_command)
    assert (header["planned"], header["seed"], footer["verdict"]) == (len(records) - 2, 3, "nonconformant")
    assert footer["counts"] == by_command[-1]["counts"]
    # pytest chooses after the plan is made, so it knows the conventions of components that are not chosen as well.
    assert header["conventions"].items() >= by_command[0]["conventions"].items()
    assert "</html>" in (pytester.path / "report.html").read_text(encoding="utf-8")
    assert any(line.startswith("backproof: ✗ nonconformant: ") for line in ran.outlines)
    assert any(re.match(r"backproof: \d+ of \d+ checks fail", line) for line in ran.outlines)


def test_a_failure_shows_the_finding_and_no_traceback(pytester: pytest.Pytester) -> None:
    ran = pytester.runpytest_inprocess(SUBJECT, "-rfs", "-k", "L1_Regularizer/matrix or Sgd/with-L1")
    text = ran.stdout.str()
    (failure,) = re.findall(r"backproof: L1_Regularizer/matrix/regularization.norm _+\n(.*)\n(.*)", text)
    assert re.fullmatch(r"norm\(w\) = .*, but should be .*", failure[0])
    assert failure[1].startswith("  Law         norm(w) is the penalty")
    assert "FAILED backproof::L1_Regularizer/matrix/regularization.norm - norm(w) = " in text
    assert re.search(r"SKIPPED \[\d+\] backproof: blocked: not looked at: L1_Regularizer/matrix/", text)
    assert "Traceback" not in text
    assert ".py:" not in text


@pytest.mark.parametrize(
    ("options", "outcomes"),
    [
        (("-k", "Dropout/keep-0.25 and mask"), {"failed": 1, "passed": 4}),
        (("-k", "L1_Regularizer", "-x"), {"failed": 1}),
        (("backproof::Dropout/keep-0.25/gradient.mask",), {"failed": 1}),
        (("here/backproof::TanH/vector",), {"failed": 0}),
    ],
    ids=["-k", "-x", "id", "prefix"],
)
def test_items_can_be_chosen(pytester: pytest.Pytester, options: tuple[str, ...], outcomes: dict[str, int]) -> None:
    ran = pytester.runpytest_inprocess(SUBJECT, *options)
    counts = ran.parseoutcomes()
    assert {name: counts.get(name, 0) for name in outcomes} == outcomes
    assert counts.get("passed", 0) + counts.get("failed", 0) > 0
    assert ran.ret == (1 if outcomes["failed"] else 0)


def test_the_last_failures_run_again(pytester: pytest.Pytester) -> None:
    first = pytester.runpytest_inprocess(SUBJECT, "-k", "L1_Regularizer").parseoutcomes()
    again = pytester.runpytest_inprocess(SUBJECT, "--lf").parseoutcomes()
    assert first["failed"] == again["failed"] > 0
    assert "passed" not in again


def test_junit_xml(pytester: pytest.Pytester) -> None:
    pytester.runpytest_inprocess(SUBJECT, "-k", "L1_Regularizer/vector", "--junit-xml=junit.xml")
    suite = ElementTree.parse(pytester.path / "junit.xml").getroot()[0]
    cases = {case.get("name"): case for case in suite}
    failed = cases["L1_Regularizer/vector/regularization.norm"]
    assert failed.get("classname") == "backproof"
    assert failed[0].tag == "failure"
    assert str(failed[0].get("message")).startswith("norm(w) = ")
    assert [list(case) for name, case in cases.items() if name and name.endswith("/contract.constructs")] == [[]]


def test_several_processes_give_the_same_results(pytester: pytest.Pytester, by_command: list[dict[str, Any]]) -> None:
    options = ("-n", "2", "--backproof-seed", "3", "--backproof-results=results")
    ran = pytester.runpytest_subprocess(SUBJECT, "-k", NAMES, *options)
    assert ran.ret == 1
    # Other processes search longer for the smallest case than this one, see conftest.py.
    assert findings(read(pytester.path / "results"), "smallest") == findings(by_command, "smallest")
    assert sum("nonconformant" in line for line in ran.outlines) == 1


def test_tests_and_checks_run_side_by_side(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_mine(): pass")
    path = next(pytester.path.glob("test_*.py"))
    options = ("--backproof=builtin", "-v", "-k", "TanH/vector/gradient or mine")
    ran = pytester.runpytest_inprocess(*options, path)
    ran.stdout.fnmatch_lines(["*test_mine PASSED*", "backproof::TanH/vector/gradient.input PASSED*"])
    assert ran.ret == 0


def test_nothing_but_skips_is_no_pass(pytester: pytest.Pytester) -> None:
    folder = submission(pytester.path / "submission", {"TanH": layer("TanH", forward="return None")})
    ran = pytester.runpytest_inprocess(f"--backproof={folder}", "-k", "TanH and gradient")
    assert set(ran.parseoutcomes()) == {"skipped", "deselected"}
    assert ran.ret == 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--backproof=nowhere"], "there is no file or folder nowhere"),
        (["--backproof="], "the subject is empty"),
        (["--backproof=."], "there is no submission in"),
        (["--backproof=builtin", "--backproof-seed=-1"], "seed=-1, but should be an integer from 0"),
        (["--backproof=builtin", "--backproof-results=missing/results"], "there is no folder missing; create it first"),
        (["--backproof=builtin", "backproof::Dropot"], "no item is called backproof::Dropot"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_carried_out_is_a_usage_error(
    pytester: pytest.Pytester, options: list[str], sentence: str
) -> None:
    ran = pytester.runpytest_inprocess(*options)
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    (line,) = [line for line in ran.errlines if line.startswith("ERROR: --backproof: ")]
    assert sentence in line
    assert "Traceback" not in ran.stderr.str() + ran.stdout.str()


def test_results_that_cannot_be_written_at_the_end(pytester: pytest.Pytester) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    options = ("-k", "TanH/vector", "--backproof-results=/dev/full")
    ran = pytester.runpytest_subprocess("--backproof=builtin", *options)
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    assert "No space left on device" in ran.stderr.str()


def test_unused_it_costs_nothing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_loaded():
            rooms = {name for name in sys.modules if name.startswith("backproof")}
            assert rooms == {"backproof", "backproof.pytest_plugin"}
        """
    )
    ran = pytester.runpytest_subprocess("-p", "no:hypothesispytest")
    assert ran.ret == 0
    ran.stdout.fnmatch_lines(["*backproof-*"])  # the list of plugins


def test_waived_findings_are_skipped_with_their_reason(pytester: pytest.Pytester, tmp_path: Path) -> None:
    path = tmp_path / "waivers.toml"
    path.write_text('[[waiver]]\nfinding = "L1_Regularizer/*"\nreason = "repaired next week"\n')
    ran = pytester.runpytest_inprocess(SUBJECT, "-rs", "-k", "L1_Regularizer", f"--backproof-waivers={path}")
    assert ran.ret == 0
    assert "backproof: waived: repaired next week" in ran.stdout.str()


def test_a_waiver_file_that_cannot_be_used_ends_the_session(pytester: pytest.Pytester, tmp_path: Path) -> None:
    ran = pytester.runpytest_inprocess(SUBJECT, f"--backproof-waivers={tmp_path / 'none'}")
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    assert "none cannot be read" in ran.stderr.str()


def test_the_course_can_be_named(pytester: pytest.Pytester) -> None:
    options = (SUBJECT, "--collect-only", "-q", "--backproof-course=fau-exercises@1900")
    ran = pytester.runpytest_inprocess(*options)
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    ran.stderr.fnmatch_lines(["*1900*"])
