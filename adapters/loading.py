"""Targets: what is checked, as JSON types that cross to the worker.

`{"kind": "builtin"}`, `{"kind": "folder", "path": …, "course": …}`, `{"kind": "module", "path": …}` or
`{"kind": "import", "name": …, "path": …}`. `resolve`, `readable`, `preload` and `fingerprint` only look at files.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .errors import SubjectNotFound
from .source import read_source

Target = Mapping[str, Any]

_SKIPPED = {"__pycache__", "node_modules", "site-packages", "venv", "env"}
_MOST_FILES = 5_000


def resolve(argument: str | None) -> dict[str, Any]:
    """The target that the user's argument means; nothing is executed.

    Args:
        argument: a folder, an adapter module (.py), an import path; None for the built-in framework.

    Raises:
        SubjectNotFound: there is no such thing; the text says what to do.
    """
    if argument is None:
        return {"kind": "builtin"}
    path = Path(argument).expanduser()
    if path.is_dir():
        from .fau.layout import find_layout

        find_layout(path)
        return {"kind": "folder", "path": str(path.resolve()), "course": "fau-exercises"}
    if path.suffix == ".ipynb":
        raise SubjectNotFound(f"{argument}: notebooks are not supported yet; name a folder or an adapter module (.py)")
    if path.suffix == ".py":
        return _resolve_file(path, argument)
    if path.exists():
        raise SubjectNotFound(f"{argument} is neither a folder nor a Python file; name a folder or an adapter module")
    return _resolve_import(argument)


def load(target: Target) -> Any:
    """The adapter of a target: an object with `build(spec)` and `describe()`.

    The files of a folder are not executed before the first `build`; an adapter module is executed now.

    Raises:
        SubjectNotFound: the files are no longer there.
        Exception: whatever an adapter module raises while it is executed.
    """
    match target["kind"]:
        case "builtin":
            from .builtin import BuiltinAdapter

            return BuiltinAdapter()
        case "folder":
            from .fau.adapter import FauAdapter
            from .fau.layout import find_layout

            return FauAdapter(find_layout(Path(target["path"])))
        case "module":
            from .module import load_file

            return load_file(Path(target["path"]))
        case "import":
            from .module import load_import

            return load_import(target["name"], target.get("path", ""))
    raise ValueError(f"target kind={target['kind']!r}, but should be builtin, folder, module or import")


def readable(target: Target) -> list[str]:
    """The files and folders that a worker has to read to load and run the target, with what lies below them."""
    match target["kind"]:
        case "builtin":
            return [str(_framework())]
        case "folder":
            from .fau.layout import find_layout

            return [str(find_layout(Path(target["path"])).root)]
        case "module":
            return [str(Path(target["path"]).resolve().parent)]
        case "import":
            return [str(_top_level(target["name"], target.get("path", "")).resolve())]
    return []


def preload(target: Target) -> list[str]:
    """The third-party modules that the target's files import: worth importing before sessions fork."""
    if target["kind"] == "folder":
        from .fau.adapter import third_party
        from .fau.layout import find_layout

        return third_party(find_layout(Path(target["path"])))
    if target["kind"] == "module":
        source = read_source(Path(target["path"]))
        modules = {found.module for found in source.imports if not found.level}
        beside = {path.stem for path in Path(target["path"]).parent.iterdir()}
        known = {*sys.stdlib_module_names, *beside, "numpy", "backproof"}
        return sorted(module for module in modules if module.partition(".")[0] not in known)
    return []


def fingerprint(target: Target) -> str:
    """SHA-256 over the names and contents of the target's Python files."""
    match target["kind"]:
        case "module":
            base = Path(target["path"]).resolve().parent
        case "import":
            base = _top_level(target["name"], target.get("path", "")).resolve()
        case _:
            base = Path(readable(target)[0])
    digest = hashlib.sha256()
    for path in [base] if base.is_file() else _python_files(base):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(base.parent).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
