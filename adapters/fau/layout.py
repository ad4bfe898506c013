"""Where a submission's files are: found by looking, without executing anything."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ...specs import all_specs
from ..class_api.facts import FUNCTIONS
from ..errors import SubjectNotFound
from ..source import Source, normalised, read_source
from .course import FILES

_DEEPEST = 4  # folders below the one that was named
_MOST_FOLDERS = 2_000
_SKIPPED = {"__pycache__", "node_modules", "site-packages", "venv", "env", "build", "dist", "Data", "data"}
_PACKAGES = ("layers", "optimization", "optimisation", "models")
_STEMS = {stem.lower() for _, stem in FILES.values()}

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


def find_layout(folder: Path, *, said: bool = False) -> Layout:
    """Find the submission in `folder`: there, or up to four folders down.

    Args:
        folder: where to look.
        said: the user says that it is one; otherwise only strong evidence counts.

    Raises:
        SubjectNotFound: there is none; the text lists what was found.
    """
    from .recognising import is_submission  # noqa: PLC0415 - it takes layouts

    folder = folder.resolve()
    promising = (directory for directory in _walk(folder) if _promising(directory))
    alike = [layout for directory in promising if (layout := read_layout(folder, directory)).components]
    candidates = alike if said else [layout for layout in alike if is_submission(layout)]
    if not candidates:
        raise SubjectNotFound(_not_recognised(folder, alike) if alike else _nothing_found(folder))

    def preference(layout: Layout) -> tuple[int, int, int, str]:
        relative = layout.root.relative_to(folder)
        numbers = [int(number) for number in re.findall(r"\d+", str(relative))]
        return (-len(layout.components), len(relative.parts), -max(numbers, default=0), str(relative))

    best, *others = sorted(candidates, key=preference)
    apart = [
        f"{other.root.relative_to(folder).as_posix()} ({len(other.components)})"
        for other in others
        if not other.root.is_relative_to(best.root) and not best.root.is_relative_to(other.root)
    ]
    if not apart:
        return best
    choice = (
        f"{best.root.relative_to(folder).as_posix()} is checked, the most complete of several "
        f"({len(best.components)} components); also found: {', '.join(apart)}. "
        "Name one of these folders to check it instead"
    )
    return dataclasses.replace(best, choice=(choice,))


def _walk(folder: Path) -> Iterator[Path]:
    """The folder and those below, breadth first; links are not followed: they may lead to another submission."""
    level, seen = [folder], 0
    for _ in range(_DEEPEST + 1):
        below: list[Path] = []
        for directory in level:
            seen += 1
            if seen > _MOST_FOLDERS:
                return
            yield directory
            below += _folders(directory)
        level = below


def _folders(directory: Path) -> list[Path]:
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


def _promising(directory: Path) -> bool:
    """Tell whether it is worth parsing what lies there: a folder such as Layers, or a file of the course's names."""
    if any(entry.name.lower() in _PACKAGES for entry in _folders(directory)):
        return True
    return any(normalised(path.stem) in _STEMS for path in directory.glob("*.py"))


def read_layout(folder: Path, root: Path, choice: Iterable[str] = ()) -> Layout:
    """What lies in `root`, seen as the folder where imports start; reads nothing outside of it."""
    packages = [entry for entry in _folders(root) if entry.name.lower() in _PACKAGES]
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


def _nothing_found(folder: Path) -> str:
    found = sorted(path.relative_to(folder).as_posix() for each in _walk(folder) for path in each.glob("*.py"))
    listed = ", ".join(found[:8]) + (f" and {len(found) - 8} more" if len(found) > 8 else "")
    return (
        f"there is no submission in {folder}: looked there and up to {_DEEPEST} folders down for files such as "
        f"Layers/FullyConnected.py, Optimization/Optimizers.py or NeuralNetwork.py; "
        f"found {listed or 'no Python file'}. Name the folder that holds Layers and Optimization, "
        f"or an adapter module (a .py file with a function build(spec)), which `backproof init {folder}` writes for a "
        "framework of your own"
    )


def _not_recognised(folder: Path, alike: Iterable[Layout]) -> str:
    """What is said of a folder that has some of the course's file and class names, and not its interface."""
    files = sorted(
        {component.path.relative_to(folder).as_posix() for layout in alike for component in layout.components.values()}
    )
    listed = ", ".join(files[:4]) + (f" and {len(files) - 4} more" if len(files) > 4 else "")
    return (
        f"{folder} is not recognised: {listed} may belong to any framework, and the interface is not that of the FAU "
        f"exercises. For a framework of your own, `backproof init {folder}` writes an adapter to begin with; if it is "
        "a submission of the FAU exercises, add --course fau-exercises"
    )
