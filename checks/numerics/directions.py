"""Directions and cotangents for gradient checks.

Signs are random and magnitudes lie in [1/2, 3/2]: no entry is ever left out, and no symmetric null
direction is hit (all ones is one for softmax and batch normalisation).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SAFE = 1e-120  # a norm above it, and below its inverse, has lost nothing to squares that vanish or overflow


def signed(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Random signs times U[1/2, 3/2]: one draw from U[-1, 1] holds both a sign and an independent size."""
    values = np.asarray(rng.uniform(-1.0, 1.0, size=shape))
    values += np.copysign(0.5, values)
    return values


def norm(values: Array) -> float:
    """The root of the sum of squares; squares of very large and very small entries neither overflow nor vanish."""
    with np.errstate(over="ignore", under="ignore"):
        plain = float(np.linalg.norm(np.ravel(values)))
    if SAFE <= plain <= 1 / SAFE:
        return plain
    largest = float(np.max(np.abs(values), initial=0.0))
    if largest == 0 or not np.isfinite(largest):
        return largest
    return largest * float(np.linalg.norm(values / largest))


def scale_of(block: Array) -> float:
    """The size of a typical entry: standard deviation, or root mean square if constant, or 1 if zero.

    Infinite entries, which stay where they are, do not count.
    """
    if not np.isfinite(block).all():
        block = block[np.isfinite(block)]
    size = norm(block) / math.sqrt(max(block.size, 1))
    if size == 0:
        return 1.0
    relative = block / size
    spread = size * norm(relative - np.mean(relative)) / math.sqrt(block.size)
    return spread if spread > 1e-8 * size else size


def plain_direction(block: Array, rng: np.random.Generator) -> Array:
    """A direction in which every entry moves by about the block's scale; infinite ones do not move."""
    direction = signed(block.shape, rng)
    direction *= scale_of(block)
    direction[~np.isfinite(block)] = 0.0
    return direction


def equalised_direction(block: Array, gradient: Array, rng: np.random.Generator) -> Array:
    """A direction in which every entry contributes about as much as a small entry of `gradient`.

    Entries with a large claimed gradient move less, so that a wrong small entry is not drowned.
    """
    magnitude = np.abs(gradient)
    present = magnitude[magnitude > 0]
    if present.size == 0:
        return plain_direction(block, rng)
    small = present.size // 10
    present.partition(small)
    floor = max(float(present[small]), 1e-3 * float(present.max()))
    np.maximum(magnitude, floor, out=magnitude)
    direction = plain_direction(block, rng)
    direction *= np.divide(floor, magnitude, out=magnitude)  # at most 1: floor times the direction may overflow
    return direction
