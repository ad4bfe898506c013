"""Values that may go into and out of the sandbox, and how anything else is described."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

TEXT_LENGTH = 1_000
ENTRIES = 10_000
DEPTH = 8

# Only plain numbers: their bytes mean the same in every process, and no byte pattern is harmful.
_NAMES = (
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float16", "float32", "float64", "complex64", "complex128",
)  # fmt: skip
_LITTLE = [np.dtype(name).newbyteorder("<") for name in _NAMES]
DTYPES: dict[str, np.dtype[Any]] = {dtype.str: dtype for dtype in _LITTLE}
"""The types of array that go in and out, by their codes there, for example `<f8`."""
_KNOWN = {dtype.str for name in _NAMES for dtype in (np.dtype(name), np.dtype(name).newbyteorder())}


@dataclass(frozen=True)
class Opaque:
    """What a subject returned where the value itself may not cross.

    Both texts are harmless for a terminal.

    Attributes:
        type_name: the type of the value, for example `generator` or `ndarray of object`.
        text: its capped `repr` without addresses, or why there is none.
    """

    type_name: str
    text: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "type_name", printable(self.type_name, 2 * TEXT_LENGTH))
        object.__setattr__(self, "text", printable(self.text, 2 * TEXT_LENGTH))

    def __str__(self) -> str:
        return f"{self.type_name}: {self.text}"


def cap(text: str, length: int = TEXT_LENGTH) -> str:
    """The text, shortened to `length` characters with a note of how many were left out."""
    if len(text) <= length:
        return text
    return f"{text[:length]}... ({len(text) - length} more characters)"


def printable(text: str, length: int = TEXT_LENGTH) -> str:
    """Text from a submission, made harmless for a terminal and for UTF-8: no control characters, no surrogates."""
    text = cap(text, length).encode("utf-8", "replace").decode("utf-8")
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in "\n\t" else "\N{REPLACEMENT CHARACTER}" for char in text)


def describe(value: object) -> Opaque:
    """Describe a value that may not cross; its `repr` is the submission's code and may raise."""
    cls = type(value)
    if isinstance(value, np.ndarray):
        text = f"array of dtype {value.dtype} and shape {value.shape}, {value.nbytes} bytes"
        return Opaque(f"{cls.__name__} of {value.dtype}", cap(text))
    try:
        text = repr(value)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever the submission's __repr__ raises
        text = f"its repr raises {type(error).__name__}"
    return Opaque(cap(cls.__name__), re.sub(r" at 0x[0-9A-Fa-f]+", "", cap(text)))


class Encoder:
    """Turns what a subject returned into a value that may come out of the sandbox.

    Numbers, `None`, strings (capped), lists, mappings with string keys and numeric arrays cross; tuples become lists,
    NumPy scalars become numbers. Anything else, arrays of more than `array_bytes` bytes and collections with more
    than 10,000 entries become `Opaque`. Arrays are not copied.
    """

    def __init__(self, array_bytes: int) -> None:
        self.bytes_left = array_bytes
        self.entries_left = ENTRIES

    def plain(self, value: object, depth: int = 0) -> Any:
        """The value itself where it may cross, else its description."""
        self.entries_left -= 1
        if value is None or isinstance(value, bool | Opaque):
            return value
        if isinstance(value, str):
            return cap(str.__str__(value))
        if isinstance(value, np.ndarray):
            return self._array(value)
        if isinstance(value, np.generic | int | float | complex):
            return _number(value)
        if isinstance(value, list | tuple | Mapping) and depth < DEPTH and len(value) <= self.entries_left:
            return self._collection(value, depth)
        return describe(value)

    def _array(self, value: Array) -> Array | Opaque:
        code = value.dtype.str
        masked = type(value) is not np.ndarray and isinstance(value, np.ma.MaskedArray)
        if code not in _KNOWN or masked or value.nbytes > self.bytes_left:
            return describe(value)
        self.bytes_left -= value.nbytes
        return np.asarray(value) if code in DTYPES else value.astype(value.dtype.newbyteorder("<"))

    def _collection(self, value: list[Any] | tuple[Any, ...] | Mapping[Any, Any], depth: int) -> Any:
        if not isinstance(value, Mapping):
            return [self.plain(item, depth + 1) for item in value]
        if not all(isinstance(key, str) for key in value):
            return Opaque(f"{cap(type(value).__name__)} with other keys than strings", describe(value).text)
        return {cap(str.__str__(key)): self.plain(item, depth + 1) for key, item in value.items()}


def bytes_in(value: Any) -> int:
    """The bytes of all arrays in a plain value."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, list | dict):
        return sum(map(bytes_in, value.values() if isinstance(value, dict) else value))
    return 0


def detached(value: Any) -> Any:
    """A plain value with copies of its arrays: what happens to them later does not show."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, list):
        return [detached(item) for item in value]
    return {key: detached(item) for key, item in value.items()} if isinstance(value, dict) else value


def _number(value: np.generic | complex) -> bool | int | float | complex | Opaque:
    if isinstance(value, np.generic):
        if value.dtype.str not in _KNOWN:
            return describe(value)
        value = value.item()
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if -(2**63) <= value < 2**64 else describe(value)
    return float(value) if isinstance(value, float) else complex(value)
