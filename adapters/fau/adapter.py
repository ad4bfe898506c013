"""The adapter of a submission in a folder."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...specs import Spec
from ..class_api.subjects import build
from ..source import Source
from ..standins import stands_in
from .course import COURSE, NEWEST, OLDEST, WITH_PHASES, WITH_TESTING_PHASE
from .importing import Importer
from .layout import Layout

# Nothing of Backproof is imported for a submission before its confinement: the reference must stay out of reach.
_LOADED = {"numpy", "backproof"}


class FauAdapter:
    """Builds subjects from a submission; imports no file of it before the first `build`.

    Args:
        layout: the submission's files.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._importer = Importer(layout)

    def build(self, spec: Spec) -> Any:
        """A subject of the spec's kind, or None where the submission lacks the component.

        Raises:
            Unsupported: the component lacks something that the configuration needs.
            Exception: whatever the submission raises while its module is imported or its class constructed.
        """
        return build(spec, self._importer.find)

    def prepare(self) -> None:
        """Compile the submission and make it importable before the first `build`; nothing of it is executed."""
        self._importer.compile()
        self._importer.activate()

    def describe(self) -> dict[str, Any]:
        """What a report says of the submission, as JSON types; read from the files, not executed."""
        layout = self._layout
        stage = _stage(layout)
        return {
            "adapter": COURSE.name,
            "course": COURSE.name,
            "edition": _edition(layout),
            "stage": stage,
            "offered": list(layout.offered),
            "missing": [name for name in COURSE.required(stage) if name not in layout.components],
            "conventions": dict(COURSE.conventions),
            "notes": [*layout.choice, *layout.notes, *_notes(layout)],
            "files": {
                name: component.path.relative_to(layout.folder).as_posix()
                for name, component in layout.components.items()
            },
        }


def third_party(layout: Layout) -> list[str]:
    """The modules from outside of the submission that its components import, dotted names included."""
    own = {path.stem for path in layout.sources} | {folder.name for folder in layout.folders}
    found: set[str] = set()
    for source in layout.closure:
        for module, name in _absolute_imports(source):
            top = module.partition(".")[0]
            if top not in own and top not in sys.stdlib_module_names and top not in _LOADED and not stands_in(top):
                found |= {module, f"{module}.{name}"} if name and name != "*" else {module}
    return sorted(found)


def _absolute_imports(source: Source) -> Iterator[tuple[str, str]]:
    return ((found.module, found.name) for found in source.imports if not found.level)


def _stage(layout: Layout) -> str:
    """The last stage that the submission has begun: something in it belongs to no earlier one."""
    begun = [stage for stage, names in COURSE.stages.items() if any(name in layout.components for name in names)]
    return begun[-1] if begun else next(iter(COURSE.stages))


def _edition(layout: Layout) -> str:
    """The course's edition, by the API that the files define."""
    methods = [each for source in layout.sources.values() for each in source.methods.values()]
    classes = {name for source in layout.sources.values() for name in source.classes}
    updates = [each["calculate_update"] for each in methods if "calculate_update" in each]
    if any(len(parameters) > 3 for parameters in updates):
        return OLDEST
    if "Phase" in classes:
        return WITH_PHASES
    if any("append_trainable_layer" in each for each in methods):
        return WITH_TESTING_PHASE
    return NEWEST


def _notes(layout: Layout) -> Iterator[str]:
    imported = {module.partition(".")[0] for source in layout.closure for module, _ in _absolute_imports(source)}
    for top in sorted(imported):
        if stands_in(top):
            yield f"{top} is imported, but no layer needs it: it is replaced by a stand-in that does nothing"
    if _imports_helpers(layout) and not any(path.stem == "Helpers" for path in layout.sources):
        yield "Helpers.py is missing from the submission: Backproof supplies it"
    for source in layout.sources.values():
        if source.path.name == "__init__.py":
            for name in source.all or ():
                if name not in source.names and not _has(source.path.parent, name, layout):
                    yield f"{source.path.relative_to(layout.root)} lists {name} in __all__, but there is no {name}.py"


def _imports_helpers(layout: Layout) -> bool:
    return any(
        "Helpers" in (found.name, found.module.rpartition(".")[2])
        for source in layout.closure
        for found in source.imports
    )


def _has(folder: Path, name: str, layout: Layout) -> bool:
    return folder / f"{name}.py" in layout.sources or (folder / name).is_dir()
