"""What the page from the texts to the checks names is there, and it leads to every family of every spec."""

from __future__ import annotations

import pytest

from backproof.adapters import courses
from backproof.checks.plan.catalogue import all_checks
from backproof.specs import all_specs

from ..packaging.documents import read
from .texts import PAGE, problems, rows

PAGE_ROWS = rows(read(PAGE))
KNOWN = {"ReLU": {"contract.forward", "value.forward"}, "Sgd": {"optimizer.trajectory"}}
GOOD = """
| section | demand | checks | specs |
|---|---|---|---|
| 1 | shape | `contract.*`, `value.forward` | ReLU |
| 1 | step | `optimizer.trajectory` | Sgd, (RNN) |
| 2 | plots | not testable | – |
| 2 | time | `recurrence.*` | (RNN) |
"""


def test_the_page_is_in_step_with_the_registry() -> None:
    applicable = {
        name: {check.id for check in all_checks().values() if any(map(check.applies, spec.cases()))}
        for name, spec in all_specs().items()
    }
    assert problems(PAGE_ROWS, applicable) == []


def test_what_is_not_there_yet_is_known_to_a_course_or_optional() -> None:
    known = {name for course in courses().values() for names in course.stages.values() for name in names}
    known |= {name for course in courses().values() for name in course.optional}
    assert {name for row in PAGE_ROWS for name in row.later} <= known


def test_there_are_rows_for_four_texts() -> None:
    assert read(PAGE).count("\n## ") == 4
    assert len(PAGE_ROWS) > 90
    assert sum(bool(row.why) for row in PAGE_ROWS) < len(PAGE_ROWS) / 4


def test_a_good_page_has_no_problems() -> None:
    assert problems(rows(GOOD), KNOWN) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("`value.forward`", "`value.backward`", "shape: no check value.backward applies to ReLU"),
        ("contract.*", "contrakt.*", "no check contrakt.*"),
        (", `value.forward`", "", "no demand leads to ReLU in the family value"),
        ("| Sgd, (RNN) |", "| Sgd, RNN |", "step: RNN is no spec; put it in parentheses"),
        ("| ReLU |", "| (ReLU) |", "shape: ReLU is a spec now; run docs/generate.py"),
        ("| not testable |", "|  |", "plots: neither checks nor a reason"),
        ("| `contract.*`, `value.forward` |", "| later |", "shape: neither checks nor a reason"),
    ],
)
def test_a_page_that_is_out_of_step_is_found(old: str, new: str, said: str) -> None:
    assert old in GOOD
    assert said in "\n".join(problems(rows(GOOD.replace(old, new, 1)), KNOWN))


def test_a_row_needs_four_cells() -> None:
    with pytest.raises(ValueError, match="has 3 cells, but should have 4"):
        rows("| 1 | demand | `a.b` |\n")
