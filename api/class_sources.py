"""The source of a class of this session: of a cell, which `inspect` does not find, or of a file."""

from __future__ import annotations

import ast
import inspect
import linecache
import textwrap
from collections.abc import Iterator
from types import FunctionType


def sources(cls: type) -> tuple[str, ...]:
    """The source of the class after those of its bases; without what has none, as in a plain prompt."""
    return tuple(source for each in reversed(cls.__mro__[:-1]) if (source := _source(each)))


def _source(cls: type) -> str:
    """The statement that has made this very class; empty if it is nowhere to be read.

    A notebook executes each cell as a file of its own and keeps its lines. Functions know the file and the line that
    they come from, so a class of the same name in another cell, or an older version of it, is never taken for this one.
    """
    for file, line in _places(cls):
        linecache.checkcache(file)
        try:
            tree = ast.parse("".join(linecache.getlines(file)))
        except (SyntaxError, ValueError):
            continue
        around = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef) and node.name == cls.__name__ and _holds(node, line)
        ]
        if around:
            return ast.unparse(max(around, key=lambda node: node.lineno))
    try:
        return textwrap.dedent(inspect.getsource(cls))
    except (OSError, TypeError):
        # Nothing but names and bases is left of a class without functions.
        bases = ", ".join(base.__name__ for base in cls.__bases__ if base is not object)
        return "" if any(_places(cls)) else f"class {cls.__name__}({bases}):\n    pass"


def _places(cls: type) -> Iterator[tuple[str, int]]:
    """File and line of each function that the class itself defines."""
    for value in vars(cls).values():
        function = inspect.unwrap(getattr(value, "__func__", getattr(value, "fget", value)))
        if isinstance(function, FunctionType) and function.__qualname__.startswith(f"{cls.__qualname__}."):
            yield function.__code__.co_filename, function.__code__.co_firstlineno


def _holds(node: ast.ClassDef, line: int) -> bool:
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    return first <= line <= (node.end_lineno or node.lineno)
