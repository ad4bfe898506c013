"""Errors say in one sentence what happened."""

from __future__ import annotations

from backproof.sandbox import SubjectDied, SubjectError, SubjectRaised, SubjectTimeout


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


def test_advice_is_apart_from_the_message_which_it_shortens() -> None:
    text = "module 'numpy' has no attribute 'float'.\n`np.float` was a deprecated alias for the builtin `float`."
    error = SubjectRaised("AttributeError", text, "Layers/ReLU.py:8 in forward")
    assert str(error) == "AttributeError: module 'numpy' has no attribute 'float' (Layers/ReLU.py:8 in forward)"
    assert error.advice.startswith("np.float was removed in NumPy 1.24")
    assert error.explained == f"{error}; {error.advice}"


def test_without_advice_nothing_is_cut() -> None:
    error = SubjectRaised("ValueError", "first line.\nsecond line.")
    assert (error.advice, error.explained) == ("", "ValueError: first line.\nsecond line.")
