"""The last line of continuous integration adds up what every pytest run said."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from .house import ROOT


@pytest.fixture(scope="module")
def add_up() -> ModuleType:
    spec = importlib.util.spec_from_file_location("add_up", ROOT / ".ci" / "add_up.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


LOG = """\
lint: OK
=========== 2 failed, 810 passed, 3 skipped, 1 error in 61.25s (0:01:01) ===========
\x1b[32m\x1b[1m4 passed\x1b[0m, 7 deselected, 2 errors in 0.50s
tests say: 3 passed in all
=========== short test summary info ============
============ 5 passed in 1.25s ============
"""


def test_counts_and_seconds_are_added(add_up: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "log"
    log.write_text(LOG, encoding="utf-8")
    assert add_up.main(log) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "==== 2 failed, 819 passed, 3 skipped, 3 errors in 63.00s ===="


def test_a_sum_reads_like_a_closing_line(add_up: ModuleType) -> None:
    total = add_up.add_up(add_up.closing_lines(LOG))
    assert add_up.add_up(add_up.closing_lines(total)) == total


def test_a_log_without_tests_is_an_error(add_up: ModuleType, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("lint: OK\n===== no tests ran in 0.01s =====\n", encoding="utf-8")
    assert add_up.main(log) == 1
