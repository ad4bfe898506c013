"""A user's own adapter module: a file or an importable name with a function `build(spec)`.

Optional in the module: `CONVENTIONS`, a dict from a convention's name to the choice; `COURSE`, a course's name;
`OFFERED`, the names of the specs that it offers (all, if absent); `describe()`, a dict that overrides the rest.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from ..specs import Spec, all_specs


class ModuleAdapter:
    """An adapter that a user has written.

    Args:
        module: the imported module.
        name: how reports call it.
        files: the module's own file, if it has one.

    Raises:
        ImportError: the module has no function `build`.
    """

    def __init__(self, module: ModuleType, name: str, files: dict[str, str]) -> None:
        build = getattr(module, "build", None)
        if not callable(build):
            raise ImportError(f"{name} is no adapter module: it should have a function build(spec), but has none")
        self._build: Callable[[Spec], Any] = build
        self._module = module
        self._name = name
        self._files = files

    def build(self, spec: Spec) -> Any:
        """What the module's `build` returns."""
        return self._build(spec)

    def describe(self) -> dict[str, Any]:
        """What a report says of the subject, as JSON types."""
        offered = [str(name) for name in getattr(self._module, "OFFERED", all_specs())]
        own: dict[str, Any] = getattr(self._module, "describe", dict)()
        return {
            "adapter": self._name,
            "course": str(getattr(self._module, "COURSE", "")),
            "edition": "",
            "stage": "",
            "offered": offered,
            "missing": [],
            "conventions": {str(key): str(value) for key, value in getattr(self._module, "CONVENTIONS", {}).items()},
            "notes": [],
            "files": self._files,
            **own,
        }


def load_file(path: Path) -> ModuleAdapter:
    """Execute the adapter module at `path`, under a name of its own and with its folder on the module search path."""
    digest = hashlib.sha256(str(path).encode()).hexdigest()[:12]
    name = f"backproof_adapter_{path.stem}_{digest}"
    _search_first(path.parent)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded as a Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickle look their module up
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return ModuleAdapter(module, path.name, {"adapter": path.name})


def load_import(name: str, base: str) -> ModuleAdapter:
    """Import the adapter module called `name`; `base` is the folder that holds its top-level package, if any."""
    if base:
        _search_first(Path(base))
    return ModuleAdapter(importlib.import_module(name), name, {})


def _search_first(folder: Path) -> None:
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
