"""Numbers, durations, marks, control characters; tracebacks in one line; commands that can be copied."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest

from backproof.checks.results import Header, Verdict
from backproof.reports.commands import BUILT_IN, check_pattern, reproduce, rerun
from backproof.reports.tracebacks import innermost, raised_line, relative
from backproof.reports.wording import (
    GRAVITY,
    MARKS,
    MEANINGS,
    TONES,
    capped,
    counts_text,
    duration_text,
    encodable,
    gravest,
    listed,
    next_step,
    number_text,
    plural,
    printable,
)

from .sample import TRACEBACK, finding, scaled_dropout


@pytest.mark.parametrize("table", [MARKS, TONES])
def test_every_verdict_has_a_mark_and_a_tone(table: dict[Verdict, str]) -> None:
    assert set(table) == set(Verdict)
    assert set(GRAVITY) == set(Verdict)
    assert set(MARKS.values()) == set(MEANINGS)


def test_gravest_prefers_failures() -> None:
    assert gravest([Verdict.PASSED, Verdict.UNDECIDED, Verdict.FAILED]) is Verdict.FAILED
    assert gravest([Verdict.UNSUPPORTED, Verdict.PASSED]) is Verdict.PASSED


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 ms"),
        (0.012, "12 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.0 s"),
        (4.21, "4.2 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 00 s"),
        (125.4, "2 min 05 s"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def test_numbers_and_counts() -> None:
    assert (number_text(None), number_text(0.0), number_text(1.23456e-14)) == ("–", "0", "1.23e-14")
    assert (plural(1, "check"), plural(0, "check"), plural(1200, "check")) == ("1 check", "0 checks", "1,200 checks")
    assert counts_text({"passed": 40, "harness_error": 1, "failed": 2}) == "2 failed, 1 harness error, 40 passed"
    assert counts_text({}) == "no checks"


def test_lists_and_long_texts_are_cut_with_a_note() -> None:
    assert listed("abc", 3) == "a, b, c"
    assert listed("abcde", 2) == "a, b and 3 more"
    assert capped("short", 10) == "short"
    assert capped("x" * 30, 10) == "x" * 10 + " [20 characters left out]"
    assert capped("x" * 20 + "end", 3, keep="tail") == "[20 characters left out]\nend"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("plain é ∂ 漢", "plain é ∂ 漢"),
        ("a\tb\nc", "a\tb\nc"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x00\x07\x9b", "\\x00\\x07\\x9b"),
        ("\u202eevil\u2066", "\\u202eevil\\u2066"),
        ("\ud800", "\\ud800"),
        ("\ufffe\u2028", "\\ufffe\\u2028"),
        ("no\u00a0break", "no\u00a0break"),
    ],
)
def test_control_characters_are_written_out(text: str, clean: str) -> None:
    assert printable(text) == clean


def test_marks_have_a_form_in_every_encoding() -> None:
    assert encodable("✓ ✗ – é", "utf-8") == "✓ ✗ – é"
    assert encodable("✓ ✗ – é", "ascii") == "+ x - ?"


@pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.ERRORED, Verdict.TIMEOUT, Verdict.DIED])
def test_failures_have_a_next_step_and_own_hints_come_first(verdict: Verdict) -> None:
    found = finding("A", "b", "c.d", verdict)
    assert next_step(found)
    assert next_step(replace(found, hint="do this")) == "do this"


# Tracebacks.


def test_innermost_line_is_the_students_own() -> None:
    line = innermost(TRACEBACK, "exercise3/src")
    assert line.startswith("Layers/Pooling.py:41 in forward: ValueError: Since axis is None")


@pytest.mark.parametrize(
    ("traceback", "line"),
    [
        (
            '  File "src/a.py", line 3\n    def f(:\n          ^\nSyntaxError: invalid syntax',
            "a.py:3: SyntaxError: invalid",
        ),
        ('  File "src/a.py", line 3, in f\n    x\nNameError: x\nsecond line', "a.py:3 in f: NameError: x"),
        ('  File "C:\\work\\src\\Layers\\a.py", line 3, in f\n    x\nE: y', "Layers/a.py:3 in f: E: y"),
        (
            '  File "/usr/lib/python3.12/site-packages/np.py", line 1, in g\nE: y',
            "/usr/lib/python3.12/site-packages/np",
        ),
        ("ModuleNotFoundError: no networkx\n", "ModuleNotFoundError: no networkx"),
        ('  File "src/a.py", line 3, in f\n', "a.py:3 in f: no traceback"),
        ("", "no traceback"),
    ],
)
def test_innermost_line_of_other_tracebacks(traceback: str, line: str) -> None:
    assert innermost(traceback, "src/").startswith(line)


def test_last_of_chained_exceptions_is_named() -> None:
    chained = (
        'Traceback (most recent call last):\n  File "src/a.py", line 1, in f\n    x\nKeyError: 1\n\n'
        "During handling of the above exception, another exception occurred:\n\n"
        'Traceback (most recent call last):\n  File "src/b.py", line 2, in g\n    y\nValueError: 2\n'
    )
    assert innermost(chained, "src") == "b.py:2 in g: ValueError: 2"


def test_files_are_shown_from_the_subject_on() -> None:
    assert relative("/home/a/src/src/Layers/x.py", "a/src") == "Layers/x.py"
    assert relative("/somewhere/else.py", "src") == "/somewhere/else.py"
    assert relative("/somewhere/else.py", "") == "/somewhere/else.py"


def test_findings_without_a_traceback_have_no_line() -> None:
    assert raised_line(scaled_dropout(), "src") == ""
    assert raised_line(replace(scaled_dropout(), evidence={"traceback": 3}), "src") == ""


def test_exceptions_with_long_texts_are_cut() -> None:
    found = replace(scaled_dropout(), evidence={"traceback": "ValueError: " + "9" * 5000})
    assert len(raised_line(found, "src")) < 500


# Commands.

HEADER = Header(subject="my work/src", seed=0, planned=1)


def test_rerun_names_what_differs_from_the_defaults() -> None:
    assert rerun(HEADER, "Dropout") == "backproof check 'my work/src' Dropout"
    other = replace(HEADER, subject="src", seed=7, effort="quick", level="strict", protected=False)
    assert rerun(other, "Dropout") == "backproof check src Dropout --seed 7 --effort quick --level strict --direct"
    assert rerun(replace(HEADER, subject="")) == "backproof check"


def test_reproduce_names_seed_course_and_filters() -> None:
    header = replace(HEADER, filters=("Dropout", "*/gradient.*"), course="fau-exercises", seed=3)
    words = shlex.split(reproduce(header))
    assert words[:5] == ["backproof", "check", "my work/src", "Dropout", "*/gradient.*"]
    assert words[5:] == ["--seed", "3", "--course", "fau-exercises"]
    assert reproduce(replace(header, level="core", protected=False)).endswith(" --level core --direct")


def test_built_in_framework_needs_no_name() -> None:
    assert rerun(replace(HEADER, subject=BUILT_IN), "Dropout") == "backproof check Dropout"


def test_commands_are_one_line_without_control_characters() -> None:
    command = rerun(replace(HEADER, subject="a\x1b[2J; rm -rf /"), "x")
    assert "\x1b" not in command
    assert "'a\\x1b[2J; rm -rf /'" in command


def test_pattern_selects_a_check_in_every_case() -> None:
    assert check_pattern(scaled_dropout()) == "Dropout/*/gradient.input"
    assert check_pattern(replace(scaled_dropout(), quantity="weights")) == "Dropout/*/gradient.input/weights"
