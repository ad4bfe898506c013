"""A submission's files: what it must have, what goes into an archive, and the archive's bytes."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .adapters.class_api.facts import FUNCTIONS
from .adapters.fau.course import COURSE
from .adapters.fau.finding import find_layout
from .adapters.fau.layout import Layout
from .adapters.source import Source, read_source

_SKIPPED = {"__pycache__", "node_modules", "site-packages", "venv", "env", "build", "dist"}
_SECRET = re.compile(r"(?<![a-z])(secrets?|credentials?|passwords?|tokens?|id_rsa)(?![a-z])", re.IGNORECASE)
_SUPPLIED = "Helpers"  # by the course: may be left out
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest moment that an archive can name
_MODE = 0o100644 << 16  # an ordinary file


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A submission, as it would be handed in.

    Attributes:
        root: the folder in which its imports start.
        stage: the exercise.
        files: what is handed in, relative to the root, sorted.
        missing: a sentence for each thing that is missing or cannot be read; empty if it is complete.
        notes: sentences about what is left out or unusual.
    """

    root: Path
    stage: str
    files: tuple[str, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]


def read_submission(folder: Path, stage: str = "") -> Submission:
    """Look at the submission in a folder; nothing of it is executed.

    Args:
        folder: where to look, there and up to four folders down.
        stage: its name; empty for the last one that has begun.

    Raises:
        SubjectNotFound: there is none.
        LookupError: there is no such stage.
    """
    layout = find_layout(folder, said=True)  # by the command
    begun = [name for name, added in COURSE.stages.items() if any(each in layout.components for each in added)]
    reached = stage or (begun[-1] if begun else next(iter(COURSE.stages)))
    required = COURSE.required(reached)
    left_out: list[str] = []
    files = tuple(sorted(_handed_in(layout.root, left_out)))
    sources = {name: read_source(layout.root / name) for name in files}
    return Submission(
        root=layout.root,
        stage=reached,
        files=files,
        missing=(*_absent(required, layout), *_unreadable(sources), *_dangling(sources, layout)),
        notes=(*layout.choice, *left_out, *_packages(layout)),
    )


def archive(submission: Submission) -> bytes:
    """A zip file of the submission's files, the same bytes for the same files on every machine.

    Nothing is compressed: compressors differ from one machine to the next, and sources are small.

    Raises:
        OSError: a file cannot be read.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as packed:
        for name in submission.files:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3  # Unix, wherever this runs
            entry.external_attr = _MODE
            packed.writestr(entry, (submission.root / name).read_bytes())
    return stream.getvalue()


def _handed_in(root: Path, left_out: list[str]) -> Iterator[str]:
    """The files' names, relative to the root; what is not obvious litter and stays out gets a sentence."""
    for place, folders, names in os.walk(root):
        here = Path(place)
        folders[:] = sorted(name for name in folders if _entered(here / name))
        for name in sorted(names):
            path = here / name
            relative = path.relative_to(root).as_posix()
            if path.suffix != ".py" or name.startswith((".", "#")):
                continue
            if path.is_symlink():
                left_out.append(f"{relative} is left out: it is a link, and may lead out of the submission")
            elif _SECRET.search(path.stem):
                left_out.append(f"{relative} is left out: by its name it holds a secret")
            elif path.is_file():
                yield relative


def _entered(folder: Path) -> bool:
    name = folder.name
    virtual = (folder / "pyvenv.cfg").exists()
    return not (name.startswith(".") or name in _SKIPPED or virtual or folder.is_symlink())


def _absent(required: Sequence[str], layout: Layout) -> Iterator[str]:
    """The components that are not there, file by file, in the words of the course's layout."""
    files: dict[str, list[str]] = {}
    for name in required:
        if name not in layout.components:
            files.setdefault(layout.expected(name), []).append(name)
    existing = {path.relative_to(layout.root).as_posix().lower() for path in layout.sources}
    for path, names in files.items():
        what = " and ".join(f"function {FUNCTIONS[name]}" if name in FUNCTIONS else f"class {name}" for name in names)
        yield f"{path}: there is no {what} in it" if path.lower() in existing else f"{path}, with {what}"


def _unreadable(sources: Mapping[str, Source]) -> Iterator[str]:
    return (f"{name} cannot be parsed: {source.error}" for name, source in sources.items() if source.error)


def _dangling(sources: Mapping[str, Source], layout: Layout) -> Iterator[str]:
    """Imports of modules of the course's packages that are not among the files."""
    packages = {folder.name: folder for folder in layout.folders[1:]}
    there = {Path(name).with_suffix("").as_posix() for name in sources}
    told: set[str] = set()
    for name, source in sources.items():
        for found in source.imports:
            package, _, rest = found.module.partition(".")
            module = rest.partition(".")[0]
            wanted = f"{package}/{module}"
            if found.level or package not in packages or not module or module == _SUPPLIED:
                continue
            if wanted not in there and not (packages[package] / module).is_dir() and wanted not in told:
                told.add(wanted)
                yield f"{wanted}.py, which {name} imports"


def _packages(layout: Layout) -> Iterator[str]:
    for folder in layout.folders[1:]:
        if folder.name.lower() != "models" and not (folder / "__init__.py").is_file():
            yield f"{folder.name}/__init__.py is missing: `from {folder.name} import *` will find nothing"
