"""Arrays and names as Python text, for snippets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

LARGEST_ARRAY = 600  # entries that a snippet spells out


class Unspeakable(Exception):  # noqa: N818 - not an error: there is no snippet, and the text says why
    """The failure cannot be shown by a snippet."""


def literal(value: Any) -> str:
    """A number, or an array with every digit, as Python code.

    Raises:
        Unspeakable: the array is too large to be read.
    """
    if not isinstance(value, np.ndarray):
        return _named(repr(tuple(value) if isinstance(value, list) and all(map(_whole, value)) else value))
    if value.dtype == np.float32 or value.dtype.kind not in "f":
        kind = f", dtype=np.{value.dtype.name}" if value.dtype.name != "int64" else ""
    else:
        kind = ""
    if value.size > 1 and (value == value.flat[0]).all():
        return f"np.full({value.shape}, {_named(repr(value.flat[0].item()))}{kind})"
    if value.size > LARGEST_ARRAY:
        raise Unspeakable(f"an array of {value.size:,} entries is too large for a snippet")
    text = np.array2string(value, separator=", ", floatmode="unique", threshold=value.size + 1, max_line_width=100)
    return f"np.array({_named(text)}{kind})"


def _named(text: str) -> str:
    return re.sub(r"\b(nan|inf)\b", r"np.\1", text)


def _whole(value: Any) -> bool:
    return type(value) is int


def filled(template: str, values: Mapping[str, str]) -> str:
    """The template with `$name` replaced; nothing in it is evaluated.

    Raises:
        Unspeakable: it names something that is not known.
    """

    def value_of(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise Unspeakable(f"the adapter's phrase names {match[0]}, which is not known here")
        return values[match[1]]

    return re.sub(r"\$(\w+)", value_of, template)


def same_numbers(one: Any, other: Any) -> bool:
    """Tell whether two values are the same numbers, in whatever shape."""
    if not all(isinstance(value, np.ndarray | float | int) and not isinstance(value, bool) for value in (one, other)):
        return False
    left, right = np.asarray(one), np.asarray(other)
    return left.size == right.size and np.array_equal(left.ravel(), right.ravel(), equal_nan=left.dtype.kind == "f")


def rounded_up(bound: float) -> str:
    """A bound in one digit, a little larger."""
    text = f"{bound:.0e}"
    if float(text) < bound:
        digit, _, exponent = text.partition("e")
        text = f"{int(digit) + 1}e{exponent}"
    return repr(float(text))
