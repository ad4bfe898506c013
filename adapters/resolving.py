"""From what a user names to a target; nothing is executed."""

from __future__ import annotations

import importlib.util
import sysconfig
from pathlib import Path
from typing import Any

from .definitions import read_definitions
from .errors import SubjectNotFound
from .fau.course import COURSE as FAU
from .fau.finding import find_layout
from .file_courses import course_of, is_adapter_module, resolve_definitions
from .source import read_source

_KINDS = (
    "a folder with a submission, a notebook (.ipynb), an adapter module (a .py file with a function build(spec)) or "
    "its import path"
)


def resolve(argument: str | None, course: str = "") -> dict[str, Any]:
    """The target that the user's argument means.

    Args:
        argument: a folder, a notebook (.ipynb), a module with a submission or an adapter module (.py), an import path;
            None for the built-in framework.
        course: the course that the user says it is of; a folder of the FAU exercises needs no evidence then.

    Raises:
        SubjectNotFound: there is no such thing; the text says what was looked for, where, and what to do.
    """
    if argument is None:
        return {"kind": "builtin"}
    path = Path(argument).expanduser()
    if path.is_dir():
        return _resolve_folder(path.resolve(), said=course == FAU.name)
    if path.suffix in {".ipynb", ".py"}:
        return _resolve_file(path, argument)
    if path.exists():
        raise SubjectNotFound(f"{argument} is neither a folder nor a Python file; name {_KINDS}")
    return _resolve_import(argument)


def locations(name: str, base: str = "") -> list[Path]:
    """Where an importable module lies, if outside of the standard library and `site-packages`; it is not executed.

    Args:
        name: the module.
        base: a folder to look in first; empty for none.
    """
    if base:
        return [place for place in (Path(base, name), Path(base, f"{name}.py")) if place.exists()][:1]
    try:
        spec = importlib.util.find_spec(name if name == "backproof.framework" else name.partition(".")[0])
    except (ImportError, ValueError):
        return []
    if spec is None:
        return []
    places = [Path(place) for place in spec.submodule_search_locations or ([spec.origin] if spec.origin else [])]
    return [place for place in places if place.exists() and (name.startswith("backproof.") or not _installed(place))]


def _installed(place: Path) -> bool:
    return any(place.is_relative_to(path) for path in sysconfig.get_paths().values())


def _resolve_folder(folder: Path, *, said: bool) -> dict[str, Any]:
    layout = find_layout(folder, said=said)
    return {
        "kind": "folder",
        "path": str(folder),
        "course": FAU.name,
        "root": str(layout.root),
        "notes": list(layout.choice),
    }


def _resolve_file(path: Path, argument: str) -> dict[str, Any]:
    if not path.is_file():
        raise SubjectNotFound(f"there is no file {argument} in {Path.cwd()}; name {_KINDS}")
    if path.suffix == ".ipynb" or (not is_adapter_module(path) and course_of(read_definitions(path))):
        return resolve_definitions(path)
    _require_build(path, argument)
    return {"kind": "module", "path": str(path.resolve())}


def _resolve_import(name: str) -> dict[str, Any]:
    if not all(part.isidentifier() for part in name.split(".")):
        raise SubjectNotFound(f"there is no file or folder {name} in {Path.cwd()}; name {_KINDS}")
    top, *parts = name.split(".")
    if top == "backproof":  # ours: may be imported, and in a checkout its rooms do not lie below one folder
        own = importlib.util.find_spec(name)
        if own is not None and own.origin:
            _require_build(Path(own.origin), name)
            return {"kind": "import", "name": name, "path": ""}
    here = locations(top, str(Path.cwd()))
    try:
        spec = None if here else importlib.util.find_spec(top)
    except (ImportError, ValueError):
        spec = None
    found = here or [Path(place) for place in (spec and (spec.submodule_search_locations or [spec.origin or ""])) or ()]
    for place in found:
        if place.suffix == ".py" and not parts:
            file = place
        else:
            file = place.joinpath(*parts, "__init__.py")
            file = file if file.is_file() else place.joinpath(*parts).with_suffix(".py")
        if file.is_file():
            _require_build(file, name)
            base = place.parent
            beside = not _installed(base) and (place.name in {top, f"{top}.py"})
            return {"kind": "import", "name": name, "path": str(base.resolve()) if beside else ""}
    raise SubjectNotFound(
        f"there is no file or folder {name} in {Path.cwd()}, and no module of that name can be imported; name {_KINDS}"
    )


def _require_build(path: Path, argument: str) -> None:
    source = read_source(path)
    if source.error:
        raise SubjectNotFound(f"{argument} cannot be parsed: {source.error}")
    if not {"build", "*"} & set(source.names):
        raise SubjectNotFound(
            f"{argument} is no adapter module: it defines no function build(spec). "
            f"To check a submission, name its folder, for example {path.parent.parent}"
        )
