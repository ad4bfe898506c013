"""Where an object keeps its arrays, however deep: in attributes, sub-layers, lists, tuples and dictionaries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...specs import Array
from ..members import stored

Path = tuple[tuple[str, Any], ...]
"""From the owner to a place: ("attribute", name) or ("item", key), step by step."""

_FOREIGN = ("builtins", "numpy", "random", "backproof")
_MOST_OBJECTS = 2_000
_DEEPEST = 6


@dataclass(frozen=True)
class Slot:
    """One array of an object.

    Attributes:
        paths: every place where the object refers to this very array.
        shape: its shape.
    """

    paths: tuple[Path, ...]
    shape: tuple[int, ...]

    def read(self, owner: Any) -> Array:
        """A copy of the array."""
        return np.array(_follow(owner, self.paths[0]))

    def write(self, owner: Any, value: Array) -> None:
        """Put one new array into all the places; the old one is left as it is."""
        fresh = np.array(value).reshape(self.shape)
        for path in self.paths:
            _put(owner, path, fresh)


def find_slots(owner: Any) -> list[Slot]:
    """The floating-point vectors and matrices below `owner`, those near to it first."""
    found: dict[int, tuple[Array, list[Path]]] = {}
    for path, value in _walk(owner):
        if isinstance(value, np.ndarray) and value.dtype.kind == "f" and 1 <= value.ndim <= 2 and value.size:
            found.setdefault(id(value), (value, []))[1].append(path)
    return [Slot(tuple(paths), array.shape) for array, paths in found.values()]


def replace_all(owner: Any, wanted: Callable[[Any], bool], replacement: Any) -> None:
    """Put `replacement` wherever below `owner` something is that is `wanted`."""
    for path in [path for path, value in _walk(owner) if wanted(value)]:
        _put(owner, path, replacement)


def _walk(owner: Any) -> Iterator[tuple[Path, Any]]:
    """Everything below `owner` with every path to it, level by level; each object is entered once.

    Only tuples are entered by every path: who writes into one replaces it, in all its places.
    """
    seen = {id(owner): owner}
    entered = 1
    level: list[tuple[Path, Any]] = [((), owner)]
    for _ in range(_DEEPEST):
        below: list[tuple[Path, Any]] = []
        for path, thing in level:
            for step, value in _parts(thing):
                yield (*path, step), value
                again = id(value) in seen and not isinstance(value, tuple)
                if not isinstance(value, np.ndarray) and not again and entered < _MOST_OBJECTS:
                    seen[id(value)] = value
                    entered += 1
                    below.append(((*path, step), value))
        level = below


def _parts(thing: Any) -> Iterator[tuple[tuple[str, Any], Any]]:
    if isinstance(thing, dict):
        yield from ((("item", key), value) for key, value in thing.items())
    elif isinstance(thing, list | tuple):
        yield from ((("item", index), value) for index, value in enumerate(thing))
    elif _is_layer(thing) or type(thing).__module__.partition(".")[0] not in _FOREIGN:
        yield from ((("attribute", name), value) for name, value in stored(thing).items())


def _is_layer(thing: Any) -> bool:
    """Tell whether something of Backproof is a layer: the reference framework is a subject too."""
    return not isinstance(thing, type) and hasattr(thing, "forward") and hasattr(thing, "backward")


def _follow(owner: Any, path: Path) -> Any:
    for kind, key in path:
        owner = getattr(owner, key) if kind == "attribute" else owner[key]
    return owner


def _put(owner: Any, path: Path, value: Any) -> None:
    holder, (kind, key) = _follow(owner, path[:-1]), path[-1]
    if kind == "attribute":
        setattr(holder, key, value)
    elif isinstance(holder, tuple):  # it cannot be changed, so its owner gets another one
        changed = (*holder[:key], value, *holder[key + 1 :])
        _put(owner, path[:-1], type(holder)._make(changed) if hasattr(holder, "_make") else changed)
    else:
        holder[key] = value
