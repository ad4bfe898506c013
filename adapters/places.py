"""Where an object keeps an array, as text: `W`, `params["W"]`, `linear.weight.T`."""

from __future__ import annotations

import re
from functools import reduce
from typing import Any

import numpy as np

from ..specs import Array

_STEP = re.compile(r"""\.?(?P<name>[^\W\d]\w*)|\[(?P<index>-?\d+)\]|\[(?P<quote>["'])(?P<key>[^"']*)(?P=quote)\]""")


class Place:
    """A place on an object.

    Args:
        text: names after dots, keys or numbers in brackets, and `.T` at the end of what is kept transposed.

    Raises:
        ValueError: it is none.
    """

    def __init__(self, text: str) -> None:
        steps = list(_STEP.finditer(text))
        if "".join(step[0] for step in steps) != text or not steps or not steps[0]["name"] or text[0] == ".":
            raise ValueError(f"{text!r} is no place on an object; write for example 'W', 'params[\"W\"]' or 'W.T'")
        self._transposed = len(steps) > 1 and steps[-1]["name"] == "T"
        self._steps = [_step(each) for each in (steps[:-1] if self._transposed else steps)]

    def read(self, owner: object) -> Array:
        """What is there, transposed back."""
        value = np.asarray(reduce(_follow, self._steps, owner))
        return value.T if self._transposed else value

    def write(self, owner: object, value: Array) -> None:
        """Put an array there: into the array that is there, which others may share and which may have another shape."""
        holder = reduce(_follow, self._steps[:-1], owner)
        value = value.T if self._transposed else value
        name, is_item = self._steps[-1]
        there = _follow(holder, self._steps[-1])
        if isinstance(there, np.ndarray):
            there[...] = np.reshape(value, there.shape)
        elif is_item:
            holder[name] = value.copy()  # type: ignore[index]  # the text says that it takes a key
        else:
            setattr(holder, str(name), value.copy())


def _step(found: re.Match[str]) -> tuple[str | int, bool]:
    """What to look up, and whether it is an item."""
    if found["name"]:
        return found["name"], False
    return (int(found["index"]), True) if found["index"] else (found["key"], True)


def _follow(owner: Any, step: tuple[str | int, bool]) -> Any:
    name, is_item = step
    return owner[name] if is_item else getattr(owner, str(name))
