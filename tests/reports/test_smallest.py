"""The smallest case of a failure: in the results file, on the terminal, on the page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backproof.checks.results import ArrayRecord, Finding, ResultsError, Smallest, from_line, to_line
from backproof.reports.html import render_html
from backproof.reports.terminal import render_text

from .page import Page
from .sample import result_of, scaled_dropout

PROGRAM = 'import numpy as np\n\nx = np.array([[0.5]])\nassert "<b>" == x, "</pre><script>alert(1)</script>"\n'
SMALLEST = Smallest(
    id="Dropout/batch=1,features=1,keep=0.5,phase=train/gradient.input",
    where="Dropout(keep=0.5), shape (1, 1), train phase, float64",
    message="backward(dy)[0, 0] = 1, but should be 2",
    arrays=(
        ArrayRecord(name="x", shape=(1, 1), dtype="float64", values=[[0.5]]),
        ArrayRecord(name="found", shape=(2,), dtype="float64", values=[float("nan"), 1.0]),
        ArrayRecord(name="large", shape=(100, 100), dtype="float64"),
    ),
    snippet=PROGRAM,
    trials=9,
)


def with_smallest(smallest: Smallest | None) -> Finding:
    return replace(scaled_dropout(), smallest=smallest)


def test_it_is_read_back_from_the_results() -> None:
    again = from_line(to_line(with_smallest(SMALLEST)))
    assert isinstance(again, Finding)
    assert again.smallest is not None
    assert again.smallest.arrays[1].values == ["nan", 1.0], "JSON has no NaN"
    assert replace(again.smallest, arrays=()) == replace(SMALLEST, arrays=())
    assert from_line(to_line(with_smallest(None))) == scaled_dropout()


@pytest.mark.parametrize(
    "damage", ['"trials":"9"', '"trials":9,"more":1', '"trials":9.5'], ids=["text", "another field", "no integer"]
)
def test_a_damaged_one_is_refused(damage: str) -> None:
    line = to_line(with_smallest(SMALLEST)).replace('"trials":9', damage)
    with pytest.raises(ResultsError):
        from_line(line)


def test_terminal_shows_configuration_and_command() -> None:
    text = render_text(result_of(with_smallest(SMALLEST)), width=140)
    assert "  Smallest    Dropout(keep=0.5), shape (1, 1), train phase, float64\n" in text
    assert f"  Replay      backproof check exercise3/src {SMALLEST.id} --seed 7\n" in text
    assert "Smallest" not in render_text(result_of(scaled_dropout()))


def test_a_case_that_could_not_be_made_smaller_is_not_named_twice() -> None:
    finding = scaled_dropout()
    shown = result_of(replace(finding, smallest=replace(SMALLEST, where=finding.where)))
    text = render_text(shown, width=140)
    assert "Smallest" not in text
    assert "  Replay  " in text
    headings = Page(render_html(shown)).text("h4")
    assert "In full" in headings
    assert "Smallest case" not in headings
    assert "Smallest case" in Page(render_html(result_of(with_smallest(SMALLEST)))).text("h4")


def test_the_cause_shows_that_of_another_finding_if_its_lead_has_none() -> None:
    other = replace(with_smallest(SMALLEST), id="Dropout/other/gradient.input", case="other")
    text = render_text(result_of(scaled_dropout(), other), width=140)
    assert text.count("Replay") == 1


def test_page_shows_arrays_program_and_command() -> None:
    page = Page(render_html(result_of(with_smallest(SMALLEST))))
    assert page.faults == []
    assert "[[0.5]]" in page.text("code")
    assert "too many entries to show" in page.text("code")
    assert SMALLEST.id in page.text("code")
    assert "x = np.array([[0.5]])" in page.text("pre")
    assert page.count("button", "copy") == 1
    assert page.count("script") == 1, "the program is text"
    (button,) = [attributes for tag, attributes in page.tags if attributes.get("class") == "copy"]
    assert button["data-copies"] in page.ids
    assert "hidden" in button, "without a script there is nothing to copy with"


def test_page_says_why_there_is_no_program() -> None:
    page = Page(render_html(result_of(with_smallest(replace(SMALLEST, snippet="", no_snippet="draws at random")))))
    assert "draws at random" in page.text()
    assert page.count("button", "copy") == 0
