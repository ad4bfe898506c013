"""Which names of NumPy a Python text uses; nothing is executed."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Collection, Iterator


def names_of_numpy(text: str, wanted: Collection[str]) -> frozenset[str]:
    """Those of the wanted names that the text takes from NumPy; none of a text that cannot be parsed.

    Seen are `np.name`, whatever NumPy is called there, `from numpy import name`, and after `from numpy import *` the
    bare name.
    """
    if not re.search(rf"\b(?:{'|'.join(map(re.escape, wanted))})\b", text) or "numpy" not in text:
        return frozenset()  # most files: parsing takes longer
    try:
        with warnings.catch_warnings(action="ignore"):  # of escape sequences that should be written otherwise
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    return frozenset(_taken(tree)).intersection(wanted)


def _taken(tree: ast.Module) -> Iterator[str]:
    nodes = list(ast.walk(tree))
    aliases = {
        alias.asname or alias.name
        for node in nodes
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name == "numpy"
    }
    imported = {
        alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module == "numpy" and not node.level
        for alias in node.names
    }
    yield from imported
    for node in nodes:
        match node:
            case ast.Attribute(value=ast.Name(id=module), attr=name) if module in aliases:
                yield name
            case ast.Name(id=name, ctx=ast.Load()) if "*" in imported:
                yield name
