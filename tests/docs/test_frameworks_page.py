"""The page on frameworks: what the program writes, and what it must not say without a reason."""

from __future__ import annotations

import re
import tomllib
from pathlib import PurePosixPath

from backproof.specs import all_specs

from ..packaging.documents import read
from ..packaging.house import ROOT

PAGE = read(PurePosixPath("docs/reference/frameworks.md"))
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.partition("<!-- frameworks -->")[2].splitlines()
    if line.startswith("| ")
]


def test_no_framework_has_failures_and_there_are_several() -> None:
    head, *rest = ROWS
    found = {row[0]: row[head.index("failures")] for row in rest if len(row) == len(head) and re.search(r"\d", row[1])}
    assert len(found) >= 3
    assert set(found.values()) == {"0"}


def test_the_conventions_of_the_page_are_known() -> None:
    start = next(index for index, row in enumerate(ROWS) if row[0] == "convention")
    known = {convention.name for spec in all_specs().values() for convention in spec.conventions}
    assert {row[0] for row in ROWS[start + 1 :]} <= known | {"computes in float32"}


def test_every_waiver_of_a_framework_has_a_source() -> None:
    files = sorted((ROOT / "examples" / "waivers").glob("*.toml"))
    assert files
    for file in files:
        for waiver in tomllib.loads(file.read_text(encoding="utf-8"))["waiver"]:
            assert "https://" in waiver["reason"], f"{file.name}: {waiver['finding']} has no source"
