"""The constants that the explanation of the gradient check names are those of the code."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import PurePosixPath

import pytest

from backproof.checks.numerics.precision import FLOAT32, FLOAT64

from ..packaging.documents import read

PAGE = read(PurePosixPath("docs/explanation/gradient-check.md"))
ROWS = re.findall(r"^\| `(\w+)\.([A-Z_]+)` \| ([^|]+) \|", PAGE, flags=re.M)
BY_PRECISION = re.findall(r"^\| `([a-z_]+)` \| ([^|]+) \| ([^|]+) \|", PAGE, flags=re.M)


def value_of(text: str) -> float:
    """A number, or a power written `2**-4`."""
    base, _, exponent = text.partition("**")
    number: float = ast.literal_eval(base)
    return number ** ast.literal_eval(exponent) if exponent else number


@pytest.mark.parametrize(("module", "name", "text"), ROWS, ids=[name for _, name, _ in ROWS])
def test_the_page_names_the_constant_of_the_code(module: str, name: str, text: str) -> None:
    assert getattr(importlib.import_module(f"backproof.checks.numerics.{module}"), name) == value_of(text)


@pytest.mark.parametrize(("name", "double", "single"), BY_PRECISION, ids=[name for name, _, _ in BY_PRECISION])
def test_the_page_names_what_depends_on_the_precision(name: str, double: str, single: str) -> None:
    assert getattr(FLOAT64, name) == value_of(double)
    assert getattr(FLOAT32, name) == value_of(single)


def test_there_are_rows() -> None:
    assert len(ROWS) > 7
    assert len(BY_PRECISION) > 6
    assert value_of("2**-4") == 0.0625
