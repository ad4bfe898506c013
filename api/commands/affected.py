"""What a saved file affects, and the files of a subject as they are at one moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..adapters import made_of, python_files, readable
from ..specs import LayerSpec, all_specs
from ..specs.vocabulary import Kind

Snapshot = Mapping[Path, tuple[int, int, int]]
"""Each file's time of change, size and number: a save changes at least one of them."""

_TEMPORARY = (".", "#")  # what editors write beside the file at hand: .#ReLU.py, .ReLU.py.swp, #ReLU.py#
_WHOLE = {Kind.NETWORK, Kind.MODEL, Kind.CHECKPOINT}


def snapshot(folders: Iterable[Path]) -> Snapshot:
    """The Python files below the folders; those that editors write for themselves are left out."""
    seen: dict[Path, tuple[int, int, int]] = {}
    for folder in folders:
        for path in [folder] if folder.is_file() else python_files(folder):
            with suppress(OSError):  # it went away meanwhile, as when an editor replaces it
                if not path.name.startswith(_TEMPORARY):
                    status = path.stat()
                    seen[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return seen


def differences(before: Snapshot, now: Snapshot) -> tuple[Path, ...]:
    """The files that were saved, added or removed."""
    return tuple(sorted(path for path in {*before, *now} if before.get(path) != now.get(path)))


@dataclass(frozen=True)
class Affected:
    """The components to check again, in the order of the specs.

    Attributes:
        directly: those that are, or import, a changed file.
        besides: those that the checks put together with one of them, such as the network.
    """

    directly: tuple[str, ...]
    besides: tuple[str, ...]


def affected(changed: Iterable[Path], made: Mapping[str, frozenset[Path]]) -> Affected:
    """The components that changed files affect; `made` is as `adapters.made_of` returns it."""
    paths = set(changed)
    directly = tuple(name for name in all_specs() if made.get(name, frozenset()) & paths)
    besides = tuple(
        name for name in all_specs() if name in made and name not in directly and _put_together(name, directly)
    )
    return Affected(directly, besides)


def files_of(target: Mapping[str, Any]) -> tuple[list[Path], dict[str, frozenset[Path]]]:
    """The folders to look at, and what each component is made of."""
    return [Path(place) for place in readable(target)], made_of(target)


def _put_together(name: str, with_any: Iterable[str]) -> bool:
    """Tell whether the checks of a component use the submission's own parts of one of these names."""
    spec, kinds = all_specs()[name], {all_specs()[other].kind for other in with_any}
    if spec.kind in _WHOLE:
        return bool(kinds)
    first = spec.cases()[0].spec
    if isinstance(first, LayerSpec) and first.parameters():
        return bool(kinds & {Kind.OPTIMIZER, Kind.REGULARIZER})
    return spec.kind is Kind.OPTIMIZER and Kind.REGULARIZER in kinds
