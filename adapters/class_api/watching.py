"""Watching a method of one object of a submission; other objects of its class, and copies of it, are not watched."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

Tell = Callable[..., None]
"""Called with the object and the arguments, before the method."""

_MARK = "__watched__"


def watch(owner: Any, name: str, tell: Tell) -> None:
    """Call `tell` before every call of the method.

    The method is replaced on the object. One without a dictionary, whose classes all declare `__slots__`, gets a class
    of its own instead, which differs from its own one in nothing else.
    """
    if hasattr(owner, "__dict__"):
        setattr(owner, name, _Watched(owner, name, tell))
        return
    kind: Any = type(owner)
    original = getattr(kind, name)

    def watched(self: Any, *arguments: Any, **keywords: Any) -> Any:
        if self is owner:
            tell(self, *arguments)
        return original(self, *arguments, **keywords)

    same = {"__slots__": (), "__module__": kind.__module__, "__qualname__": kind.__qualname__}
    owner.__class__ = type(kind)(kind.__name__, (kind,), {**same, name: watched, _MARK: name})


def unwatch(owner: Any, name: str) -> None:
    """Make the object what it was before the latest `watch`, which must have been of this method."""
    if hasattr(owner, "__dict__"):
        vars(owner).pop(name, None)
    elif vars(type(owner)).get(_MARK) == name:
        owner.__class__ = type(owner).__base__


class _Watched:
    """Stands in for the method on the instance; in a copy of the instance it tells nobody."""

    def __init__(self, owner: Any, name: str, tell: Tell | None) -> None:
        self._owner, self._name, self._tell = owner, name, tell

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        if self._tell is not None:
            self._tell(self._owner, *arguments)
        return getattr(type(self._owner), self._name)(self._owner, *arguments, **keywords)

    def __deepcopy__(self, memo: Any) -> _Watched:
        twin = _Watched(None, self._name, None)
        memo[id(self)] = twin
        twin._owner = deepcopy(self._owner, memo)
        return twin
