"""The JUnit file is XML whatever the subject prints, counts right, and never turns a failed run into a success."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

import pytest

from backproof.checks.results import Result, Verdict
from backproof.reports.junit import render_junit

from .sample import finding, hostile_result, many_failures, passing_result, result_of, rich_result

RESULTS = [rich_result(), passing_result(3, undecided=2), many_failures(5), hostile_result(), result_of()]


def parsed(result: Result) -> Xml.Element:
    return Xml.fromstring(render_junit(result).encode("utf-8"))


@pytest.mark.parametrize("result", RESULTS)
def test_counts_are_those_of_the_elements(result: Result) -> None:
    root = parsed(result)
    for element in (root, *root.iter("testsuite")):
        assert int(element.get("tests", "")) == len(list(element.iter("testcase")))
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(element.get(attribute, "")) == len(list(element.iter(tag)))
    assert len(list(root.iter("testcase"))) == len(result.findings)


def test_verdicts_are_told_apart() -> None:
    cases = {f"{case.get('classname')} {case.get('name')}": case for case in parsed(rich_result()).iter("testcase")}
    assert [child.tag for child in cases["Dropout.gradient keep-0.25/gradient.input"]] == ["failure", "system-out"]
    assert cases["Pooling.contract overlap/contract.shapes"][0].tag == "error"
    assert cases["Adam.optimizer matrix/optimizer.update"][0].attrib == {
        "message": "no answer after 10 s",
        "type": "timeout",
    }
    assert cases["NeuralNetwork.network iris/network.learns"][0].get("type") == "harness_error"
    assert cases["ReLU.gradient at-zero/gradient.input"][0].tag == "skipped"
    blocked = cases["Pooling.value overlap/value.forward"][0]
    assert (blocked.tag, blocked.get("message")) == ("skipped", "blocked by Pooling/overlap/contract.shapes")
    assert len(cases["ReLU.value mixed/value.forward"]) == 0


def test_failure_says_what_to_do() -> None:
    (failure, _) = parsed(rich_result()).iter("failure").__next__(), None
    assert failure.text is not None
    assert failure.get("message", "").startswith("backward(dy)[0, 3]=1.2, but should be 4.8")
    for line in (
        "law: backward is the transposed Jacobian of forward",
        "expected: dx[0, 3] = 4.8",
        "found: dx[0, 3] = 1.2",
        "next: Divide by keep in backward as in forward: dx = dy * mask / keep.",
    ):
        assert line in failure.text.splitlines()
    assert "[dropout.backward-unscaled]" in failure.text


def test_error_names_the_innermost_line_and_keeps_the_traceback() -> None:
    (error,) = [error for error in parsed(rich_result()).iter("error") if error.get("type") == "errored"]
    assert error.get("message", "").startswith("Layers/Pooling.py:41 in forward: ValueError")
    assert error.text is not None
    assert "Traceback (most recent call last):" in error.text


@pytest.mark.parametrize("verdict", ["nonconformant", "ungradable"])
def test_run_that_is_not_conformant_fails_without_failed_findings(verdict: str) -> None:
    found = finding("ReLU", "a", "value.forward")
    root = parsed(result_of(found, verdict=verdict, footer={"missing": ("Conv",), "reasons": ("Conv is required.",)}))
    (failure,) = root.iter("failure")
    assert failure.get("message") == f"{verdict} Conv is required. missing: Conv"
    assert root.get("failures") == "1"


def test_conformant_run_has_no_failure() -> None:
    root = parsed(passing_result(3))
    assert (root.get("failures"), root.get("errors"), root.get("time")) == ("0", "0", "4.210")


def test_hostile_strings_are_text() -> None:
    source = render_junit(hostile_result())
    assert "<script>" not in source
    assert "\\x00\\x07 \\u202eevil \\ud800" in source
    assert {element.tag for element in Xml.fromstring(source.encode()).iter()} <= {
        *("testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out")
    }


def test_waived_is_not_passed() -> None:
    waived = finding("A", "b", "c.d", Verdict.WAIVED, message="waived: known")
    (skipped,) = parsed(result_of(waived)).iter("skipped")
    assert skipped.get("message") == "waived: known"
