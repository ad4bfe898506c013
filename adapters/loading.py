"""Targets: what is checked, as JSON types that cross to the worker.

`{"kind": "builtin"}`, `{"kind": "folder", "path": …, "course": …, "root": …, "notes": […]}`,
`{"kind": "definitions", "path": …, "course": …, "adapter": …, "notes": […]}` (a notebook, or a module with a
submission), `{"kind": "module", "path": …}` or `{"kind": "import", "name": …, "path": …}`, as `resolve` makes them.
Each may carry `"compat": {"numpy": [NAME, …]}`: the worker restores what NumPy has removed before it loads anything;
listed are the removed names that the files use.
`readable`, `preload` and `fingerprint` only look at files; `load` executes an adapter module, but no submission.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tokenize
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .definitions import read_definitions
from .file_courses import adapter_of, beside
from .module import load_file, load_import
from .numpy_names import names_of_numpy
from .resolving import locations
from .source import Import, read_source
from .standins import stands_in

if TYPE_CHECKING:
    from .fau.layout import Layout

Target = Mapping[str, Any]

_SKIPPED = {"__pycache__", "node_modules", "site-packages", "venv", "env"}
_MOST_FILES = 5_000  # a fingerprint of more than that names no submission


def load(target: Target) -> Any:
    """The adapter of a target: an object with `build(spec)` and `describe()`.

    Raises:
        SubjectNotFound: the files are no longer there.
        ValueError: the target's kind is not known.
        Exception: whatever an adapter module raises while it is executed.
    """
    match target["kind"]:
        case "builtin":
            from .builtin import BuiltinAdapter  # noqa: PLC0415 - a worker may not read the framework otherwise

            return BuiltinAdapter()
        case "folder":
            from .fau.adapter import FauAdapter  # noqa: PLC0415 - other targets start faster without

            return FauAdapter(_layout(target))
        case "definitions":
            return adapter_of(Path(target["path"]), target["adapter"], target["notes"])
        case "module":
            return load_file(Path(target["path"]))
        case "import":
            return load_import(target["name"], target["path"])
    raise _unknown(target)


def readable(target: Target) -> list[str]:
    """The files and folders that a worker has to read to load and run the target, with what lies below them.

    For an adapter module: its folder, what it imports from outside of `site-packages`, and the folders (relative to
    its own) that it lists in a literal `READABLE = [...]`.

    Raises:
        ValueError: the target's kind is not known.
    """
    match target["kind"]:
        case "builtin":
            return [str(path) for path in locations("backproof.framework")]
        case "folder":
            return [str(_layout(target).root)]
        case "definitions":
            path = Path(target["path"])
            return [str(place) for place in (path, *beside(path))]
        case "module":
            path = Path(target["path"])
            imported = [place for name in _imported(path) for place in locations(name)]
            listed = [path.parent / name for name in read_source(path).readable]
            return sorted({str(place.resolve()) for place in (path.parent, *imported, *listed) if place.exists()})
        case "import":
            top = target["name"].partition(".")[0]
            return [str(place.resolve()) for place in locations(top, target["path"])]
    raise _unknown(target)


def preload(target: Target) -> list[str]:
    """The third-party modules that the target's files import: worth importing before sessions fork."""
    match target["kind"]:
        case "folder":
            from .fau.adapter import third_party  # noqa: PLC0415 - as in `load`

            return third_party(_layout(target))
        case "definitions":
            path = Path(target["path"])
            own = {place.stem for place in beside(path)}
            return sorted(
                name for name in _foreign(read_definitions(path).imports, own) if not stands_in(name.partition(".")[0])
            )
        case "module":
            return sorted(_imported(Path(target["path"])))
    return []


def made_of(target: Target) -> dict[str, frozenset[Path]]:
    """The files that each offered component is made of, itself and its imports; empty where that is not known."""
    if target["kind"] != "folder":
        return {}
    layout = _layout(target)
    return {name: frozenset(source.path for source in layout.reached(name)) for name in layout.offered}


def names_used(target: Target, wanted: Collection[str]) -> list[str]:
    """Those of the wanted names of NumPy that the target's files use, sorted."""
    found: set[str] = set()
    for text in _texts(target):
        found |= names_of_numpy(text, wanted)
    return sorted(found)


def _texts(target: Target) -> Iterator[str]:
    """The Python texts that are executed when the target is loaded and run, as far as they can be read."""
    match target["kind"]:
        case "folder":
            files: Iterable[Path] = [source.path for source in _layout(target).closure]
        case "definitions":
            yield read_definitions(Path(target["path"])).code
            files = beside(Path(target["path"]))
        case "module":
            files = [Path(target["path"]).parent]
        case "import":
            files = map(Path, readable(target))
        case _:
            return
    for path in (each for place in files for each in ([place] if place.is_file() else python_files(place))):
        with suppress(OSError, SyntaxError, UnicodeDecodeError), tokenize.open(path) as file:
            yield file.read()


def fingerprint(target: Target) -> str:
    """SHA-256 over the names and the contents of the target's Python files."""
    bases = [Path(target["path"]).parent] if target["kind"] == "module" else map(Path, readable(target))
    digest = hashlib.sha256()
    for base in bases:
        for path in [base] if base.is_file() else python_files(base):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(base.parent).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def _layout(target: Target) -> Layout:
    from .fau.finding import find_layout  # noqa: PLC0415 - as in `load`
    from .fau.layout import read_layout  # noqa: PLC0415

    folder = Path(target["path"])
    if "root" not in target:  # written by hand, not by `resolve`
        return find_layout(folder)
    return read_layout(folder, Path(target["root"]), target.get("notes", ()))


def _imported(path: Path) -> set[str]:
    """The modules that a file imports by an absolute name; not the standard library's, nor those that lie beside it."""
    return _foreign(read_source(path).imports, {entry.stem for entry in path.parent.iterdir()})


def _foreign(imports: Iterable[Import], own: Collection[str]) -> set[str]:
    known = {*sys.stdlib_module_names, "numpy", "backproof", *own}
    modules = {found.module for found in imports if not found.level}
    return {module for module in modules if module.partition(".")[0] not in known}


def python_files(base: Path) -> Iterator[Path]:
    """The Python files below a folder, in order; not those of caches, environments and hidden folders."""
    count = 0
    for folder, folders, files in os.walk(base):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED and not name.startswith("."))
        for name in sorted(files):
            path = Path(folder, name)
            if path.suffix == ".py" and path.is_file() and count < _MOST_FILES:
                count += 1
                yield path


def _unknown(target: Target) -> ValueError:
    return ValueError(f"target kind={target['kind']!r}, but should be builtin, folder, definitions, module or import")
