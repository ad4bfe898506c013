"""The tables of the reference name what there is, all of it and nothing else."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import PurePosixPath

import pytest

from backproof.adapters import base as base_classes
from backproof.checks.results import Verdict
from backproof.cli import main
from backproof.commands.train import MODELS
from backproof.exit_status import (
    CONFORMANT,
    HARNESS_ERROR,
    INTERRUPTED,
    NO_READER,
    NONCONFORMANT,
    NOT_LOADED,
    USAGE,
)
from backproof.specs import Kind, all_specs, operations
from backproof.specs.operations import never

from ..packaging.documents import read

RESULTS = read(PurePosixPath("docs/reference/results.md"))
COMMAND_LINE = read(PurePosixPath("docs/reference/command-line.md"))
CONVENTIONS = read(PurePosixPath("docs/reference/conventions.md"))
VERDICTS = read(PurePosixPath("docs/explanation/verdicts.md"))
PYTEST = read(PurePosixPath("docs/how-to/pytest.md"))
ADAPTER = read(PurePosixPath("docs/how-to/adapter.md"))
TRAINING = read(PurePosixPath("docs/reference-framework.md"))
README = read(PurePosixPath("README.md"))


def section(page: str, heading: str) -> str:
    """What stands below a heading, up to the next of the same or a higher level."""
    level = heading.index(" ")
    found = re.search(rf"^{re.escape(heading)}$(.*?)(?=^#{{1,{level}}} |\Z)", page, flags=re.M | re.S)
    assert found is not None, f"there is no {heading!r}"
    return found[1]


def first_column(text: str) -> list[str]:
    """The code in the first cells of the rows of the tables, one entry for each."""
    cells = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| `")]
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def options_of(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> set[str]:
    with pytest.raises(SystemExit):
        main([*arguments, "--help"])
    said = capsys.readouterr().out.split("examples:")[0]
    return set(re.findall(r"^ {2}(?:-\w, )?(--[\w-]+)", said, flags=re.M))


@pytest.mark.parametrize(("record", "heading"), [("header", "## Header"), ("footer", "## Footer")])
def test_fields_of_the_results_are_those_of_the_schema(record: str, heading: str) -> None:
    schema = json.loads(files("backproof.checks.results").joinpath("results.schema.json").read_text(encoding="utf-8"))
    assert first_column(section(RESULTS, heading)) == list(schema["$defs"][record]["properties"])


def test_fields_of_a_finding_are_those_of_the_schema() -> None:
    schema = json.loads(files("backproof.checks.results").joinpath("results.schema.json").read_text(encoding="utf-8"))[
        "$defs"
    ]
    fields, *inner = re.split(r"An entry of `\w+`", section(RESULTS, "## Finding"))
    assert first_column(fields) == list(schema["finding"]["properties"])
    names = ("diagnosis", "smallest", "array")
    assert [first_column(text) for text in inner] == [list(schema[name]["properties"]) for name in names]


def test_options_of_check_are_all_there(capsys: pytest.CaptureFixture[str]) -> None:
    rows = first_column(section(COMMAND_LINE, "### Options"))
    named = {cell.split()[0] for cell in rows if cell.startswith("--")}
    assert named == options_of(["check"], capsys)


def test_options_of_train_are_all_there(capsys: pytest.CaptureFixture[str]) -> None:
    rows = first_column(section(COMMAND_LINE, "## backproof train"))
    assert {cell.split()[0] for cell in rows if cell.startswith("--")} == options_of(["train"], capsys)
    assert {f"backproof train {model}" for model in MODELS} <= set(first_column(TRAINING))


@pytest.mark.parametrize("command", ["dispatch", "watch"])
def test_options_of_other_commands_are_all_there(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = first_column(section(COMMAND_LINE, f"## backproof {command}"))
    with pytest.raises(SystemExit):
        main([command, "--help"])
    said = re.findall(r"^ {2}-.*", capsys.readouterr().out.split("examples:")[0], flags=re.M)
    known = {option for line in said for option in re.findall(r"(?<!\S)--[\w-]+", line)}
    assert {cell.split()[0] for cell in rows if cell.startswith("--")} == known


def test_commands_are_all_there(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = re.findall(r"^ {4}(\w+) ", capsys.readouterr().out, flags=re.M)
    rows = first_column(COMMAND_LINE.split("## backproof check")[0])
    assert [row.split()[1] for row in rows] == said


def test_exit_statuses_are_all_there() -> None:
    rows = re.findall(r"^\| (\d+) \|", section(COMMAND_LINE, "## Exit statuses"), flags=re.M)
    known = [CONFORMANT, NONCONFORMANT, USAGE, NOT_LOADED, HARNESS_ERROR, INTERRUPTED, NO_READER]
    assert [int(row) for row in rows] == known
    assert re.findall(r"^\| (\d+) \|", README, flags=re.M) == [str(status) for status in known[:5]]


def test_options_of_the_plugin_are_all_there(pytestconfig: pytest.Config) -> None:
    rows = {cell.split()[0] for cell in first_column(section(PYTEST, "## Options"))}
    assert all(pytestconfig.getoption(row, default="none") != "none" for row in rows)
    known = {name for name in vars(pytestconfig.option) if name.startswith("backproof")}
    assert {row.removeprefix("--").replace("-", "_") for row in rows} == known


def test_verdicts_are_all_explained() -> None:
    assert first_column(section(VERDICTS, "## The verdict of a finding")) == [str(verdict) for verdict in Verdict]


def test_effects_of_all_conventions_are_named() -> None:
    effects = CONVENTIONS.split("What the laws do with it")[1].partition("\n## ")[0]
    named = [name for row in re.findall(r"^\| ([^|]+) \|", effects, flags=re.M)[1:] for name in row.split(", ")]
    known = {convention.name for spec in all_specs().values() for convention in spec.conventions}
    assert set(named) == known
    assert len(named) == len(known)


@pytest.mark.parametrize("kind", Kind)
def test_operations_of_adapters_are_all_there(kind: Kind) -> None:
    (row,) = re.findall(rf"^\| {kind} \|(.*)\|$", ADAPTER, flags=re.M)
    base, must, may = (re.findall(r"`(\w+)`", cell) for cell in row.split("|"))
    known = operations(kind)
    assert {*must, *may} == set(known)
    assert set(must) == {name for name, each in known.items() if each.required and each.needed is not never}
    adapter = getattr(base_classes, base[0])
    assert {name for name in dir(adapter) if hasattr(getattr(adapter, name), "operation")} == set(known)


def test_a_section_ends_where_the_next_begins() -> None:
    page = "# T\n## A\n| `a` | x |\n### B\n| `b`, `c` | y |\n## C\n| `d` | z |\n"
    assert first_column(section(page, "## A")) == ["a", "b", "c"]
    with pytest.raises(AssertionError, match="there is no '## Z'"):
        section(page, "## Z")
