"""Numbers that a submission tells, returned or printed, with what they are called and how exact they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

# More entries than this are no summary: they are predictions, or a record.
ENTRIES = 100
# Losses are often summed up in float32.
RETURNED = 1e-6
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:\.(\d+))?(?:[eE]([-+]?\d+))?")


@dataclass(frozen=True)
class Told:
    """A number that was told.

    Attributes:
        label: its line, or its key in a dict; "" where nothing says what it is.
        value: the number.
        half: how far the number meant may be from it.
    """

    label: str
    value: float
    half: float


def printed_numbers(text: str) -> Iterator[Told]:
    """The numbers of a text, line by line."""
    for line in text.splitlines()[:ENTRIES]:
        for found in _NUMBER.finditer(line):
            exponent = int(found[2] or 0) - len(found[1] or "")
            if abs(exponent) < 300:
                yield Told(line.strip().lower(), float(found[0]), 0.5 * 10.0**exponent)


def returned_numbers(value: Any, label: str = "") -> Iterator[Told]:
    """The numbers of a result: of tuples, lists, dicts, arrays and tensors that are short."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from returned_numbers(each, f"{label} {key}".strip().lower())
    elif isinstance(value, tuple | list):
        for each in value[:ENTRIES]:
            yield from returned_numbers(each, label)
    elif isinstance(value, str):
        yield from printed_numbers(value)
    elif value is not None:
        yield from _array(value, label)


def _array(value: Any, label: str) -> Iterator[Told]:
    detach = getattr(value, "detach", None)
    values = np.asarray(detach() if detach is not None else value)
    if values.dtype.kind in "iuf" and values.size <= ENTRIES:
        for each in values.ravel().tolist():
            yield Told(label, float(each), RETURNED * abs(each))
