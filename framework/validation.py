"""Checks of arguments, shared by the whole framework: numbers, integers, tensors."""

from contextlib import suppress
from math import nan
from numbers import Integral, Real
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Tensor: TypeAlias = NDArray[Any]

Weights = TypeVar("Weights", Tensor, float)
"""What optimizers and regularizers work on."""

Shape: TypeAlias = tuple[int | str, ...]
"""An expected shape: a number is a fixed size, a word names a free one, a last ``"..."`` allows any further axes."""


def checked_number(name: str, value: object, interval: str) -> float:
    """Return ``value`` as a Python float, because a NumPy float64 scalar would promote float32 tensors.

    Args:
        name: What the error message calls the value.
        value: A real number.
        interval: Where it has to lie, in mathematical notation: ``"(0, 1]"``, ``"[0, inf)"``.

    Raises:
        ValueError: If the value is no real number of the interval.
    """
    low, high = (float(bound) for bound in interval[1:-1].split(","))
    number = float(value) if not isinstance(value, bool) and isinstance(value, Real) else nan
    above = number >= low if interval[0] == "[" else number > low
    below = number <= high if interval[-1] == "]" else number < high
    if not (above and below):
        raise ValueError(f"{name}={value!r}, but should be in {interval}")
    return number


def checked_integer(name: str, value: object, minimum: int) -> int:
    """Return ``value`` as a Python int.

    Raises:
        ValueError: If the value is not an integer or is below ``minimum``.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < minimum:
        raise ValueError(f"{name}={value!r}, but should be an integer of at least {minimum}")
    return int(value)


def checked_shape(name: str, value: object, *counts: int) -> tuple[int, ...]:
    """Return ``value`` as a tuple of Python ints.

    Args:
        name: What the error message calls the value.
        value: A list, a tuple or an array of positive integers.
        counts: How many there may be.

    Raises:
        ValueError: If the value is anything else.
    """
    if isinstance(value, list | tuple | np.ndarray) and np.ndim(value) == 1 and len(value) in counts:
        with suppress(ValueError):
            return tuple(checked_integer(name, size, 1) for size in value)
    expected = " or ".join(map(str, counts))
    raise ValueError(f"{name}={value!r}, but should be a sequence of {expected} positive integers")


def checked_distances(name: str, value: object, count: int) -> tuple[int, ...]:
    """Return ``value`` as ``checked_shape`` does; a single integer stands for all."""
    return checked_shape(name, (value,) * count if isinstance(value, Integral) else value, count)


def checked_tensor(name: str, value: ArrayLike, *shapes: Shape) -> Tensor:
    """Return ``value`` as an array of floats: floating dtypes stay as they are, integers become float64.

    Args:
        name: What the error message calls the tensor, with the place: ``"ReLU.backward: error_tensor"``.
        value: The tensor; it is not copied if it is a floating-point array already.
        shapes: The alternatives its shape may match; any shape will do if there are none.

    Raises:
        ValueError: If the dtype is not real or no shape matches.
    """
    tensor = np.asarray(value)
    if tensor.dtype.kind not in "fiub":
        raise ValueError(f"{name}.dtype={tensor.dtype}, but should be real numbers")
    if shapes and not any(_matches(tensor.shape, shape) for shape in shapes):
        expected = " or ".join(str(shape).replace("'", "") for shape in shapes)
        raise ValueError(f"{name}.shape={tensor.shape}, but should be {expected}")
    return tensor if tensor.dtype.kind == "f" else tensor.astype(float)


def _matches(found: tuple[int, ...], expected: Shape) -> bool:
    if expected and expected[-1] == "...":
        expected = expected[:-1]
        found = found[: len(expected)]
    return len(found) == len(expected) and all(
        isinstance(size, str) or size == actual for size, actual in zip(expected, found, strict=True)
    )
