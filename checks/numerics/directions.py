"""Directions and cotangents for gradient checks.

Signs are random and magnitudes lie in [1/2, 3/2]: no entry is ever left out, and no symmetric null
direction is hit (all ones is one for softmax and batch normalisation).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def signed(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Random signs times U[1/2, 3/2]."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.5, 1.5, size=shape)


def scale_of(block: Array) -> float:
    """The size of a typical entry: standard deviation, or root mean square if constant, or 1 if zero."""
    if block.size == 0:
        return 1.0
    with np.errstate(over="ignore"):
        spread = float(np.std(block)) if block.size > 1 else 0.0
        size = float(np.sqrt(np.mean(np.square(block))))
    if spread > 1e-8 * size:
        return spread
    return size if size > 0 else 1.0


def plain_direction(block: Array, rng: np.random.Generator) -> Array:
    """A direction in which every entry moves by about the block's scale."""
    return signed(block.shape, rng) * scale_of(block)


def equalised_direction(block: Array, gradient: Array, rng: np.random.Generator) -> Array:
    """A direction in which every entry contributes about as much as a small entry of `gradient`.

    Entries with a large claimed gradient move less, so that a wrong small entry is not drowned.
    """
    magnitude = np.abs(gradient)
    present = magnitude[magnitude > 0]
    if present.size == 0:
        return plain_direction(block, rng)
    floor = max(float(np.quantile(present, 0.1)), 1e-3 * float(present.max()))
    damping = np.where(magnitude > floor, floor / np.maximum(magnitude, floor), 1.0)
    return plain_direction(block, rng) * damping
