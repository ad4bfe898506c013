"""Finds every import of the rooms and names those that go against the directions of the house.

Imports are read from the syntax tree, so those inside functions and `if TYPE_CHECKING:` count as well, and those
of modules that cannot be imported here. Calls of `import_module` and `__import__` with a literal name count too.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import PurePosixPath

from .house import DISTRIBUTION, ROOMS, files_below, package_name

# (files, module): these files may import this module and what lies below it. A file may always import its own room.
ALLOWED = (
    ("api/*", "backproof"),
    ("adapters/*", "backproof.specs"),
    ("adapters/builtin.py", "backproof.framework"),
    ("mistakes/*", "backproof.adapters.builtin"),
    ("mistakes/*", "backproof.framework"),
    ("mistakes/*", "backproof.specs"),
    ("sandbox/*", "backproof.specs"),
    ("sandbox/worker*", "backproof.adapters"),
    ("checks/*", "backproof.specs"),
    ("checks/*", "backproof.sandbox"),
    ("checks/*", "backproof.mistakes"),
    ("reports/*", "backproof.checks.results"),
)

# Every folder of adapters with a module `course` is a course. What two courses need lies beside them, so a course is
# imported by itself, and by what finds the course of a submission.
COURSES = frozenset(path.parts[1] for path in files_below("adapters") if path.match("adapters/*/course.py"))
FINDS_COURSES = ("adapters/courses.py", "adapters/loading.py", "adapters/resolving.py")

# Rooms that the worker loads, or that must start fast: at import time NumPy is their only third-party module.
LEAN_ROOMS = ("adapters", "framework", "specs", "sandbox")

LONGEST_FILE = 400
LONGEST_FUNCTION = 50


@dataclass(frozen=True, kw_only=True)
class Import:
    """One imported name.

    Attributes:
        target: absolute dotted name; for `from m import n` it is `m.n`, whether `n` is a module or not.
        line: line number, from 1.
        relative: written with leading dots.
        literal: an import statement, as opposed to a call of `import_module`.
        eager: executed when the module is imported; false inside functions and under `if TYPE_CHECKING:`.
    """

    target: str
    line: int
    relative: bool
    literal: bool
    eager: bool

    @property
    def top(self) -> str:
        """The first part of the target."""
        return self.target.partition(".")[0]


class _Collector(ast.NodeVisitor):  # the methods' names are given by ast
    def __init__(self, package: str) -> None:
        self.package = package
        self.eager = True
        self.found: list[Import] = []

    def _resolve(self, dots: int, name: str) -> str:
        if not dots:
            return name
        parts = self.package.split(".")
        # More dots than packages leave the distribution; an empty first part makes the target match nothing.
        base = parts[: len(parts) - dots + 1] if dots <= len(parts) else [""]
        return ".".join([*base, name] if name else base)

    def _add(self, target: str, line: int, *, relative: bool, literal: bool = True) -> None:
        self.found.append(Import(target=target, line=line, relative=relative, literal=literal, eager=self.eager))

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._add(alias.name, node.lineno, relative=False)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = self._resolve(node.level, node.module or "")
        for alias in node.names:
            self._add(f"{module}.{alias.name}", node.lineno, relative=node.level > 0)

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in {"import_module", "__import__"} and node.args and isinstance(node.args[0], ast.Constant):
            name = str(node.args[0].value)
            dots = len(name) - len(name.lstrip("."))
            self._add(self._resolve(dots, name.lstrip(".")), node.lineno, relative=dots > 0, literal=False)
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        guarded = ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}
        self._visit_all(node.body, eager=self.eager and not guarded)
        self._visit_all(node.orelse, eager=self.eager)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._visit_all(ast.iter_child_nodes(node), eager=False)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815  # the name is given by ast

    def _visit_all(self, nodes: Iterable[ast.AST], *, eager: bool) -> None:
        before, self.eager = self.eager, eager
        for node in nodes:
            self.visit(node)
        self.eager = before


def imports_of(path: PurePosixPath, source: str) -> list[Import]:
    """List what a room's file imports, in the order of the file."""
    collector = _Collector(package_name(path))
    collector.visit(ast.parse(source, filename=str(path)))
    return collector.found


