"""Where a submission is: found by looking, without executing anything."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..errors import SubjectNotFound
from ..source import normalised
from .course import FILES
from .layout import PACKAGES, Layout, folders_in, read_layout
from .recognising import is_submission

_DEEPEST = 4  # folders below the one that was named
_MOST_FOLDERS = 2_000
_STEMS = {stem.lower() for _, stem in FILES.values()}


def find_layout(folder: Path, *, said: bool = False) -> Layout:
    """Find the submission in `folder`: there, or up to four folders down.

    Args:
        folder: where to look.
        said: the user says that it is one; otherwise only strong evidence counts.

    Raises:
        SubjectNotFound: there is none; the text lists what was found.
    """
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
            below += folders_in(directory)
        level = below


def _promising(directory: Path) -> bool:
    """Tell whether it is worth parsing what lies there: a folder such as Layers, or a file of the course's names."""
    if any(entry.name.lower() in PACKAGES for entry in folders_in(directory)):
        return True
    return any(normalised(path.stem) in _STEMS for path in directory.glob("*.py"))


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
