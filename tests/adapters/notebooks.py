"""Notebooks for the tests, made of source texts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

BOMB = "from pathlib import Path as P\nP(__file__).with_name('exploded').touch()\nraise SystemExit(3)"


def notebook(*cells: str, outputs: Iterable[Any] = (), **rest: Any) -> str:
    """The JSON text of a notebook in nbformat 4 with the code cells given; a text that begins with # # is Markdown."""
    made: list[dict[str, Any]] = []
    for text in cells:
        if text.startswith("# # "):
            made.append({"cell_type": "markdown", "metadata": {}, "source": text[2:]})
        else:
            lines = text.splitlines(keepends=True)
            cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": list(outputs)}
            made.append({**cell, "source": lines})
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **rest})


def write_notebook(path: Path, *cells: str, **rest: Any) -> Path:
    """Write a notebook made of the cells; returns its path."""
    path.write_text(notebook(*cells, **rest), encoding="utf-8")
    return path
