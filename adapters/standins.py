"""Inert stand-ins for packages that submissions import without any layer needing them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import spec_from_loader
from types import ModuleType
from typing import Any

# Plots: replaced whether installed or not, because importing them takes longer than checking a layer.
_PLOTTING = frozenset({"matplotlib", "seaborn"})
# Replaced if they cannot be imported. Not in the list: what a layer might compute with.
_EXTRAS = frozenset({"IPython", "graphviz", "networkx", "pandas", "plotly", "sklearn", "sympy", "torchvision", "tqdm"})
_NEED_TK = frozenset({"tkinter", "turtle"})  # part of Python, but often without the library below

_THROUGH: dict[str, Callable[..., Any]] = {"tqdm": lambda iterable, *_, **__: iterable, "trange": range}


def replaced(top: str) -> bool:
    """Tell whether the top-level package is replaced even where it could be found."""
    return top in _PLOTTING or (top in _NEED_TK and not _found("_tkinter"))


def replaceable(top: str) -> bool:
    """Tell whether the top-level package is replaced where it cannot be found."""
    return top in _EXTRAS


def stands_in(top: str) -> bool:
    """Tell whether a submission that imports the top-level package gets a stand-in."""
    return replaced(top) or (replaceable(top) and not _found(top))


def _found(module: str) -> bool:
    """Look for a module without asking the finders of a submission."""
    return module in sys.builtin_module_names or PathFinder.find_spec(module) is not None


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


class Missing:
    """Something that is not there, for example of a module that is not installed: any use of it raises.

    Args:
        name: where it comes from.
        error: what importing or making it has raised.
        why: what stands before that.
    """

    def __init__(self, name: str, error: str, why: str = "cannot be imported here") -> None:
        self._name, self._error, self._why = name, error, why

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        raise self._raised()

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        del arguments, keywords
        raise self._raised()

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        del bases
        raise self._raised()

    def _raised(self) -> ModuleNotFoundError:
        return ModuleNotFoundError(f"{self._name} is used, but {self._why}: {self._error}")


def inert_spec(name: str) -> ModuleSpec | None:
    """How the import system makes an inert module called `name`."""
    return spec_from_loader(name, _InertLoader(), is_package=True)


class _InertLoader(Loader):
    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return InertModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to execute."""
