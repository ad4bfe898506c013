"""The room's front door: formats by name, and nothing heavy before a format is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

from backproof.reports import FORMATS, render

from .sample import passing_result, rich_result


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_renders(form: str) -> None:
    text = render(rich_result(), form)
    assert isinstance(text, str)
    assert "Dropout" in text
    assert text.endswith("\n") or form == "html"


def test_formats_differ() -> None:
    result = passing_result(1)
    assert set(FORMATS) == {"text", "html", "junit"}
    assert render(result, "html").startswith("<!doctype html>")
    assert render(result, "junit").startswith("<?xml")
    assert render(result, "text").rstrip().splitlines()[-1].startswith("✓ conformant")


def test_same_result_renders_the_same_page() -> None:
    for form in FORMATS:
        assert render(rich_result(), form) == render(rich_result(), form)


def test_unknown_format_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="format='pdf', but should be one of: text, html, junit"):
        render(passing_result(1), "pdf")


def test_importing_the_room_loads_no_renderer() -> None:
    code = "import sys, backproof.reports; print([m for m in ('rich', 'jinja2', 'numpy', 'scipy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
