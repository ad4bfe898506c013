"""What lies where in a submission: read from its files, without executing anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ...specs import all_specs
from ..class_api.facts import FUNCTIONS
from ..source import Source, normalised, read_source
from .course import FILES

_SKIPPED = {"__pycache__", "node_modules", "site-packages", "venv", "env", "build", "dist", "Data", "data"}
PACKAGES = ("layers", "optimization", "optimisation", "models")
"""Folders of modules, in lower case."""

PREFIX = "submission"  # package of the root, for files that import relatively beyond their folder


@dataclass(frozen=True, kw_only=True)
class Component:
    """One component of a submission.

    Attributes:
        name: the spec's (or the course's) name.
        path: the file.
        module: the name by which the file is imported.
        attribute: the class's name in it.
    """

    name: str
    path: Path
    module: str
    attribute: str


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A submission's files.

    Attributes:
        folder: what the user named.
        root: the folder from which the submission's imports start.
        folders: the folders of the root that hold modules, the root itself first.
        sources: every module, parsed.
        components: what the submission offers, by the component's name; also what no spec covers yet.
        notes: sentences for the report, about the files.
        choice: a sentence for the report, if there are other submissions in the folder.
    """

    folder: Path
    root: Path
    folders: tuple[Path, ...]
    sources: Mapping[Path, Source]
    components: Mapping[str, Component]
    notes: tuple[str, ...] = ()
    choice: tuple[str, ...] = ()

    @property
    def offered(self) -> tuple[str, ...]:
        """The names of the specs that the submission has a component for."""
        return tuple(name for name in all_specs() if name in self.components)

    @cached_property
    def closure(self) -> tuple[Source, ...]:
        """The files that the offered components import, themselves included, over any number of steps."""
        return self.reached(*self.offered)

    def reached(self, *names: str) -> tuple[Source, ...]:
        """The files that these components import, themselves included, over any number of steps."""
        waiting = [self.components[name].path for name in names]
        reached: dict[Path, Source] = {}
        while waiting:
            path = waiting.pop()
            source = self.sources.get(path)
            if source is not None and path not in reached:
                reached[path] = source
                waiting += self._imported_files(source)
        return tuple(reached[path] for path in sorted(reached))

    @staticmethod
    def expected(name: str) -> str:
        """The file in which the course has a component, relative to the root."""
        package, stem = FILES[name]
        return f"{package}/{stem}.py" if package else f"{stem}.py"

    def _imported_files(self, source: Source) -> Iterator[Path]:
        """The submission's own files that a file may import: by the last parts of the names, wherever they lie."""
        yield source.path.parent / "__init__.py"
        for found in source.imports:
            parts = [*found.module.split("."), found.name]
            for folder in self.folders:
                yield from (folder / f"{part}.py" for part in parts if part)
                if folder.name in parts:
                    package = self.sources.get(folder / "__init__.py")
                    yield folder / "__init__.py"
                    if found.name == "*" and package is not None:
                        yield from (folder / f"{name}.py" for name in package.all or ())


def folders_in(directory: Path) -> list[Path]:
    """The folders below one in which modules may lie, in order."""
    try:
        entries = sorted(directory.iterdir())
    except OSError:
        return []
    return [
        entry
        for entry in entries
        if entry.is_dir() and not entry.is_symlink() and not entry.name.startswith(".") and entry.name not in _SKIPPED
    ]


def _files(folder: Path, directory: Path) -> list[Path]:
    try:
        entries = sorted(directory.glob("*.py"))
    except OSError:
        return []
    return [entry for entry in entries if entry.is_file() and entry.resolve().is_relative_to(folder)]


def read_layout(folder: Path, root: Path, choice: Iterable[str] = ()) -> Layout:
    """What lies in `root`, seen as the folder where imports start; reads nothing outside of it."""
    packages = [entry for entry in folders_in(root) if entry.name.lower() in PACKAGES]
    folders = (root, *packages)
    sources = {path: read_source(path) for each in folders for path in _files(folder, each)}
    modules = {path: source for path, source in sources.items() if path.stem.isidentifier()}
    components = {name: found for name in FILES if (found := _component(name, root, modules)) is not None}
    notes = [
        f"{path.relative_to(root)} is ignored: its name is not a module's name"
        for path in sources
        if path not in modules and normalised(path.stem.split(" ")[0].split("(")[0]) in map(normalised, FILES)
    ]
    notes += [
        f"{source.path.relative_to(root)} cannot be parsed: {source.error}"
        for source in modules.values()
        if source.error and source.path in {component.path for component in components.values()}
    ]
    return Layout(
        folder=folder,
        root=root,
        folders=folders,
        sources=modules,
        components=components,
        notes=tuple(notes),
        choice=tuple(choice),
    )


def _component(name: str, root: Path, modules: Mapping[Path, Source]) -> Component | None:
    package, stem = FILES[name]
    expected = [path for path in modules if normalised(path.stem) == normalised(stem)]
    # The course's own spelling first, then the course's folder.
    expected.sort(key=lambda path: (path.stem != stem, (path.parent == root) != (package == ""), str(path)))
    for path in expected:
        if modules[path].error:
            return Component(name=name, path=path, module=_module_name(root, modules[path]), attribute=name)
        attribute = _attribute(name, modules[path])
        if attribute:
            return Component(name=name, path=path, module=_module_name(root, modules[path]), attribute=attribute)
    for path, source in modules.items():
        attribute = _like(name, source.classes) if name not in FUNCTIONS else ""
        if attribute:
            return Component(name=name, path=path, module=_module_name(root, source), attribute=attribute)
    return None


def _attribute(name: str, source: Source) -> str:
    """The component's name in the file: a function's exactly, if it is written; a class's without regard to case."""
    if name in FUNCTIONS:
        function = FUNCTIONS[name]
        return function if function in source.names and function not in source.stubs else ""
    return _like(name, source.names)


def _like(name: str, names: tuple[str, ...]) -> str:
    if name in names:
        return name
    return next((other for other in names if normalised(other) == normalised(name)), "")


def _module_name(root: Path, source: Source) -> str:
    parts = source.path.relative_to(root).with_suffix("").parts
    deepest = max((found.level for found in source.imports), default=0)
    return ".".join(parts if deepest < len(parts) else (PREFIX, *parts))
