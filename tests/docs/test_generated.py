"""The pages that follow from the code are in step with it."""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from backproof.checks.catalogue import all_checks
from backproof.mistakes import all_mistakes
from backproof.specs import all_specs

from ..packaging.house import ROOT

SCORE_ROW = re.compile(r"^\| (\w+) \| (\d+) \| (\d+) \| [^|]* \|([^|]*)\|$", flags=re.M)
SCRIPT = ROOT / "docs" / "generate.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_pages_are_up_to_date(script: ModuleType) -> None:
    stale = [str(path) for path, text in script.pages().items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "run: python docs/generate.py"


def test_every_check_has_a_row_with_its_law(script: ModuleType) -> None:
    rows = re.findall(r"^\| `([\w.-]+)` \| (.*?) \|", script.checks_page(), flags=re.M)
    assert dict(rows) == {check.id: check.law for check in all_checks().values()}


def test_every_convention_has_a_row(script: ModuleType) -> None:
    rows = re.findall(r"^\| ([^|]+) \| (\w+) \|", script.conventions_table(), flags=re.M)
    declared = [(convention.name, spec.name()) for spec in all_specs().values() for convention in spec.conventions]
    assert rows[1:] == declared


def test_a_changed_law_changes_the_page(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def other(context: Any) -> Any:
        """Another law."""

    checks = {name: replace(check, function=other) for name, check in all_checks().items()}
    before = script.checks_page()
    monkeypatch.setattr(script, "all_checks", lambda: checks)
    assert before != script.checks_page()


def test_the_table_goes_between_the_comments(script: ModuleType) -> None:
    page = "a\n<!-- generated -->\nold\n<!-- end -->\nb\n"
    assert script.between_comments(page, "new\n") == page.replace("old", "new")
    with pytest.raises(ValueError, match="0 places"):
        script.between_comments("a\n", "new\n")


def test_the_pages_lie_in_the_reference(script: ModuleType) -> None:
    assert {path.relative_to(ROOT) for path in script.pages()} == {
        Path("docs/reference/checks.md"),
        Path("docs/reference/conventions.md"),
        Path("docs/reference/mistakes.md"),
        Path("docs/reference/texts.md"),
    }


def test_the_score_counts_every_mistake_and_misses_none() -> None:
    text = (ROOT / "docs" / "reference" / "mistakes.md").read_text(encoding="utf-8")
    (table,) = re.findall(r"<!-- score -->\n(.*?)<!-- end -->", text, flags=re.S)
    rows = {
        spec: (int(number), int(caught), missed.strip()) for spec, number, caught, missed in SCORE_ROW.findall(table)
    }
    known = Counter(mistake.spec for mistake in all_mistakes().values())
    expected = {**known, "total": len(all_mistakes())}
    assert rows == {spec: (number, number, "") for spec, number in expected.items()}, "run: docs/generate.py --score"


def test_a_spec_that_is_there_loses_its_parentheses(script: ModuleType) -> None:
    row = "| 1 | a demand (ReLU) | `value.forward` | Sgd, (ReLU), (Teleporter) |\n"
    assert script.with_specs_of_today(row) == row.replace("(ReLU), ", "ReLU, ")
