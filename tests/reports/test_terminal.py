"""The summary fits the terminal, puts root causes first, says what to do, and is short on success."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from backproof.checks.results import Result, Verdict
from backproof.reports.terminal import IN_FULL, render_text, summary

from .sample import (
    HOSTILE,
    finding,
    hostile_result,
    many_failures,
    passing_result,
    result_of,
    rich_result,
    scaled_dropout,
)

WIDTHS = (40, 80, 120)


def shown(result: Result, width: int = 80, *, terminal: bool = False, encoding: str = "utf-8", **env: str) -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    console = Console(
        file=stream, width=width, force_terminal=terminal, color_system="standard" if terminal else None, _environ=env
    )
    summary(result, console)
    stream.flush()
    return raw.getvalue().decode(encoding)


def is_command(line: str) -> bool:
    return "backproof check" in line


def paragraphs(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("result", [rich_result(), many_failures(30), passing_result(undecided=3)])
def test_every_line_fits_except_commands(result: Result, width: int) -> None:
    lines = re.sub(r"\x1b\[[\d;]*m", "", shown(result, width, terminal=True)).splitlines()
    assert [line for line in lines if cell_len(line.rstrip()) > width and not is_command(line)] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_verdict_is_one_line_for_programs(width: int) -> None:
    last = shown(rich_result(), width).splitlines()[-1]
    assert last.startswith("✗ nonconformant: 3 failed, 1 errored")
    assert last.endswith("in 10 components, 4.2 s")
    assert render_text(rich_result()).splitlines()[-1] == last


@pytest.mark.parametrize("width", WIDTHS)
def test_commands_stay_on_one_line(width: int) -> None:
    for line in filter(is_command, shown(rich_result(), width).splitlines()):
        assert re.search(r"backproof check exercise3/src \S+ --seed 7$", line.rstrip())


@pytest.mark.parametrize("width", WIDTHS)
def test_root_cause_says_all_that_a_student_needs(width: int) -> None:
    text = paragraphs(shown(result_of(scaled_dropout()), width))
    for part in (
        "Dropout",
        "✗ gradient.input",
        "backward is the transposed Jacobian of forward",
        "backward(dy)[0, 3]=1.2, but should be 4.8",
        "dx[0, 3] = 4.8",
        "dx[0, 3] = 1.2 (error 3.6, at most 2.1e-12 allowed)",
        "Dropout(keep=0.25), x (12, 10), train, float64",
        "forgets the factor 1/keep of inverted dropout. [dropout.backward-unscaled]",
        "dx = dy * mask / keep.",
        "backproof check exercise3/src Dropout",
    ):
        assert part in text


def test_full_id_is_the_command_where_it_fits() -> None:
    assert "exercise3/src Dropout/keep-0.25/gradient.input --seed 7" in shown(result_of(scaled_dropout()), 120)


def test_root_causes_come_first_and_the_verdict_last() -> None:
    lines = shown(rich_result()).rstrip().splitlines()
    assert lines[0] == "Dropout"
    assert lines[-1].startswith("✗ nonconformant: 3 failed, 1 errored")


def test_blocked_findings_are_counted_not_listed() -> None:
    text = shown(rich_result(), 120)
    assert "phase.mask" not in text
    assert "in keep-0.8-image; blocks 2 checks" in text


def test_certain_and_possible_mistakes_are_told_apart() -> None:
    text = shown(rich_result(), 120)
    assert "perhaps: The sum over the batch is taken twice." in text
    assert "perhaps: The backward pass applies the mask" not in text


def test_own_traceback_is_one_line() -> None:
    text = shown(rich_result(), 120)
    assert "Layers/Pooling.py:41 in forward: ValueError" in text
    assert "Traceback" not in text
    assert "sliding_window_view(input" not in text


def test_message_stands_in_where_the_two_sides_are_missing() -> None:
    assert "Found       no answer after 10 s" in shown(rich_result())


def test_notes_after_the_matrix() -> None:
    text = paragraphs(shown(rich_result(), 120))
    for part in (
        "Missing RNN, Flatten (required by fau-exercises)",
        "dropout argument: keep; L2 gradient: alpha w",
        "1 check; the numerics cannot tell",
        "Helpers.py was not found",
        "seed 7, level full, data of float64; sandbox: Landlock, seccomp",
        "Backproof itself failed; that says nothing about the subject",
        "NeuralNetwork/iris/network.learns (KeyError: 'iris')",
    ):
        assert part in text


def test_matrix_is_a_table_where_it_fits_and_lines_where_not() -> None:
    wide, middle, narrow = (shown(rich_result(), width) for width in (120, 80, 40))
    assert re.search(r"contract\s+value\s+gradient\s+phase\s+optimizer\s+initializer\s+network", wide)
    assert re.search(r"contr\s+value\s+grad\s+phase\s+opt\s+init\s+net", middle)
    assert re.search(r"Dropout +✓ +✓ +✗ +–", middle)
    assert "✗ Dropout grad ✗ phase –" in narrow
    assert "✓ FullyConnected\n" in re.sub(" +\n", "\n", narrow)


def test_legend_explains_the_marks_in_use_only() -> None:
    assert "✗ failed" in shown(result_of(scaled_dropout()))
    assert "waived" not in shown(result_of(scaled_dropout()))


def test_few_causes_in_full_the_others_as_commands() -> None:
    result = many_failures(IN_FULL + 3)
    text = shown(result, 120)
    assert text.count("Law ") == IN_FULL
    assert "3 more root causes" in text
    assert (
        "✗ Layer10 gradient.input weights-10  backproof check exercise3/src 'Layer10/*/gradient.input/weights-10'"
        in text
    )


def test_very_many_causes_become_a_line_per_layer() -> None:
    text = shown(many_failures(400), 120)
    assert "✗ Layer19: 20 root causes  backproof check exercise3/src Layer19 --seed 7" in text
    assert len(text.splitlines()) < 150


@pytest.mark.parametrize("width", WIDTHS)
def test_success_is_short_and_names_the_undecided(width: int) -> None:
    result = passing_result(undecided=3)
    result = replace(result, header=replace(result.header, notes=("A long note about loading. " * 5,)))
    result = replace(result, footer=replace(result.footer, missing=tuple(f"Missing{n}" for n in range(9))))
    lines = shown(result, width).rstrip().splitlines()
    assert len(lines) <= 12
    text = paragraphs("\n".join(lines))
    assert "✓ conformant: 3 undecided, 357 passed in 15 components, 4.2 s" in text
    assert "Undecided" in text


def test_success_without_anything_to_say_is_three_lines() -> None:
    assert len(shown(passing_result()).rstrip().splitlines()) <= 5


def test_unprotected_run_says_so() -> None:
    result = passing_result()
    assert "cannot gate" in paragraphs(shown(replace(result, header=replace(result.header, protected=False)), 120))


def test_reasons_are_printed_when_no_finding_failed() -> None:
    result = result_of(
        finding("ReLU", "a", "value.forward"), verdict="nonconformant", footer={"reasons": ("Conv is required.",)}
    )
    assert "Conv is required." in shown(result)


def test_run_without_findings_is_printed() -> None:
    assert "✗ nonconformant: no checks in 0 components" in shown(result_of(verdict="nonconformant"))
    assert "? ungradable" in shown(result_of(finding("A", "b", "c.d", Verdict.HARNESS_ERROR), verdict="ungradable"))


def test_hostile_strings_can_not_steer_the_terminal() -> None:
    text = shown(hostile_result(), terminal=True)
    without_styles = re.sub(r"\x1b\[[\d;]*m", "", text)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", without_styles)
    assert "\\x1b[31mred" in without_styles
    assert HOSTILE not in text


def test_square_brackets_are_no_markup() -> None:
    found = replace(scaled_dropout(), found="[bold]x[/bold] [/] :smile:")
    assert "[bold]x[/bold] [/] :smile:" in shown(result_of(found), 120)


def test_long_texts_are_cut() -> None:
    assert "characters left out" in shown(result_of(replace(scaled_dropout(), found="9" * 5000)))


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_poor_encodings_get_other_marks(encoding: str) -> None:
    text = shown(rich_result(), encoding=encoding)
    assert "x nonconformant" in text
    assert "x gradient.input" in text


def test_colours_follow_no_color() -> None:
    assert "\x1b[1;31m" in shown(rich_result(), terminal=True)
    assert "\x1b[1;31m" not in shown(rich_result(), terminal=True, NO_COLOR="1")
    assert "\x1b" not in shown(rich_result())


def test_plain_text_has_no_escapes_and_no_trailing_blanks() -> None:
    text = render_text(rich_result())
    assert text.endswith("4.2 s\n")
    assert "\x1b" not in text
    assert all(line == line.rstrip() for line in text.splitlines())
