"""How many positional arguments a function takes: submissions and the editions of courses differ in it."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def most_arguments(function: Callable[..., Any]) -> float:
    """The largest number of positional arguments that `function` takes; infinite if that cannot be told."""
    parameters = _parameters(function)
    if parameters is None or any(parameter.kind is inspect.Parameter.VAR_POSITIONAL for parameter in parameters):
        return math.inf
    return sum(parameter.kind in _POSITIONAL for parameter in parameters)


def least_arguments(function: Callable[..., Any]) -> int:
    """The smallest number of positional arguments that `function` takes; 0 if that cannot be told."""
    parameters = _parameters(function) or []
    return sum(parameter.kind in _POSITIONAL and parameter.default is parameter.empty for parameter in parameters)


def call_with_up_to(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call `function` with as many of the arguments as it takes."""
    most = most_arguments(function)
    return function(*(arguments if most >= len(arguments) else arguments[: int(most)]))


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter] | None:
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None
