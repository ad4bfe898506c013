"""Small functions with kinks, or with terms that cancel, and their wrong siblings: one table for tests and benchmarks.

Each function keeps the dtype of its input. A sibling is a backward made from the right one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .subject import BUGS, RIGHT, Array, Bug, Right, Subject

Forward = Callable[[Array], Any]
Backward = Callable[[Array, Any], Array]


def factor(value: float) -> Callable[[Backward], Backward]:
    """The sibling that is off by a common factor."""
    return lambda backward: lambda x, dy: backward(x, dy) * x.dtype.type(value)


def zeros(_: Backward) -> Backward:
    """The sibling that returns nothing."""
    return lambda x, dy: np.zeros_like(x)


def swapped(backward: Backward) -> Backward:
    """The sibling whose first two rows are exchanged."""

    def wrong(x: Array, dy: Any) -> Array:
        gradient = np.array(backward(x, dy))
        gradient[[0, 1]] = gradient[[1, 0]]
        return gradient

    return wrong


def half_missing(backward: Backward) -> Backward:
    """The sibling that leaves the second half of the rows at 0."""

    def wrong(x: Array, dy: Any) -> Array:
        gradient = np.array(backward(x, dy))
        gradient[len(gradient) // 2 :] = 0
        return gradient

    return wrong


COMMON: Mapping[str, Callable[[Backward], Backward]] = {
    "factor 1.03": factor(1.03),
    "factor 1.01": factor(1.01),
    "zeros": zeros,
    "two rows exchanged": swapped,
    "half missing": half_missing,
}
REGISTERED = ("zeros", "two rows exchanged")  # of the common ones, as bugs of the benchmarks: wrong on every seed


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function with its right backward.

    Attributes:
        name: what it is.
        kind: "kinked" or "cancelling".
        draw: the point, in float64.
        forward, backward: the pair.
        wrong: siblings of its own, by what is wrong with them.
        common: False if the gradient vanishes, so that what is 0 or multiplied is right.
    """

    name: str
    kind: str
    draw: Callable[[np.random.Generator], Array]
    forward: Forward
    backward: Backward
    wrong: Mapping[str, Backward] = field(default_factory=dict)
    common: bool = True

    @property
    def siblings(self) -> dict[str, Backward]:
        """All wrong backwards, by name."""
        common = {name: make(self.backward) for name, make in COMMON.items()} if self.common else {}
        return {**common, **self.wrong}


def normal(*shape: int, scale: float = 1.0) -> Callable[[np.random.Generator], Array]:
    """Normal numbers of that shape."""
    return lambda rng: scale * rng.normal(size=shape)


def register(functions: list[Function]) -> None:
    """Make subjects of the benchmarks of the functions, and bugs of their siblings, which compute in float32."""
    for function in functions:
        made = _subject(function, function.backward, np.float64)
        RIGHT[made] = Right(name=function.name, make=made, tied=False, large=False)
        for name, backward in function.siblings.items():
            if name in function.wrong or name in REGISTERED:
                bug = f"{function.name}: {name}"
                wrong = _subject(function, backward, np.float32)
                BUGS[bug] = Bug(name=bug, make=wrong, right=RIGHT[made], breaks="gradient")


def _subject(function: Function, backward: Backward, dtype: type[np.floating[Any]]) -> type[Subject]:
    class Made(Subject):
        def __init__(self, rng: np.random.Generator, dtype: type[np.floating[Any]] = dtype) -> None:
            super().__init__(rng, dtype)

        def set_up(self) -> None:
            self.x = np.asarray(function.draw(self.rng)).astype(self.dtype)

        def forward(self, x: Array) -> Array:
            return np.asarray(function.forward(x))

        def backward(self, x: Array, dy: Array) -> Array:
            return np.asarray(backward(x, dy))

    Made.__doc__ = function.name
    return Made
