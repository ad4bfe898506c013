"""What an adapter says of itself: checked, because a submission may have its hand in it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from .errors import LoadFailed
from .values import Opaque, printable

_FACT_CHARACTERS = 100_000


def check_facts(value: Any) -> Mapping[str, Any]:
    """What the adapter says of itself, if it consists of JSON types.

    Raises:
        LoadFailed: it does not, or it is too long.
    """
    if not isinstance(value, dict):
        raise LoadFailed(f"describe() of the adapter returned {_kind(value)}, but should return a dict")
    budget = [_FACT_CHARACTERS]
    checked: dict[str, Any] = _check_fact(value, "describe()", budget)
    return checked


def _check_fact(value: Any, where: str, budget: list[int]) -> Any:
    budget[0] -= 1 + (len(value) if isinstance(value, str) else 0)
    if budget[0] < 0:
        raise LoadFailed(f"describe() of the adapter is longer than {_FACT_CHARACTERS} characters; shorten it")
    if isinstance(value, str):
        return printable(value, len(value))
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, list):
        return [_check_fact(item, f"{where}[{index}]", budget) for index, item in enumerate(value)]
    if isinstance(value, dict):
        return {
            _check_fact(key, where, budget): _check_fact(item, f"{where}[{key!r}]", budget)
            for key, item in value.items()
        }
    raise LoadFailed(f"{printable(where)} of the adapter is {_kind(value)}, but should be a JSON type")


def _kind(value: Any) -> str:
    return printable(str(value) if isinstance(value, Opaque) else f"{type(value).__name__} {value}", 200)
