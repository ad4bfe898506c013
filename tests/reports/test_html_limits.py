"""The page holds out: hostile strings stay text, and two thousand findings stay small."""

from __future__ import annotations

import re

import pytest

from backproof.checks.results import Result
from backproof.reports.html import render_html

from .page import Page
from .sample import HOSTILE, hostile_result, many_failures, passing_result, rich_result

HOSTILE_PAGE = Page(render_html(hostile_result()))


def test_hostile_strings_are_text_and_nothing_else() -> None:
    assert HOSTILE_PAGE.count("script") == 1
    assert HOSTILE_PAGE.count("img") == 0
    assert HOSTILE_PAGE.source.lower().count("<script") == 1
    assert HOSTILE_PAGE.text().count("alert(1)") > 20
    assert "alert(1)" not in HOSTILE_PAGE.text("script", "style")


@pytest.mark.parametrize("result", [rich_result(), hostile_result()])
def test_control_characters_are_written_out(result: Result) -> None:
    page = Page(render_html(result))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", page.source)
    page.source.encode("utf-8")


def test_hostile_strings_stay_readable() -> None:
    assert "\\x1b[31mred\\x1b[0m \\x00\\x07 \\u202eevil \\ud800 ]]>" in HOSTILE_PAGE.text()
    assert HOSTILE not in HOSTILE_PAGE.source


# Size.


def size_of(result: Result) -> int:
    return len(render_html(result).encode())


def test_two_thousand_passed_findings_stay_small() -> None:
    result = passing_result(85)
    assert len(result.findings) >= 2000
    assert size_of(result) < 1_000_000


def test_two_thousand_failures_with_much_evidence_stay_below_three_megabytes() -> None:
    evidence = {
        "heatmap": [[row * column / 7 for column in range(30)] for row in range(30)],
        "worst": [{"index": [row, 2], "found": 1.0, "expected": 2.0} for row in range(12)],
        "traceback": "<&>" * 2000,
        "ratio": {"value": 0.5, "reads": "1/2"},
    }
    result = many_failures(2000, evidence=evidence)
    page = Page(render_html(result))
    assert len(page.source.encode()) < 3_000_000
    assert "This page is full" in page.text()
    assert page.count("tr", "v-bad") == 2000
    assert page.faults == []


def test_many_causes_are_explained_at_their_findings() -> None:
    page = Page(render_html(many_failures(90)))
    assert page.count("article", "cause") == 60
    assert "30 more root causes" in page.text()
    assert page.text().count("Look at the sum over the batch.") == 90
