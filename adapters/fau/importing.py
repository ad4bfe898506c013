"""Importing a submission's modules by name, in every style in which submissions import each other.

Python imports the submission as if its root were first on the module search path. Beyond that, three things help:
a package's `__init__.py` whose statements fail one by one does not take the package's other modules with it; names
that only resolve on their author's machine (`from Base import`, `from src_to_implement.Layers import`) are found; and
what the course supplies or no layer needs (`Layers.Helpers`, plots) is replaced.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from importlib.abc import MetaPathFinder
from importlib.machinery import FileFinder, ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from ..randomness import FollowedSeed
from ..standins import inert_spec, replaceable, replaced
from . import helpers_module
from .layout import PREFIX, Layout

_KEPT = {"backproof", "numpy", *sys.stdlib_module_names}


class Importer:
    """Imports the components of one submission.

    In one process one submission at a time is importable: the modules of another are put aside meanwhile.

    Args:
        layout: the submission's files.
    """

    _active: Importer | None = None

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._modules: dict[str, ModuleType] = {}  # ours, while another submission is active
        self._aside: dict[str, ModuleType] = {}  # others of the same names, while we are
        self._seed = FollowedSeed(layout.root)
        self._finders = (_Packages(layout), _Fallbacks(layout))
        self._codes: dict[str, CodeType] = {}
        own = {path.stem for path in layout.sources} | {folder.name for folder in layout.folders}
        self._own_names = (own | set(_aliases(layout)) | {"Helpers"}) - _KEPT

    def find(self, name: str) -> Any:
        """The class of the component called `name`; None if the submission has none.

        Raises:
            Exception: whatever the submission's module raises while it is imported.
        """
        component = self._layout.components.get(name)
        if component is None:
            return None
        with self._importing():
            self._prepare_star_imports(component.path)
            module = importlib.import_module(component.module)
        if not hasattr(module, component.attribute):
            relative = component.path.relative_to(self._layout.root)
            raise AttributeError(f"{relative} has no class {component.attribute}, but should define it")
        return getattr(module, component.attribute)

    @contextmanager
    def _importing(self) -> Iterator[None]:
        self.activate()
        before, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # nothing is written beside the submission
        try:
            yield
        finally:
            sys.dont_write_bytecode = before

    def compile(self) -> None:
        """Compile every module beforehand; nothing is executed. What cannot be compiled is left to its import."""
        for path in self._layout.sources:
            loader = SourceFileLoader(path.stem, str(path))
            with suppress(Exception):
                self._codes[str(path)] = loader.source_to_code(loader.get_data(str(path)), str(path))

    def activate(self) -> None:
        """Make the submission's modules importable, and no other submission's."""
        if Importer._active is self and str(self._layout.root) in sys.path:
            return
        if Importer._active is not None:
            Importer._active._deactivate()
        self._aside = self._take_modules()
        sys.modules.update(self._modules)
        sys.path.insert(0, str(self._layout.root))
        sys.meta_path.insert(0, self._finders[0])
        sys.meta_path.append(self._finders[1])
        sys.path_hooks.insert(0, self._hook)
        sys.path_importer_cache.clear()
        importlib.invalidate_caches()
        self._seed.install()
        Importer._active = self

    def _deactivate(self) -> None:
        self._seed.remove()
        sys.path[:] = [entry for entry in sys.path if entry != str(self._layout.root)]
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder not in self._finders]
        sys.path_hooks.remove(self._hook)
        sys.path_importer_cache.clear()
        self._modules = self._take_modules()
        sys.modules.update(self._aside)

    def _hook(self, place: str) -> FileFinder:
        """Modules in the submission's folders are loaded from what has been compiled."""
        if not self._codes or not Path(place).is_relative_to(self._layout.root):
            raise ImportError(f"{place} is no folder of the submission")
        loader = partial(_CompiledLoader, codes=self._codes)
        return FileFinder(place, (loader, [".py"]))  # type: ignore[arg-type]  # all that it does is call it

    def _take_modules(self) -> dict[str, ModuleType]:
        """Remove the modules that have our names from `sys.modules`; returns them."""
        names = [name for name in sys.modules if name.partition(".")[0] in self._own_names]
        return {name: sys.modules.pop(name) for name in names}

    def _prepare_star_imports(self, path: Path) -> None:
        """Before a file does `from Layers import *`: leave out of `Layers.__all__` what cannot be imported."""
        source = self._layout.sources[path]
        for module in {found.module for found in source.imports if found.name == "*" and found.level == 0}:
            if module not in {folder.name for folder in self._layout.folders[1:]}:
                continue
            package = importlib.import_module(module)
            names = getattr(package, "__all__", None)
            if isinstance(names, list | tuple):
                vars(package)["__all__"] = [name for name in names if _importable(package, name)]


