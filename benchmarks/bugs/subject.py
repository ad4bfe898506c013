"""What a subject of the benchmarks is, and the registry of right and wrong ones."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Breaks = Literal["gradient", "contract"]


class Subject(ABC):
    """A function and its vector-Jacobian product, with everything fixed but one block.

    Args:
        rng: where the block's values and the surroundings come from.
        dtype: in which the subject computes.

    Attributes:
        x: the block's values, at which the gradient is checked.
    """

    x: Array

    def __init__(self, rng: np.random.Generator, dtype: type[np.floating[Any]] = np.float64) -> None:
        self.rng, self.dtype = rng, dtype
        self.set_up()

    def normal(self, *shape: int) -> Array:
        """Normal numbers, drawn in float64, so that both precisions meet the same ones."""
        return self.rng.normal(size=shape).astype(self.dtype)

    @abstractmethod
    def set_up(self) -> None:
        """Draw the surroundings and `x`."""

    @abstractmethod
    def forward(self, x: Array) -> Array:
        """The function."""

    @abstractmethod
    def backward(self, x: Array, dy: Array) -> Array:
        """The gradient of <dy, forward(x)> with respect to x."""


@dataclass(frozen=True, kw_only=True)
class Right:
    """A correct subject.

    Attributes:
        name: the layer and the block.
        make: the subject's class.
        tied: True if the point lies on a kink: exact zeros, ties.
        large: True if the block has 100,000 entries.
    """

    name: str
    make: type[Subject]
    tied: bool
    large: bool


@dataclass(frozen=True, kw_only=True)
class Bug:
    """A wrong subject, and the correct one that it was made from.

    Attributes:
        name: what is wrong, in a few words.
        make: the wrong subject's class; its docstring explains.
        right: the correct one.
        breaks: "gradient" if a single call returns a wrong gradient; "contract" if calls disturb each other, arguments
            are written to, or the result is no linear function of the incoming gradient.
    """

    name: str
    make: type[Subject]
    right: Right
    breaks: Breaks


RIGHT: dict[type[Subject], Right] = {}
BUGS: dict[str, Bug] = {}
S = TypeVar("S", bound=Subject)


def right(name: str, *, tied: bool = False, large: bool = False) -> Callable[[type[S]], type[S]]:
    """Register a correct subject."""

    def register(make: type[S]) -> type[S]:
        RIGHT[make] = Right(name=name, make=make, tied=tied, large=large)
        return make

    return register


def bug(name: str, *, breaks: Breaks = "gradient") -> Callable[[type[S]], type[S]]:
    """Register a wrong subject; it inherits from the correct one."""

    def register(make: type[S]) -> type[S]:
        if name in BUGS:
            raise ValueError(f"two bugs are called {name!r}; each needs a name of its own")
        BUGS[name] = Bug(
            name=name, make=make, right=next(RIGHT[base] for base in make.__mro__ if base in RIGHT), breaks=breaks
        )
        return make

    return register


def gradient_change(bug: Bug, seed: int) -> float:
    """How far the first gradient that a wrong subject returns is off: ‖wrong − right‖ / ‖right‖.

    Both are fresh and get copies of the same point and the same random incoming gradient. Infinite if the shape is
    wrong or an entry is not finite.
    """
    gradients = []
    for make in (bug.right.make, bug.make):
        subject = make(np.random.default_rng(seed))
        dy = np.asarray(np.random.default_rng([seed, 1]).normal(size=np.shape(subject.forward(subject.x.copy()))))
        gradients.append(make(np.random.default_rng(seed)).backward(subject.x.copy(), dy))
    expected, found = gradients
    if np.shape(found) != np.shape(expected) or not np.isfinite(found).all():
        return float("inf")
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))
