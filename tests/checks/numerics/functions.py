"""Functions with their right vector-Jacobian products, written by hand, and points at which to check them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backproof.checks.numerics.gradient import BlockChecker, BlockResult

Array = NDArray[np.float64]
Forward = Callable[[Array], Array]
Backward = Callable[[Array, Array], Array]
Draw = Callable[[np.random.Generator], Array]
Mutate = Callable[[Array, Array, Array], Array]

MATRIX = np.random.default_rng(1).normal(size=(6, 4))
DEEP = [np.random.default_rng(seed).normal(size=(6, 6)) / 2 for seed in range(5)]
WIDE = np.array([1.0, 1e-8])


@dataclass(frozen=True)
class Function:
    """A function, its vector-Jacobian product `backward(x, v)`, and where to look at it."""

    forward: Forward
    backward: Backward
    draw: Draw


def check(function: Function, seed: int, mutate: Mutate | None = None) -> BlockResult:
    """Check the product of `function`, or `mutate(product, x, v)`, at a point drawn from `seed`."""
    rng = np.random.default_rng([seed, 7])
    x = function.draw(rng)

    def pull(v: Array) -> Array:
        right = function.backward(x, v)
        return mutate(right, x, v) if mutate else right

    with np.errstate(all="ignore"):
        return BlockChecker(lambda points: [function.forward(point) for point in points], pull, x, rng).run()


def normal(*shape: int, scale: float = 1.0, offset: float = 0.0) -> Draw:
    return lambda rng: offset + scale * rng.normal(size=shape)


def with_zeros(*shape: int, other: float = 0.0) -> Draw:
    """About a third of the entries is exactly 0, or of size `other`."""
    return lambda rng: rng.normal(size=shape) * np.where(rng.random(shape) < 0.3, other, 1.0)


def sigmoid(x: Array) -> Array:
    result: Array = 1 / (1 + np.exp(-x))
    return result


def softmax(x: Array) -> Array:
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    result: Array = powers / powers.sum(axis=-1, keepdims=True)
    return result


def softmax_backward(x: Array, v: Array) -> Array:
    y = softmax(x)
    result: Array = y * (v - (v * y).sum(axis=-1, keepdims=True))
    return result


def batch_norm(x: Array) -> Array:
    centred = x - x.mean(axis=0)
    result: Array = centred / np.sqrt((centred**2).mean(axis=0) + 2.2e-16)
    return result


def batch_norm_backward(x: Array, v: Array) -> Array:
    deviation = np.sqrt(((x - x.mean(axis=0)) ** 2).mean(axis=0) + 2.2e-16)
    y = (x - x.mean(axis=0)) / deviation
    result: Array = (v - v.mean(axis=0) - y * (v * y).mean(axis=0)) / deviation
    return result


def row_maximum(x: Array) -> Array:
    result: Array = x.max(axis=-1)
    return result


def row_maximum_backward(x: Array, v: Array) -> Array:
    gradient = np.zeros_like(x)
    gradient[np.arange(len(x)), x.argmax(axis=-1)] = v
    return gradient


def product_backward(x: Array, v: Array) -> Array:
    result: Array = (v * x.prod(axis=-1))[:, None] / x
    return result


def tanh_backward(x: Array, v: Array) -> Array:
    result: Array = v * (1 - np.tanh(x) ** 2)
    return result


def deep(x: Array) -> Array:
    for weights in DEEP:
        x = np.tanh(x @ weights)
    return x


def deep_backward(x: Array, v: Array) -> Array:
    outputs = [x]
    for weights in DEEP:
        outputs.append(np.tanh(outputs[-1] @ weights))
    for weights, y in zip(DEEP[::-1], outputs[:0:-1], strict=True):
        v = (v * (1 - y * y)) @ weights.T
    return v


def deep_relu(x: Array) -> Array:
    for weights in DEEP:
        x = np.maximum(x @ weights, 0)
    return x


def deep_relu_backward(x: Array, v: Array) -> Array:
    sums = []
    for weights in DEEP:
        sums.append(x @ weights)
        x = np.maximum(sums[-1], 0)
    for weights, z in zip(DEEP[::-1], sums[::-1], strict=True):
        v = (v * (z > 0)) @ weights.T
    return v


def labels(x: Array) -> Array:
    rows: Array = np.eye(x.shape[1])[np.arange(len(x)) % x.shape[1]]
    return rows


def cross_entropy(x: Array) -> Array:
    """Of the softmax of `x`: a scalar."""
    return np.array([-(labels(x) * np.log(softmax(x))).sum()])


def log_backward(x: Array, v: Array) -> Array:
    result: Array = v[0] * -labels(x) / x
    return result


def scattered(x: Array) -> Array:
    """Deterministic noise in [-1/2, 1/2] that changes with the last digits of `x`."""
    values: Array = np.sin(1e9 * x + np.arange(x.size).reshape(x.shape)) * 43758.5453
    return values - np.floor(values) - 0.5


TANH = Function(np.tanh, tanh_backward, normal(10, 5))
RELU = Function(lambda x: np.maximum(x, 0), lambda x, v: v * (x > 0), normal(10, 5))
LINEAR = Function(lambda x: x @ MATRIX, lambda x, v: v @ MATRIX.T, normal(5, 6))
SOFTMAX = Function(softmax, softmax_backward, normal(9, 4))
BATCH_NORM = Function(batch_norm, batch_norm_backward, normal(10, 4))
LOSS = Function(cross_entropy, lambda x, v: v[0] * (softmax(x) - labels(x)), normal(7, 5))
SQUARE = Function(np.square, lambda x, v: 2 * v * x, normal(10, 5))
DEEP_TANH = Function(deep, deep_backward, normal(4, 6))
MAXIMUM = Function(row_maximum, row_maximum_backward, normal(10, 5))


def at(function: Function, draw: Draw) -> Function:
    return Function(function.forward, function.backward, draw)


SMOOTH = {
    "tanh": TANH,
    "sigmoid": Function(sigmoid, lambda x, v: v * sigmoid(x) * (1 - sigmoid(x)), normal(10, 5)),
    "exp": Function(np.exp, lambda x, v: v * np.exp(x), normal(10, 5, scale=3)),
    "sin(20 x)": Function(lambda x: np.sin(20 * x), lambda x, v: 20 * v * np.cos(20 * x), normal(10, 5)),
    "linear": LINEAR,
    "square": SQUARE,
    "products": Function(lambda x: x.prod(axis=-1), product_backward, normal(4, 5)),
    "softmax": SOFTMAX,
    "batch norm": BATCH_NORM,
    "batch norm of 3 samples": at(BATCH_NORM, normal(3, 4)),
    "batch norm of 2 samples": at(BATCH_NORM, normal(2, 4)),
    "batch norm of 2 samples far from 0": at(BATCH_NORM, normal(2, 4, offset=100)),
    "batch norm far from 0": at(BATCH_NORM, normal(10, 4, offset=1e6)),
    "deep tanh": DEEP_TANH,
    "cross-entropy of softmax": LOSS,
    "log of probabilities": Function(
        lambda x: np.array([-(labels(x) * np.log(x)).sum()]), log_backward, lambda rng: rng.dirichlet(np.ones(4), 9)
    ),
    "a large constant plus squares": Function(
        lambda x: np.array([1e8 + np.square(x).sum()]), lambda x, v: v[0] * 2 * x, normal(7, 5)
    ),
    "tanh at 0": at(TANH, lambda rng: np.zeros((3, 4))),
    "tanh at a constant": at(TANH, lambda rng: np.ones((3, 4))),
    "tanh of one number": at(TANH, normal(1)),
    "square at 1e8": at(SQUARE, normal(10, 5, scale=1e8)),
    "square at 1e-8": at(SQUARE, normal(10, 5, scale=1e-8)),
    "tanh at 1e-8": at(TANH, normal(10, 5, scale=1e-8)),
    "tanh of 1e-8 x at 1e8": Function(
        lambda x: np.tanh(1e-8 * x), lambda x, v: 1e-8 * tanh_backward(1e-8 * x, v), normal(10, 5, scale=1e8)
    ),
    "softmax at 1e-8": at(SOFTMAX, normal(9, 4, scale=1e-8)),
    "batch norm at 1e8": at(BATCH_NORM, normal(10, 4, scale=1e8)),
    "three times 1e300": Function(lambda x: 3 * x, lambda x, v: 3 * v, normal(3, 3, scale=1e300)),
    "squares that vanish": at(SQUARE, normal(3, 3, scale=1e-170)),
    "mixed scales": at(SQUARE, lambda rng: rng.normal(size=(3, 4)) * np.array([1.0, 1e-8, 1e3, 1e-3])),
    "derivatives 1 and 1e-8": Function(lambda x: x @ WIDE, lambda x, v: v[:, None] * WIDE, normal(5, 2)),
    "a constant": Function(lambda x: np.ones(3), lambda x, v: np.zeros_like(x), normal(5, 4)),
    "row sums of softmax": Function(lambda x: softmax(x).sum(axis=-1), lambda x, v: np.zeros_like(x), normal(5, 4)),
    "square at 0": at(SQUARE, lambda rng: np.zeros((3, 3))),
    "no entries": at(TANH, lambda rng: np.zeros((0, 3))),
}

KINKED_ELSEWHERE = {
    "relu": RELU,
    "absolute value": Function(np.abs, lambda x, v: v * np.sign(x), normal(10, 5)),
    "maximum": MAXIMUM,
    "clip": Function(lambda x: np.clip(x, -1, 1), lambda x, v: v * (np.abs(x) < 1), normal(10, 5)),
    "deep relu": Function(deep_relu, deep_relu_backward, normal(4, 6)),
    "loss of relu": Function(
        lambda x: np.array([np.square(np.maximum(x @ MATRIX, 0)).sum()]),
        lambda x, v: v[0] * 2 * np.maximum(x @ MATRIX, 0) @ MATRIX.T,
        normal(7, 6),
    ),
    "sum of absolute values": Function(
        lambda x: np.array([np.abs(x @ MATRIX).sum()]), lambda x, v: v[0] * np.sign(x @ MATRIX) @ MATRIX.T, normal(7, 6)
    ),
    "saturated tanh": at(TANH, normal(10, 5, scale=1e8)),
    "saturated softmax": at(SOFTMAX, normal(9, 4, scale=1e8)),
    "a jump": Function(lambda x: x + (x > 0.3), lambda x, v: v, normal(10, 5)),
    "sum of jumps": Function(
        lambda x: np.array([(x + (x > 0.3)).sum()]), lambda x, v: v[0] * np.ones_like(x), normal(10, 5)
    ),
    "rounded down": Function(lambda x: np.floor(4 * x), lambda x, v: np.zeros_like(x), normal(10, 5)),
}

KINKED_ENTRIES = {  # at about a third of the entries; every output sees one input
    "relu, 0 at 0": at(RELU, with_zeros(10, 5)),
    "relu, 1 at 0": Function(RELU.forward, lambda x, v: v * (x >= 0), with_zeros(10, 5)),
    "relu, 1/2 at 0": Function(RELU.forward, lambda x, v: v * ((x > 0) + 0.5 * (x == 0)), with_zeros(10, 5)),
    "relu near 0": at(RELU, with_zeros(10, 5, other=1e-4)),
    "relu very near 0": at(RELU, with_zeros(10, 5, other=1e-7)),
    "relu as near as can be": at(RELU, with_zeros(10, 5, other=1e-16)),
    "absolute value at 0": Function(np.abs, lambda x, v: v * np.sign(x), with_zeros(10, 5)),
    "x |x| at 0": Function(lambda x: x * np.abs(x), lambda x, v: 2 * v * np.abs(x), with_zeros(10, 5)),
    "elu at 0": Function(
        lambda x: np.where(x > 0, x, np.expm1(x)), lambda x, v: v * np.where(x > 0, 1, np.exp(x)), with_zeros(10, 5)
    ),
    "narrow clip": Function(
        lambda x: np.clip(x, -1e-7, 1e-7), lambda x, v: v * (np.abs(x) < 1e-7), with_zeros(10, 5, other=1e-7)
    ),
}

KINKED_MIXTURES = {
    "maximum with ties": at(MAXIMUM, lambda rng: np.round(rng.normal(size=(10, 5)))),
    "sum of relu at 0": Function(
        lambda x: np.array([np.maximum(x, 0).sum()]), lambda x, v: v[0] * (x > 0), with_zeros(7, 6)
    ),
    "relu at 0, mixed by weights of both signs": Function(
        lambda x: np.maximum(x, 0) @ MATRIX, lambda x, v: (v @ MATRIX.T) * (x > 0), with_zeros(7, 6)
    ),
}
