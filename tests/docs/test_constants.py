"""The constants that the explanation of the gradient check names are those of the code."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import PurePosixPath

import pytest

from ..packaging.documents import read

PAGE = read(PurePosixPath("docs/explanation/gradient-check.md"))
ROWS = re.findall(r"^\| `(\w+)\.([A-Z_]+)` \| ([^|]+) \|", PAGE, flags=re.M)


def value_of(text: str) -> float:
    """A number, or a power written `2**-4`."""
    base, _, exponent = text.partition("**")
    number: float = ast.literal_eval(base)
    return number ** ast.literal_eval(exponent) if exponent else number


@pytest.mark.parametrize(("module", "name", "text"), ROWS, ids=[name for _, name, _ in ROWS])
def test_the_page_names_the_constant_of_the_code(module: str, name: str, text: str) -> None:
    assert getattr(importlib.import_module(f"backproof.checks.numerics.{module}"), name) == value_of(text)


def test_there_are_rows() -> None:
    assert len(ROWS) > 8
    assert value_of("2**-4") == 0.0625
