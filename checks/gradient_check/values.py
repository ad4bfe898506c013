"""Inputs as named blocks, outputs as one vector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Given = NDArray[Any]

ALONE = "x"  # the name of the block if the input is one array
FLOATS = ("float64", "float32")
NUMBERS = "fiub"  # kinds of what forward and backward may return


class WrongOutput(Exception):  # noqa: N818 - it is no error of the caller, but becomes a finding
    """Forward or backward returned what is no number or array of numbers; the text says what."""


def blocks_of(x: Any, more: Mapping[str, Any], dtype: Any) -> tuple[dict[str, Given], str]:
    """The input as named arrays, copied, and its form: `one` array, a `dict` of them, or `several`.

    Args:
        x: a number, an array, or a dict of them by name.
        more: all arrays, by name, if there are several; empty otherwise.
        dtype: `float64` or `float32` to convert to; None to keep what the arrays have.

    Raises:
        TypeError: an entry of `x` is no array of float64 or float32.
        ValueError: there is no block, or an entry of a block is nan or inf; -inf is left where it is.
    """
    wanted = None if dtype is None else np.dtype(dtype).name
    if wanted not in {None, *FLOATS}:
        raise TypeError(f"dtype={wanted}, but should be float64 or float32")
    if more:
        return {name: _block(name, value, wanted) for name, value in more.items()}, "several"
    if not isinstance(x, Mapping):
        return {ALONE: _block(ALONE, x, wanted)}, "one"
    if not x:
        raise ValueError("x is an empty dict, but should hold at least one block of numbers by name")
    for name in x:
        if not isinstance(name, str):
            raise TypeError(f"x has a block named {name!r}, but names should be strings")
    return {name: _block(f"x[{name!r}]", value, wanted) for name, value in x.items()}, "dict"


def _block(name: str, value: Any, dtype: str | None) -> Given:
    if isinstance(value, list | tuple | set):
        raise TypeError(
            f"{name} is a {type(value).__name__}, but should be an array of float64 or float32; "
            "give several arrays as a dict of named blocks, one list of numbers as np.array(...)"
        )
    array = np.asarray(value)
    if isinstance(value, np.ma.MaskedArray) or array.dtype.name not in FLOATS:
        kind = "a masked array" if isinstance(value, np.ma.MaskedArray) else f"of dtype {array.dtype}"
        raise TypeError(
            f"{name} is {kind}, but should be of float64 or float32: only real numbers can be moved a little; "
            f"{_advice(value, array)}"
        )
    allowed = np.isfinite(array) | (array == -np.inf)  # such as masked scores; they are not moved
    if not allowed.all() or (array.size and not np.isfinite(array).any()):
        place = [int(i) for i in np.argwhere(~np.isfinite(array) if allowed.all() else ~allowed)[0]]
        raise ValueError(f"{name}{place} = {array[tuple(place)]}, but every entry should be finite")
    return np.array(array, dtype=dtype or array.dtype)


def _advice(value: Any, array: Given) -> str:
    """What to do with a block that is not of float64 or float32."""
    if isinstance(value, np.ma.MaskedArray):
        return "use .filled(...), and keep the mask out of x, inside of forward"
    if array.dtype.kind == "f":
        return "use .astype(float)"
    if array.dtype.kind == "c":
        return "give real and imaginary parts as two blocks"
    if array.dtype.kind in "iub":
        return "keep labels, indices and masks out of x, inside of forward; write numbers as floats, such as 3.0"
    return "keep what is no number out of x, inside of forward"


def handed(block: Given) -> Any:
    """A copy of a block as functions receive it: a number if it has no axes."""
    return block[()] if block.ndim == 0 else np.array(block)


@dataclass(frozen=True)
class Layout:
    """How an output is made of arrays.

    Attributes:
        container: `tuple`, `list`, `dict`, or None for a single array or number.
        names: the keys of a dict; of a tuple or a list the places.
        shapes, dtypes: of the parts, in the same order.
    """

    container: type | None
    names: tuple[Any, ...]
    shapes: tuple[tuple[int, ...], ...]
    dtypes: tuple[str, ...]

    @classmethod
    def of(cls, y: Any) -> Layout:
        """The layout of what forward has returned.

        Raises:
            WrongOutput: a part is no number and no array of numbers.
        """
        container = next((kind for kind in (tuple, list, dict) if isinstance(y, kind)), None)
        parts = {name: _numbers(f"forward(x){_place(name)}", part) for name, part in _parts(y).items()}
        return cls(
            container,
            tuple(parts),
            tuple(part.shape for part in parts.values()),
            tuple(part.dtype.name for part in parts.values()),
        )

    @property
    def single(self) -> bool:
        """True if a part is of float32."""
        return "float32" in self.dtypes

    @property
    def size(self) -> int:
        """Number of entries of all parts."""
        return sum(int(np.prod(shape)) for shape in self.shapes)

    @property
    def text(self) -> str:
        """The layout for a person."""
        described = [f"shape {shape}" if shape else "a number" for shape in self.shapes]
        return described[0] if self.container is None else f"{self.container.__name__} of {', '.join(described)}"

    def vector(self, y: Any) -> Array:
        """All entries of an output in this layout, as one vector of float64.

        Raises:
            WrongOutput: `y` has another layout.
        """
        if self.container is None and type(y) is np.ndarray and y.dtype.kind == "f" and y.shape == self.shapes[0]:
            return np.array(y, dtype=np.float64).ravel()  # the usual case, made fast
        found = Layout.of(y)
        if (found.names, found.shapes) != (self.names, self.shapes):
            raise WrongOutput(f"forward returns {found.text} at one point and {self.text} at another one")
        parts = [np.asarray(part, dtype=np.float64).ravel() for part in _parts(y).values()]
        return np.concatenate(parts) if parts else np.zeros(0)

    def restored(self, vector: Array) -> Any:
        """The inverse of `vector`: an incoming gradient as backward receives it, in the dtypes of the output."""
        parts, start = [], 0
        for shape, dtype in zip(self.shapes, self.dtypes, strict=True):
            size = int(np.prod(shape))
            kind = dtype if dtype in FLOATS else "float64"
            part = np.array(vector[start : start + size], dtype=kind).reshape(shape)
            parts.append(part[()] if not shape else part)
            start += size
        if self.container is None:
            return parts[0]
        if self.container is dict:
            return dict(zip(self.names, parts, strict=True))
        return self.container(parts)


def complex_vector(y: Any) -> NDArray[np.complexfloating[Any, Any]]:
    """All entries of an output that holds complex numbers, as one vector.

    Raises:
        WrongOutput: no part is complex, or a part is no number.
    """
    parts = [np.asarray(part).ravel() for part in _parts(y).values()]
    if not any(part.dtype.kind == "c" for part in parts) or any(part.dtype.kind not in NUMBERS + "c" for part in parts):
        raise WrongOutput("forward returns real numbers for a complex input")
    return np.concatenate(parts)


def _parts(y: Any) -> dict[Any, Any]:
    if isinstance(y, dict):
        return y
    return dict(enumerate(y)) if isinstance(y, tuple | list) else {"": y}


def _place(name: Any) -> str:
    return "" if name == "" else f"[{name!r}]"


def _numbers(name: str, value: Any) -> Given:
    array = _array(value)
    if array is None or array.dtype.kind not in NUMBERS:
        what = type(value).__name__ if array is None or array.dtype == object else f"an array of {array.dtype}"
        raise WrongOutput(f"{name} is {what}, but should be a real number or an array of real numbers")
    return array


def _array(value: Any) -> Given | None:
    """The value as an array; None if NumPy makes none of it, as of lists of different lengths."""
    if value is None or isinstance(value, str | bytes | Mapping | set):
        return None
    if isinstance(value, tuple | list) and any(isinstance(part, np.ndarray) for part in value):
        return None
    try:
        return np.asarray(value)
    except Exception:  # whatever the value's own conversion raises
        return None


def is_number_like(value: Any) -> bool:
    """Tell whether a value is a number or an array of numbers: no dict, tuple or list of arrays, no object."""
    if isinstance(value, tuple | list):
        return False
    array = _array(value)
    return array is not None and array.dtype.kind in NUMBERS


def gradient_of(name: str, shape: tuple[int, ...], value: Any) -> Array:
    """What backward has returned for the block `name`, as float64.

    Raises:
        WrongOutput: it is no array of numbers of the block's shape.
    """
    if value is None:
        raise WrongOutput(f"the gradient of {name} is None, but should be an array of shape {shape}")
    if isinstance(value, tuple | list) and _array(value) is None:
        raise WrongOutput(
            f"the gradient of {name} is a {type(value).__name__} of {len(value)} values, but should be one array"
        )
    array = _numbers(f"the gradient of {name}", value)
    if array.shape != shape:
        raise WrongOutput(f"the gradient of {name} has shape {array.shape}, but should have the block's shape {shape}")
    return array.astype(np.float64)
