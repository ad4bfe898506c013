"""Cells as a notebook executes them, without a notebook."""

from __future__ import annotations

import linecache
from typing import Any


def cell(source: str, name: str = "<cell 1>", **earlier: Any) -> dict[str, Any]:
    """The names that a cell defines, executed as a notebook does: its source is known, but it lies in no file."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    namespace: dict[str, Any] = {**earlier, "__name__": "__main__"}
    exec(compile(source, name, "exec"), namespace)
    return namespace
