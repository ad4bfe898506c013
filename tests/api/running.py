"""Running the command line: in this process where that is enough, else as a process of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from backproof.cli import main

SCREEN = {"COLUMNS": "80", "NO_COLOR": "1"}


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

    @property
    def layers(self) -> list[str]:
        """The layers that there are findings about."""
        return list(dict.fromkeys(finding["layer"] for finding in self.findings))

    def of(self, layer: str) -> list[dict[str, Any]]:
        """The findings about a layer."""
        found = [finding for finding in self.findings if finding["layer"] == layer]
        assert found, layer
        return found

    def verdicts(self, layer: str) -> Counter[str]:
        """How often each verdict occurs among a layer's findings."""
        return Counter(finding["verdict"] for finding in self.of(layer))

    def first(self, layer: str) -> dict[str, Any]:
        """The first finding about a layer that is neither passed nor blocked."""
        return next(finding for finding in self.of(layer) if finding["verdict"] not in {"passed", "blocked"})


def run(*arguments: str | Path, columns: str = SCREEN["COLUMNS"]) -> Ran:
    """Run in this process, without colours; a Ran without records."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), patch.dict(os.environ, {**SCREEN, "COLUMNS": columns}):
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as error:  # argparse
            status = error.code if isinstance(error.code, int) else 1
    return Ran(status, out.getvalue(), err.getvalue())


def check(*arguments: str | Path, results: Path) -> Ran:
    """`backproof check` in this process, with the records of its results file, which must be complete.

    It is a quick one, unless the arguments say otherwise.
    """
    results.unlink(missing_ok=True)
    effort = () if "--effort" in arguments else ("--effort", "quick")
    ran = run("check", *arguments, *effort, "--results", results)
    assert results.exists(), ran.err
    records = read(results)
    assert (records[0]["type"], records[-1]["type"]) == ("header", "footer")
    assert len(records) == records[0]["planned"] + 2
    return Ran(ran.status, ran.out, ran.err, tuple(records))


def read(path: Path) -> list[dict[str, Any]]:
    """The records of a results file, as far as it goes."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def process(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """`python -m backproof` as a process of its own."""
    environment = {**os.environ, **SCREEN, **options.pop("env", {})}
    return subprocess.run(
        [sys.executable, "-P", "-m", "backproof", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=environment,
        **options,
    )
