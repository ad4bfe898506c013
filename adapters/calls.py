"""Calling what submissions have changed the arguments of: extra ones get a value that changes nothing."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from ..specs import Unsupported

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)

# Parts of names, and what such an argument is set to; the first that fits.
_NEUTRAL: tuple[tuple[tuple[str, ...], Any], ...] = (
    (("keep",), 1.0),
    (("drop",), 0.0),
    (("alpha", "penal", "lambda", "lmbd", "regul", "l1", "l2", "decay", "moment", "noise"), 0.0),
    (("optim", "method", "descent"), "sgd"),
    (("train", "verbose", "plot", "print", "shuffle"), False),
)


def call(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function with the exercise's arguments by position, and with neutral ones for further required ones.

    Raises:
        Unsupported: nothing is known of a further argument that is required.
    """
    return function(*arguments, **_further(function, len(arguments)))


def call_named(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Call a function with some arguments by position and the others by name, those that it takes.

    Where it takes none of the names, they go by position, in the order given.
    """
    names = {each.name for each in _parameters(function)}
    taken = {name: value for name, value in named.items() if name in names}
    if not taken:
        return call(function, *arguments, *named.values())
    return function(*arguments, **{**_further(function, len(arguments), taken), **taken})


def _further(function: Callable[..., Any], given: int, taken: dict[str, Any] | None = None) -> dict[str, Any]:
    rest = [each for each in _parameters(function) if each.kind in _POSITIONAL][given:]
    rest += [each for each in _parameters(function) if each.kind is inspect.Parameter.KEYWORD_ONLY]
    required = [each for each in rest if each.default is each.empty and each.name not in (taken or {})]
    return {each.name: _neutral(function, each.name) for each in required}


def _neutral(function: Callable[..., Any], name: str) -> Any:
    for parts, value in _NEUTRAL:
        if any(part in name.lower() for part in parts):
            return value
    where = getattr(function, "__qualname__", repr(function))
    raise Unsupported(f"{where} requires the argument {name}, of which nothing is known; give it a default")


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return []


def forget_gradients(*owners: Any) -> None:
    """Call what sets gradients back, where they add up until it is called: a method whose name says so."""
    for owner in owners:
        for name in dir(type(owner)):
            said = name.lower()
            if "grad" in said and any(word in said for word in ("reset", "zero", "clear")):
                method = getattr(owner, name)
                if callable(method) and not _required(method):
                    method()


def _required(method: Callable[..., Any]) -> bool:
    return any(each.default is each.empty and each.kind in _POSITIONAL for each in _parameters(method))