def _importable(package: ModuleType, name: str) -> bool:
    if hasattr(package, name):
        return True
    try:
        importlib.import_module(f"{package.__name__}.{name}")
    except Exception as error:  # the submission may raise anything
        _say(f"from {package.__name__} import *: {name} is left out, because importing it failed: {error}")
        return False
    return True


def _say(text: str) -> None:
    print(f"backproof: {text}", file=sys.stderr)


def _aliases(layout: Layout) -> dict[str, Path]:
    """Top-level names under which files may import each other: the folders above, and folders in another case."""
    aliases = {PREFIX: layout.root, layout.root.name: layout.root}
    for folder in layout.root.parents:
        if folder.is_relative_to(layout.folder):
            aliases.setdefault(folder.name, folder)
    for name in ("Layers", "Optimization"):
        lower = [folder for folder in layout.folders[1:] if folder.name.lower() == name.lower()]
        aliases[name] = lower[0] if lower else layout.root  # the root: a flat folder
        aliases.setdefault(name.lower(), aliases[name])
    return {name: folder for name, folder in aliases.items() if name.isidentifier()}


class _Packages(MetaPathFinder):
    """Asked first: the submission's own packages, whose `__init__.py` runs statement by statement."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del target
        name = fullname.rpartition(".")[2]
        for entry in [str(self._layout.root)] if path is None else path:
            folder = Path(entry, name)
            if folder.is_relative_to(self._layout.folder) and (folder / "__init__.py").is_file():
                return _package(fullname, folder)
        if path is None and name == PREFIX:
            return _package(fullname, self._layout.root)
        if path is None and replaced(name):
            return inert_spec(fullname)
        return None


class _Fallbacks(MetaPathFinder):
    """Asked last, for what nothing else has found."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._folders = _aliases(layout)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del target
        top, name = fullname.partition(".")[0], fullname.rpartition(".")[2]
        if replaceable(top) or replaced(top):
            return inert_spec(fullname)
        if name == "Helpers" and (path is None or any(Path(entry) in self._layout.folders for entry in path)):
            return importlib.util.spec_from_file_location(fullname, helpers_module.__file__)
        return self._top_level(name) if path is None else self._above_root(fullname, path)

    def _top_level(self, name: str) -> ModuleSpec | None:
        if name in self._folders:
            return _package(name, self._folders[name])
        for folder in self._layout.folders[1:]:  # `from Base import BaseLayer`, as if Layers were on the search path
            if folder / f"{name}.py" in self._layout.sources:
                return importlib.util.spec_from_file_location(name, folder / f"{name}.py")
        return None

    def _above_root(self, fullname: str, path: Sequence[str]) -> ModuleSpec | None:
        """A folder between the one that was named and the root; it need not be readable."""
        for entry in path:
            folder = Path(entry, fullname.rpartition(".")[2])
            if self._layout.root.is_relative_to(folder):
                return _package(fullname, folder)
        return None


class _CompiledLoader(SourceFileLoader):
    """Loads a module from code that has been compiled before."""

    def __init__(self, name: str, path: str, *, codes: Mapping[str, CodeType]) -> None:
        super().__init__(name, path)
        self._codes = codes

    def get_code(self, fullname: str) -> CodeType | None:
        return self._codes.get(self.path) or super().get_code(fullname)


def _package(fullname: str, folder: Path) -> ModuleSpec | None:
    """The spec of a package in `folder`, with or without an `__init__.py`."""
    init = folder / "__init__.py"
    if not init.is_file():
        spec = ModuleSpec(fullname, None, is_package=True)
        spec.submodule_search_locations = [str(folder)]
        return spec
    loader = _StatementLoader(fullname, str(init))
    return importlib.util.spec_from_file_location(
        fullname, init, loader=loader, submodule_search_locations=[str(folder)]
    )


class _StatementLoader(SourceFileLoader):
    """Executes a package's `__init__.py` statement by statement, so that one that fails does not stop the others."""

    def exec_module(self, module: ModuleType) -> None:
        try:
            tree = ast.parse(self.get_data(self.path), filename=self.path)
        except SyntaxError as error:
            _say(f"{self.path} is ignored: line {error.lineno}: {error.msg}")
            return
        for statement in tree.body:
            code = compile(ast.Module(body=[statement], type_ignores=[]), self.path, "exec")
            try:
                exec(code, module.__dict__)  # noqa: S102 - this is how Python executes a module
            except Exception as error:  # the submission may raise anything
                _say(f"{self.path}, line {statement.lineno}, is skipped: {type(error).__name__}: {error}")
