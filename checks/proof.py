"""Proof: what a failed measurement has compared, so that the comparison can be repeated elsewhere.

The arrays are those of the calls, so that a snippet can name the call instead of its result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

STEP = 1e-5  # of the plain central differences that a snippet shows
RELATIVE, ABSOLUTE = 1e-5, 1e-7  # what they may differ by, of each entry and of the largest one
LARGEST_BLOCK = 300  # entries that are moved one by one


@dataclass(frozen=True)
class Expression:
    """A value that is computed from others.

    Attributes:
        text: Python, with `$0`, `$1` for the terms; `np` is NumPy.
        terms: arguments or results of calls.
    """

    text: str
    terms: tuple[Any, ...]


@dataclass(frozen=True, kw_only=True)
class Equal:
    """Two values should agree.

    Attributes:
        found: what the subject returned, or an expression of it.
        expected: what it should be: an array, an expression, or another call's result.
        value: the numbers found.
        wanted: the numbers expected.
        bound: how far they may differ, per entry; None: they must be the same objects' worth, such as lists.
    """

    found: Any
    expected: Any
    value: Any
    wanted: Any
    bound: Array | float | None


@dataclass(frozen=True, kw_only=True)
class Shaped:
    """A value should be an array of finite floating-point numbers in a shape."""

    found: Any
    shape: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Holds:
    """A statement should be true.

    Attributes:
        statement: a condition about arguments or results of calls.
        text: what is expected, in words.
    """

    statement: Expression
    text: str


@dataclass(frozen=True, kw_only=True)
class Untouched:
    """A call should not write into an argument; an argument beyond its own is one of the latest forward."""

    call: int
    argument: int


@dataclass(frozen=True, kw_only=True)
class Derivative:
    """A gradient should be what central differences of forward give.

    Attributes:
        block: name of the parameter; empty for forward's first argument.
        arguments: those of forward.
        cotangent: the incoming gradient; None where forward returns a number.
        target: what backward is given where forward returns a number.
        found: the gradient claimed.
        expected: the central differences.
        continues: True if forward continues earlier calls, so that each one needs a fresh subject that has been through
            all that came before; `found` is the very result of the backward that is looked at.
    """

    block: str
    arguments: tuple[Array, ...]
    cotangent: Array | None
    target: Array | None
    found: Array
    expected: Array
    continues: bool = False

    @property
    def shows(self) -> bool:
        """True if differences as plain as a snippet's tell the two apart, with something to spare."""
        size = float(np.abs(self.expected).max(initial=0.0))
        bound = RELATIVE * np.abs(self.expected) + ABSOLUTE * size
        return bool((np.abs(self.found - self.expected) > 3 * bound).any()) or not np.isfinite(self.found).all()


Proof = Equal | Shaped | Holds | Untouched | Derivative


def central_differences(
    evaluate: Callable[[Sequence[Array]], Sequence[Array]], x: Array, cotangent: Array
) -> Array | None:
    """The gradient of <cotangent, f> at `x`, an entry at a time; None if there are too many."""
    if x.size > LARGEST_BLOCK:
        return None
    points = []
    for index in np.ndindex(x.shape):
        for step in (STEP, -STEP):
            point = np.array(x)
            point[index] += step
            points.append(point)
    sums = [float(np.vdot(cotangent, value)) for value in evaluate(points)]
    pairs = np.array(sums).reshape(-1, 2)
    result: Array = ((pairs[:, 0] - pairs[:, 1]) / (2 * STEP)).reshape(x.shape)
    return result
