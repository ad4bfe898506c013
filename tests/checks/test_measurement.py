"""Measurements: what laws yield, and how it is phrased."""

from __future__ import annotations

import numpy as np
import pytest

from backproof.checks.measurement import agrees, describe, failed, number, passed, same, undecided
from backproof.checks.numerics.compare import Estimate
from backproof.checks.results import Verdict
from backproof.sandbox import Opaque

EXPECTED = Estimate(np.array([[1.0, 2.0], [3.0, 4.0]]), np.full((2, 2), 0.1))


def test_plain_measurements() -> None:
    assert passed().verdict is Verdict.PASSED
    assert (passed(0.5, 2.0).measured, passed(0.5, 2.0).tolerance) == (0.5, 2.0)
    wrong = failed("it is 3, but should be 2", expected="2", found="3", hint="subtract 1", measured=1.0)
    assert (wrong.verdict, wrong.message, wrong.expected, wrong.found, wrong.hint, wrong.measured) == (
        *(Verdict.FAILED, "it is 3, but should be 2", "2", "3", "subtract 1", 1.0),
    )
    assert undecided("a kink", masked=0.7).verdict is Verdict.UNDECIDED
    assert undecided("a kink", masked=0.7).evidence == {"masked": 0.7}


def test_agreement_is_measured() -> None:
    found = agrees("forward(x)", EXPECTED.value + 0.05, EXPECTED)
    assert found.verdict is Verdict.PASSED
    assert found.measured == pytest.approx(0.05)
    assert found.tolerance == 0.1


def test_disagreement_names_the_worst_entry_and_the_share() -> None:
    value = EXPECTED.value + np.array([[0.0, 0.5], [0.0, 0.2]])
    found = agrees("forward(x)", value, EXPECTED, hint="look again", batch=2)
    assert found.verdict is Verdict.FAILED
    assert found.message == "forward(x)[0, 1] = 2.5, but should be 2; 2 of 4 entries differ"
    assert (found.expected, found.found, found.hint) == ("2", "2.5", "look again")
    assert found.measured == pytest.approx(0.5)
    assert found.tolerance == 0.1
    assert [entry["index"] for entry in found.evidence["worst"]] == [[0, 1], [1, 1]]
    assert found.evidence["batch"] == 2


def test_a_single_number_is_named_without_an_index() -> None:
    scalar = Estimate(np.asarray(2.0), np.asarray(0.1))
    assert agrees("norm(w)", np.asarray(3.0), scalar).message == "norm(w) = 3, but should be 2"


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_disagrees(value: float) -> None:
    found = agrees("y", np.full((2, 2), value), EXPECTED)
    assert found.verdict is Verdict.FAILED
    assert found.message.startswith(f"y[0, 0] = {value}, but should be 1; 4 of 4 entries differ")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        (1.5, "1.5"),
        (True, "True"),
        ("text", "str 'text'"),
        (np.zeros((2, 3)), "an array of shape (2, 3), dtype float64"),
        (np.zeros((2, 2), complex), "an array of shape (2, 2), dtype complex128"),
        (np.array([["a", "b"], ["c", "d"]]), "an array of shape (2, 2), dtype <U1"),
        (Opaque("generator", "<generator>"), "generator <generator>"),
        (Opaque("Big", "x" * 100), "an object of type Big"),
        ([1.0, 2.0], "list '[1.0, 2.0]'"),
    ],
)
def test_another_kind_or_shape_disagrees_and_is_described(value: object, text: str) -> None:
    assert describe(value) == text
    found = agrees("forward(x)", value, EXPECTED)
    assert found.verdict is Verdict.FAILED
    assert found.message == f"forward(x) is {text}, but should be an array of shape (2, 2)"
    assert (found.expected, found.found) == ("an array of shape (2, 2)", text)


def test_integers_and_booleans_are_compared_as_numbers() -> None:
    assert agrees("y", np.array([[1, 2], [3, 4]]), EXPECTED).verdict is Verdict.PASSED
    assert agrees("y", np.array([[1, 2], [3, 5]]), EXPECTED).verdict is Verdict.FAILED


def test_long_texts_are_cut() -> None:
    assert len(describe("x" * 1000)) < 80


def test_numbers_have_six_digits() -> None:
    assert [number(value) for value in (1.0, 1 / 3, 1e-12, 1234567.0)] == ["1", "0.333333", "1e-12", "1.23457e+06"]


def test_sameness_allows_the_rounding_of_another_order_of_summation() -> None:
    value = np.array([1.0, 1e-9, -3.0])
    assert same("y", value.copy(), value, meaning="it changes").verdict is Verdict.PASSED
    assert same("y", value + 1e-14, value, meaning="it changes").verdict is Verdict.PASSED
    assert same("y", value + 1e-11, value, meaning="it changes").verdict is Verdict.FAILED
    assert same("y", -value, value, meaning="it changes").verdict is Verdict.FAILED


def test_what_is_not_finite_is_the_same_in_the_same_places() -> None:
    value = np.array([1.0, np.nan, np.inf, -np.inf])
    with np.errstate(invalid="ignore"):
        assert same("y", value.copy(), value, meaning="it changes").verdict is Verdict.PASSED
        for other in (0.0, np.nan):
            for place in (2, 3):
                changed = value.copy()
                changed[place] = other
                assert same("y", changed, value, meaning="it changes").verdict is Verdict.FAILED
        assert same("y", np.nan_to_num(value), value, meaning="it changes").verdict is Verdict.FAILED


def test_a_change_is_named() -> None:
    found = same("the second y", np.array([1.0, 3.0]), np.array([1.0, 2.0]), meaning="forward remembers", hint="reset")
    assert found.message == "forward remembers: the second y[1] = 3, but should be 2; 1 of 2 entries differ"
    assert (found.expected, found.found, found.hint) == ("2", "3", "reset")
    assert found.measured == 1.0


@pytest.mark.parametrize("value", [None, np.zeros(3), "text", 1.0])
def test_another_kind_or_shape_is_a_change(value: object) -> None:
    found = same("the second y", value, np.zeros((2, 2)), meaning="forward remembers")
    assert found.verdict is Verdict.FAILED
    assert found.message == f"forward remembers: the second y is {describe(value)}"
    assert found.expected == "an array of shape (2, 2), dtype float64"
