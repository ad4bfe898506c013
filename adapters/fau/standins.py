"""Inert stand-ins for packages that submissions import without any layer needing them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from types import ModuleType
from typing import Any

# Plots: replaced whether installed or not, because importing them takes longer than checking a layer.
_PLOTTING = frozenset({"matplotlib", "seaborn"})
# Replaced if they cannot be imported. Not in the list: what a layer might compute with.
_EXTRAS = frozenset({"IPython", "graphviz", "networkx", "pandas", "plotly", "sklearn", "sympy", "tqdm"})
_NEED_TK = frozenset({"tkinter", "turtle"})  # part of Python, but often without the library below

_THROUGH: dict[str, Callable[..., Any]] = {"tqdm": lambda iterable, *_, **__: iterable, "trange": range}


def stands_in(top: str) -> bool:
    """Tell whether the top-level package is replaced here."""
    if top in _PLOTTING:
        return True
    if top in _NEED_TK:
        return importlib.util.find_spec("_tkinter") is None
    return top in _EXTRAS and importlib.util.find_spec(top) is None


class Inert:
    """Something that can be read and called, and does nothing.

    Args:
        name: where it comes from, for error messages.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return Inert(f"{self._name}.{attribute}")

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        del arguments, keywords
        return Inert(f"{self._name}(...)")

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        del bases
        return ()

    def __repr__(self) -> str:
        return f"<stand-in for {self._name}, which Backproof does not load>"


class InertModule(ModuleType):
    """A module whose every name is inert, except progress bars, which hand their iterable through."""

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {attribute!r}")
        if self.__name__.partition(".")[0] == "tqdm" and attribute in _THROUGH:
            return _THROUGH[attribute]
        return Inert(f"{self.__name__}.{attribute}")
