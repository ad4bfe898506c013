"""Errors say in one sentence what happened."""

from __future__ import annotations

import numpy as np
import pytest

from backproof.wall import SubjectDied, SubjectError, SubjectRaised, SubjectTimeout


def test_an_exception_names_type_text_and_place() -> None:
    error = SubjectRaised("ValueError", "shapes differ", "Layers/Dropout.py:17 in forward", "detail")
    assert str(error) == "ValueError: shapes differ (Layers/Dropout.py:17 in forward)"
    assert (error.verdict, error.message, error.detail) == ("errored", str(error), "detail")


def test_an_exception_may_have_neither_text_nor_place() -> None:
    assert str(SubjectRaised("KeyError", "")) == "KeyError"


def test_time_and_death_have_verdicts_of_their_own() -> None:
    late, dead = SubjectTimeout(2.5, "forward"), SubjectDied("killed by SIGSEGV", "backward")
    assert isinstance(late, SubjectError)
    assert isinstance(dead, SubjectError)
    assert (late.verdict, dead.verdict) == ("timeout", "died")
    assert "forward" in str(late)
    assert "2.5 s" in str(late)
    assert str(dead) == "the subject's process ended during backward: killed by SIGSEGV"


def test_control_characters_do_not_reach_a_terminal() -> None:
    assert "\x1b" not in str(SubjectRaised("Error\x1b", "\x1b[2J", "\x1b", "\x1b"))


@pytest.mark.parametrize("name", ["product", "msort", "float", "int", "bool", "trapz"])
def test_names_that_numpy_removed_are_explained(name: str) -> None:
    assert f"removed np.{name}, write" in str(
        SubjectRaised("AttributeError", f"module 'numpy' has no attribute '{name}'")
    )


def test_numpy_still_words_it_that_way() -> None:
    if hasattr(np, name := "product"):
        pytest.skip("this NumPy still has np.product")
    with pytest.raises(AttributeError) as caught:
        getattr(np, name)
    assert "NumPy 2.0 removed np.product, write `np.prod`" in str(SubjectRaised("AttributeError", str(caught.value)))


def test_scipy_misc_is_explained() -> None:
    assert "SciPy removed" in str(SubjectRaised("ModuleNotFoundError", "No module named 'scipy.misc'"))


@pytest.mark.parametrize(
    "text", ["module 'numpy' has no attribute 'relu'", "module 'framework' has no attribute 'product'"]
)
def test_other_missing_names_are_not(text: str) -> None:
    assert "removed" not in str(SubjectRaised("AttributeError", text))
