"""Fixtures for the tests of the front door."""

from __future__ import annotations

from pathlib import Path

import pytest

from .running import CommandLine


@pytest.fixture
def backproof(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line, at 80 columns and without colours."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    return CommandLine(tmp_path, capsys)
