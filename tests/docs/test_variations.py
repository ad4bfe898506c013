"""Every variation of the FAU exercises that the docs list leads to a test that exists."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pytest

from ..packaging.documents import read
from ..packaging.house import ROOT

ROWS = re.findall(
    r"^\| .* \| `([\w/]+\.py)(?:::(\w+))?` \|$", read(PurePosixPath("docs/how-to/fau-exercises.md")), re.M
)


@pytest.mark.parametrize(("file", "test"), sorted(set(ROWS)))
def test_a_variation_has_its_test(file: str, test: str) -> None:
    text = (ROOT / "tests" / file).read_text(encoding="utf-8")
    assert f"def {test or 'test_'}" in text


def test_the_table_is_read() -> None:
    assert len(ROWS) >= 30
