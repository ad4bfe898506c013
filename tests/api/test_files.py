"""Files that a run writes, and results that a report reads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backproof.commands import checking as check_command

from .running import check, process, read, run
from .submissions import BUGGY

PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "--backproof", "builtin", "-k", "ReLU")
Records = list[dict[str, Any]]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of a nonconformant run."""
    path = tmp_path_factory.mktemp("results") / "results.jsonl"
    check(BUGGY, "L1_Regularizer", "Flatten", results=path)
    return path


@pytest.mark.parametrize("option", ["--results", "--html", "--junit"])
@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("missing/file", "there is no folder {folder}/missing; create it first"),
        ("", "{folder} is no file; name a file"),
        ("file/below", "there is no folder {folder}/file; create it first"),
    ],
)
def test_a_file_that_cannot_be_written_stops_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, path: str, sentence: str
) -> None:
    monkeypatch.setattr(check_command, "opened", None)  # raises if it is called
    (tmp_path / "file").write_text("kept")
    ran = run("check", "builtin", option, f"{tmp_path}/{path}".rstrip("/"))
    assert ran.status == 2
    assert ran.err.startswith(f"backproof: {option} {tmp_path}")
    assert sentence.format(folder=tmp_path) in ran.err
    assert (tmp_path / "file").read_text() == "kept"


def test_one_file_for_two_reports_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run("check", "builtin", "--results", "report", "--html", tmp_path / "report")
    assert ran.status == 2
    assert "--results and --html both name report; name different files" in ran.err


def test_results_on_standard_output(tmp_path: Path) -> None:
    ran = process(
        "check", BUGGY, "L1_Regularizer", "L2_Regularizer", "--results", "-", env={"PYTHONIOENCODING": "ascii"}
    )
    assert ran.returncode == 1
    path = tmp_path / "results"
    path.write_text(ran.stdout, encoding="utf-8")
    header, *_, footer = read(path)
    assert (header["type"], footer["type"]) == ("header", "footer")
    assert header["conventions"]["L2 norm"] == "alpha sum w²"
    assert "relu'(0)" not in header["conventions"]  # of a component that is neither named nor needed
    assert "nonconformant" in ran.stderr  # the person still gets the summary
    assert run("report", path).status == 0


def test_reports_on_standard_output(results: Path) -> None:
    ran = run("report", results, "--junit", "-")
    assert ran.status == 0
    assert ran.out.startswith("<?xml")
    assert "<!doctype html>" in run("report", results, "--html", "-").out.lower()


def test_every_report_of_one_run(tmp_path: Path, results: Path) -> None:
    once = tmp_path / "once"
    again = tmp_path / "again"
    for folder in (once, again):
        folder.mkdir()
    written = ("--html", once / "report.html", "--junit", once / "report.xml", "--results", once / "results")
    assert run("check", BUGGY, "Flatten", *written).status == 0
    rendered = ("--html", again / "report.html", "--junit", again / "report.xml")
    assert run("report", once / "results", *rendered).status == 0
    for name in ("report.html", "report.xml"):
        assert (once / name).read_bytes() == (again / name).read_bytes()


def test_a_report_on_the_terminal_is_that_of_the_run(results: Path) -> None:
    ran = run("report", results)
    assert ran.status == 0
    assert "L1_Regularizer" in ran.out
    assert "✗ nonconformant" in ran.out.splitlines()[-1]


def _without(index: int) -> Callable[[Records], Records]:
    return lambda records: records[:index] + records[index + 1 :] if index >= 0 else records[:index]


def _with(index: int, **changes: Any) -> Callable[[Records], Records]:
    def change(records: Records) -> Records:
        records[index] |= changes
        return records

    return change


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (_without(-1), "the footer is missing"),
        (_without(0), "the first line should be a header"),
        (_without(3), "as planned"),
        (lambda records: [], "the first line should be a header"),
        (lambda records: [*records[:4], records[3], *records[4:]], "as planned"),
        (lambda records: [*records[:4], {"type": "footing"}, *records[4:]], "not a Backproof record"),
        (_with(0, schema=2), "schema=2, but should be 1"),
        (_with(0, offered=7), "not a Backproof record"),
        (_with(2, verdict="great"), "not a Backproof record"),
        (_with(2, surprise=1), "not a Backproof record"),
        (_with(-1, counts=3), "counts"),
        (_with(-1, counts={"passed": "many"}), "counts"),
        (_with(2, evidence=[]), "evidence"),
        (_with(2, message=7), "message"),
        (_with(-1, verdict="conformant"), "does not follow from the findings"),
    ],
    ids=[
        "no-footer", "no-header", "finding-lost", "empty", "finding-doubled", "unknown-record", "schema", "offered",
        "verdict", "field", "counts", "count", "evidence", "message", "verdict-forged",
    ],
)  # fmt: skip
def test_damaged_results(tmp_path: Path, results: Path, damage: Callable[[Records], Records], sentence: str) -> None:
    path = tmp_path / "damaged"
    path.write_text("".join(json.dumps(record) + "\n" for record in damage(read(results))), encoding="utf-8")
    ran = run("report", path, "--html", tmp_path / "report.html")
    assert ran.status == 2
    assert ran.err.startswith(f"backproof: {path} is damaged: ")
    assert sentence in ran.err
    assert not (tmp_path / "report.html").exists()


@pytest.mark.parametrize(
    "content",
    [b'{"type":"header"', b"\xff\xfe\x00", b"[" * 100_000, b"1\n", b'{"type":"header"}\n', b"\n\n"],
    ids=["cut", "binary", "nested", "number", "bare", "blank"],
)
def test_files_that_are_no_results(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    ran = run("report", path)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"backproof: {path} is ")


def test_results_that_are_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "missing", tmp_path):
        ran = run("report", path)
        assert ran.status == 2
        assert "name a file that `check --results` wrote" in ran.err


@pytest.mark.parametrize("arguments", [("-m", "backproof", "check", "builtin", "ReLU", "Sgd"), PYTEST])
def test_a_run_leaves_nothing_in_the_working_folder(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    ran = subprocess.run(
        [sys.executable, *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**environment, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert list(tmp_path.iterdir()) == []
