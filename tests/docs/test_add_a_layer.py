"""How much code a new layer takes, as the page on it shows."""

from __future__ import annotations

import ast
from pathlib import PurePosixPath

import pytest

from ..packaging.documents import Block, read, split

PAGE = PurePosixPath("docs/how-to/add-a-layer.md")
MOST = 60
ROOMS = ("specs", "checks/definitions", "framework/layers")
BLOCKS = split(read(PAGE))[0]


def added(name: str) -> dict[str, str]:
    """The new files of a layer, without its mistakes, by their folders."""
    new = [block for block in BLOCKS if not is_edit(block)]
    places = {word.removeprefix("at="): block for block in new for word in block.words if word.startswith("at=")}
    paths = {PurePosixPath(place): block for place, block in places.items() if place.endswith(f"/{name}.py")}
    return {str(path.parent): block.text for path, block in paths.items() if path.parts[0] != "mistakes"}


def lines_of_code(text: str) -> int:
    """The lines that are neither blank nor comments nor part of a docstring."""
    rows = {number for number, row in enumerate(text.splitlines(), 1) if row.strip() and row.strip()[0] != "#"}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            rows -= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    return len(rows)


@pytest.mark.parametrize("name", ["leaky_relu", "layer_norm"])
def test_a_layer_takes_three_short_files(name: str) -> None:
    files = added(name)
    assert tuple(files) == ROOMS
    assert sum(map(lines_of_code, files.values())) <= MOST


def test_no_law_is_edited() -> None:
    edited = [word for block in BLOCKS if is_edit(block) for word in block.words if word.startswith("at=")]
    assert edited
    assert all(word.endswith(("/__init__.py", "/layer_norm.py")) for word in edited)


def is_edit(block: Block) -> bool:
    return block.language == "diff"


def test_code_is_counted_without_what_explains_it() -> None:
    assert (
        lines_of_code('"""Module."""\n\nimport a\n\n\ndef f():\n    """Doc\n    string."""\n    # why\n    return a\n')
        == 3
    )
