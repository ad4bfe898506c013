"""Running the command line: in this process where that is enough, else as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from backproof.cli import main


@dataclass(frozen=True)
class Ran:
    """What a run of the command line came to."""

    status: int
    out: str
    err: str
    records: tuple[dict[str, Any], ...] = ()

    @property
    def header(self) -> dict[str, Any]:
        assert self.records[0]["type"] == "header"
        return self.records[0]

    @property
    def footer(self) -> dict[str, Any]:
        assert self.records[-1]["type"] == "footer"
        return self.records[-1]

    @property
    def findings(self) -> list[dict[str, Any]]:
        return [record for record in self.records if record["type"] == "finding"]

    def of(self, layer: str) -> list[dict[str, Any]]:
        """The findings about a layer."""
        found = [finding for finding in self.findings if finding["layer"] == layer]
        assert found, layer
        return found

    def verdicts(self, layer: str) -> Counter[str]:
        """How often each verdict occurs among a layer's findings."""
        return Counter(finding["verdict"] for finding in self.of(layer))

    def messages(self, layer: str, verdict: str) -> str:
        """The sentences of a layer's findings with a verdict."""
        return "\n".join(finding["message"] for finding in self.of(layer) if finding["verdict"] == verdict)


class CommandLine:
    """Runs `backproof` and reads what it wrote."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._results = folder / "results.jsonl"
        self._capsys = capsys

    def __call__(self, *arguments: str | Path) -> Ran:
        """Run in this process; a Ran without records."""
        self._capsys.readouterr()
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as error:  # argparse
            assert isinstance(error.code, int)
            status = error.code
        captured = self._capsys.readouterr()
        return Ran(status, captured.out, captured.err)

    def check(self, *arguments: str | Path) -> Ran:
        """`backproof check` in this process, with the records of its results file, which must be complete."""
        self._results.unlink(missing_ok=True)
        ran = self("check", *arguments, "--results", self._results)
        records = read(self._results)
        assert (records[0]["type"], records[-1]["type"]) == ("header", "footer")
        assert len(records) == records[0]["planned"] + 2
        return Ran(ran.status, ran.out, ran.err, tuple(records))


def read(path: Path) -> list[dict[str, Any]]:
    """The records of a results file, as far as it goes."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def process(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """`python -m backproof` as a process of its own."""
    command = [sys.executable, "-P", "-m", "backproof", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, **options)
