"""Live progress shows how far a run is on a terminal and keeps quiet elsewhere."""

from __future__ import annotations

import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console

from backproof.checks.results import Result
from backproof.reports.progress import LiveProgress

from .sample import many_failures, passing_result, rich_result


def run(result: Result, *, terminal: bool, verbose: bool = False, width: int = 80, stop_after: int = -1) -> str:
    """What is written while the findings of a result arrive; the live line is refreshed after each."""
    stream = io.StringIO()
    console = Console(
        file=stream, width=width, force_terminal=terminal, legacy_windows=False, _environ={"TERM": "xterm"}
    )
    with LiveProgress(console, verbose=verbose) as progress:
        progress.start(result.header)
        for found in result.findings[:stop_after]:
            progress.finding(found)
            if progress._live is not None:
                progress._live.refresh()
        if stop_after == -1:
            progress.finding(result.findings[-1])
            progress.finish(result.footer)
    return stream.getvalue()


def live_lines(written: str) -> list[str]:
    """The successive states of the line, without colours and cursor movements."""
    states = re.split(r"[\r\n]+|\x1b\[\dA|\x1b\[2K", written)
    plain = (re.sub(r"\x1b\[[?\d;]*[A-Za-z]", "", state) for state in states)
    return [line for line in plain if line.strip()]


def test_terminal_sees_how_far_which_layer_and_how_many_failures() -> None:
    lines = live_lines(run(rich_result(), terminal=True))
    assert any(" 3/29" in line and "FullyConnected" in line for line in lines)
    assert any("26/29" in line and "Xavier" in line and "6 failures" in line for line in lines)
    assert not any("failure" in line for line in lines if " 3/29" in line)


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
def test_live_line_fits(width: int) -> None:
    lines = live_lines(run(many_failures(30), terminal=True, width=width))
    assert lines
    assert max(cell_len(line.rstrip()) for line in lines) <= width


def test_narrow_terminal_has_no_bar() -> None:
    assert "━" in run(rich_result(), terminal=True, width=80)
    narrow = run(rich_result(), terminal=True, width=40)
    assert "━" not in narrow
    assert "✗ 6" in narrow


def test_live_line_is_removed_and_the_cursor_is_back() -> None:
    written = run(rich_result(), terminal=True)
    assert written.endswith("\x1b[2K")
    assert written.rindex("\x1b[?25h") > written.rindex("\x1b[?25l")


def test_interrupted_run_leaves_the_terminal_in_order() -> None:
    written = run(rich_result(), terminal=True, stop_after=4)
    assert written.rindex("\x1b[?25h") > written.rindex("\x1b[?25l")


def test_nothing_is_written_elsewhere() -> None:
    assert run(rich_result(), terminal=False) == ""


def test_dumb_terminal_is_no_terminal() -> None:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, _environ={"TERM": "dumb"})
    result = passing_result(1)
    with LiveProgress(console) as progress:
        progress.start(result.header)
        progress.finding(result.findings[0])
        progress.finish(result.footer)
    assert stream.getvalue() == ""


@pytest.mark.parametrize("terminal", [True, False])
def test_verbose_writes_a_line_per_layer(terminal: bool) -> None:
    lines = live_lines(run(rich_result(), terminal=terminal, verbose=True))
    for line in (
        "✓ FullyConnected: 12 passed (144 ms)",
        "✗ Dropout: 2 failed, 2 blocked, 3 passed (84 ms)",
        "! NeuralNetwork: 1 harness error (12 ms)",
    ):
        assert sum(written.strip() == line for written in lines) == 1


def test_run_of_nothing_ends_quietly() -> None:
    result = passing_result(1)
    stream = io.StringIO()
    with LiveProgress(Console(file=stream), verbose=True) as progress:
        progress.start(result.header)
        progress.finish(result.footer)
    assert stream.getvalue() == ""