def _is_below(target: str, module: str) -> bool:
    return target == module or target.startswith(f"{module}.")


def may_import(path: PurePosixPath, target: str) -> bool:
    """Tell whether a room's file may import this module of the distribution."""
    room = path.parts[0]
    if room == "adapters" and any(_is_below(target, f"{DISTRIBUTION}.adapters.{course}") for course in COURSES):
        return target.split(".")[2] == path.parts[1] or str(path) in FINDS_COURSES
    own = room != "api" and _is_below(target, f"{DISTRIBUTION}.{room}")
    return own or any(fnmatch(str(path), files) and _is_below(target, module) for files, module in ALLOWED)


def direction_errors(files: Mapping[PurePosixPath, str]) -> Iterator[str]:
    """Name every import of one room by another that the directions forbid."""
    for path, source in files.items():
        for found in imports_of(path, source):
            if found.top in {DISTRIBUTION, ""} and not may_import(path, found.target):
                fault = f"{path.parts[0]}/ may not import {found.target}"
                yield f"{path}:{found.line}: {fault}; see ALLOWED in tests/packaging/imports.py"


def style_errors(files: Mapping[PurePosixPath, str]) -> Iterator[str]:
    """Name every import statement that reaches a room by an absolute or a bare name instead of a relative one."""
    for path, source in files.items():
        for found in imports_of(path, source):
            if found.literal and not found.relative and found.top in {DISTRIBUTION, *ROOMS}:
                advice = "write a relative import, such as from ..specs import Dropout"
                yield f"{path}:{found.line}: {found.target} is named absolutely; {advice}"


def third_party_errors(files: Mapping[PurePosixPath, str], dependencies: Iterable[str]) -> Iterator[str]:
    """Name every third-party module that a room loads at import time without being allowed to.

    The lean rooms have NumPy alone, the others what the distribution depends on. An adapter of an optional framework
    carries the framework's name first (`adapters/torch_modules.py`) and may import it.
    """
    known = {*sys.stdlib_module_names, DISTRIBUTION, "", *ROOMS}  # the other two checks speak of the rooms
    for path, source in files.items():
        lean = path.parts[0] in LEAN_ROOMS
        allowed = {"numpy"} if lean else set(dependencies)
        for found in imports_of(path, source):
            own_framework = path.parts[0] == "adapters" and path.stem.startswith(found.top)
            if found.eager and found.top not in known | allowed and not own_framework:
                advice = "import it inside the function that needs it" if lean else "declare it in pyproject.toml"
                yield f"{path}:{found.line}: {path.parts[0]}/ loads {found.top} at import time; {advice}"


def length_errors(files: Mapping[PurePosixPath, str], longest: int = LONGEST_FILE) -> Iterator[str]:
    """Name every file that has grown too long to have one purpose."""
    for path, source in files.items():
        if (lines := len(source.splitlines())) > longest:
            yield f"{path}: {lines} lines, but should be at most {longest}; split it by purpose"


def function_errors(files: Mapping[PurePosixPath, str], longest: int = LONGEST_FUNCTION) -> Iterator[str]:
    """Name every function that has grown too long to be seen at once; its docstring and decorators do not count."""
    for path, source in files.items():
        for node in ast.walk(ast.parse(source, filename=str(path))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                first = node.body[0]
                text = first.end_lineno - first.lineno + 1 if ast.get_docstring(node) and first.end_lineno else 0
                lines = node.end_lineno - node.lineno + 1 - text
                if lines > longest:
                    fault = f"{node.name} has {lines} lines, but should have at most {longest}"
                    yield f"{path}:{node.lineno}: {fault}; name its steps"
