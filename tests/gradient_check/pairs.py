"""Right pairs of functions, and how they are told to be wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Pair = tuple[Callable[[Any], Any], Callable[[Any, Any], Any]]


def draw(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng([seed, 7]).normal(size=shape)


def tanh(x: Array) -> Array:
    return np.tanh(x)


def tanh_backward(x: Array, dy: Array) -> Array:
    return dy * (1 - np.tanh(x) ** 2)


def affine(p: dict[str, Array]) -> Array:
    return p["x"] @ p["weights"] + p["bias"]


def affine_backward(p: dict[str, Array], dy: Array) -> dict[str, Array]:
    return {"x": dy @ p["weights"].T, "weights": p["x"].T @ dy, "bias": dy.sum(axis=0)}


def affine_blocks(seed: int = 0) -> dict[str, Array]:
    rng = np.random.default_rng([seed, 8])
    return {"x": rng.normal(size=(9, 5)), "weights": rng.normal(size=(5, 4)), "bias": rng.normal(size=4)}


def affine_wrong(block: str, factor: float) -> Callable[[dict[str, Array], Array], dict[str, Array]]:
    """The backward of an affine map with one gradient multiplied by `factor`."""

    def backward(p: dict[str, Array], dy: Array) -> dict[str, Array]:
        gradients = affine_backward(p, dy)
        gradients[block] = factor * gradients[block]
        return gradients

    return backward
