"""Courses whose submissions are notebooks or single Python files."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from .definitions import Definitions, lies_beside, read_definitions
from .errors import SubjectNotFound
from .source import read_source

_MOST_MODULES = 200  # of a package beside a file

# Course: the package whose module `adapter` has `recognises(definitions)`, and there the class of its adapters; asked
# in this order.
PACKAGES = {
    "fau-tutorial": ("tutorial", "TutorialAdapter"),
    "freiburg-mlp": ("freiburg", "FreiburgAdapter"),
    "fnn-workshop": ("workshop", "WorkshopAdapter"),
}


def course_of(definitions: Definitions) -> str:
    """The course that recognises the definitions as a submission; empty if none does."""
    return next((course for course in PACKAGES if _module(course).recognises(definitions)), "")


def adapter_of(path: Path, course: str, notes: list[str]) -> Any:
    """The course's adapter of a file; executes nothing of it.

    Raises:
        SubjectNotFound: the file cannot be read.
        ValueError: the course takes no notebooks.
    """
    if course not in PACKAGES:
        raise ValueError(f"course={course!r} takes no notebooks, but should be {' or '.join(PACKAGES)}")
    return getattr(_module(course), PACKAGES[course][1])(read_definitions(path), notes)


def resolve_definitions(path: Path) -> dict[str, Any]:
    """The target of a notebook or a Python file with a submission.

    Raises:
        SubjectNotFound: it cannot be read, or no course recognises it.
    """
    definitions = read_definitions(path)
    course = course_of(definitions)
    if not course:
        found = ", ".join([*definitions.classes, *definitions.functions][:12]) or "no class and no function"
        skipped = f"; {'; '.join(definitions.notes)}" if definitions.notes else ""
        raise SubjectNotFound(
            f"{path.name} is no submission of a course that Backproof knows ({', '.join(PACKAGES)}): it defines {found}"
            f"{skipped}. Name the classes as the course does, or write an adapter: a .py file with a function "
            f"build(spec), which `backproof init {path.parent}` begins for the classes of .py files there"
        )
    resolved = str(path.resolve())
    return {"kind": "definitions", "path": resolved, "course": course, "adapter": course, "notes": []}


def beside(path: Path) -> list[Path]:
    """The modules and packages in the file's folder that it imports, and those that they import in turn."""
    found: list[Path] = []
    waiting = list(read_definitions(path).imports)
    while waiting:
        each = waiting.pop()
        place = lies_beside(path.parent, each.module.partition(".")[0] or each.name)
        if place is not None and place != path and place not in found:
            found.append(place)
            files = [place] if place.is_file() else sorted(islice(_modules(place), _MOST_MODULES))
            waiting += [imported for file in files for imported in read_source(file).imports]
    return sorted(found)


def _modules(folder: Path) -> Iterator[Path]:
    """The modules of a package: files that lie in it, and neither pipes nor links to elsewhere."""
    inside = folder.resolve()
    return (file for file in folder.rglob("*.py") if file.is_file() and file.resolve().is_relative_to(inside))


def is_adapter_module(path: Path) -> bool:
    """Tell whether a Python file has a function `build` that asks for a spec, and so is a user's own adapter.

    The `build` of a course, which makes a network, can be called without arguments.
    """
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    builders = [node.args for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "build"]
    return any(len(asked.posonlyargs) + len(asked.args) > len(asked.defaults) for asked in builders)


def _module(course: str) -> Any:
    return importlib.import_module(f"{__package__}.{PACKAGES[course][0]}.adapter")
