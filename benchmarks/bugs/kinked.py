"""Functions with kinks: rectifiers, clips, maxima, orders, distances."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .family import Backward, Function, normal, register
from .subject import Array

WEIGHTS = np.random.default_rng(21).normal(size=(6, 5))
SECOND = np.random.default_rng(22).normal(size=(5, 4))
TARGETS = np.random.default_rng(23).normal(size=(8, 6))


def _like(values: Array, x: Array) -> Array:
    return values.astype(x.dtype)


def _by_slope(
    value: Callable[[Array], Any], slope: Callable[[Array], Any], *, scale: float = 1.0, **more: Any
) -> Function:
    """A function that works entry by entry."""
    return Function(
        kind="kinked",
        draw=normal(8, 6, scale=scale),
        forward=lambda x: _like(np.asarray(value(x)), x),
        backward=lambda x, dy: dy * _like(np.asarray(slope(x)), x),
        **more,
    )


def _slope(slope: Callable[[Array], Any]) -> Backward:
    return lambda x, dy: dy * _like(np.asarray(slope(x)), x)


def _leaky(slope: float) -> Function:
    return _by_slope(
        lambda x: np.where(x > 0, x, slope * x),
        lambda x: np.where(x > 0, 1, slope),
        name=f"leaky ReLU, {slope}",
        wrong={
            "slope of the negative side forgotten": _slope(lambda x: x > 0),
            "slope taken on both sides": _slope(lambda x: np.full_like(x, slope)),
        },
    )


def _clip(low: float, high: float, name: str) -> Function:
    return _by_slope(
        lambda x: np.clip(x, low, high),
        lambda x: (x > low) & (x < high),
        name=name,
        scale=high - low,
        wrong={"not cut off above": _slope(lambda x: x > low)},
    )


def _at(x: Array, index: Array, dy: Any) -> Array:
    """The gradient that goes to one entry of each row."""
    gradient = np.zeros_like(x)
    np.put_along_axis(gradient, index[:, None], np.asarray(dy)[:, None], axis=1)
    return gradient


def _sort_backward(x: Array, dy: Any) -> Array:
    gradient = np.zeros_like(x)
    np.put_along_axis(gradient, np.argsort(x, axis=1), dy, axis=1)
    return gradient


def _largest(x: Array, dy: Any, count: int) -> Array:
    gradient = np.zeros_like(x)
    np.put_along_axis(gradient, np.argsort(x, axis=1)[:, -count:], np.asarray(dy)[:, None], axis=1)
    return gradient


def _median_backward(x: Array, dy: Any) -> Array:
    return _at(x, np.argsort(x, axis=1)[:, x.shape[1] // 2], dy)


def _quantile(x: Array) -> Array:
    ordered = np.sort(x, axis=1)  # the quantile 0.3 of 6 entries lies half way between the second and the third
    return (ordered[:, 1] + ordered[:, 2]) / 2


def _quantile_backward(x: Array, dy: Any) -> Array:
    order = np.argsort(x, axis=1)
    return (_at(x, order[:, 1], dy) + _at(x, order[:, 2], dy)) / 2


def _pool(x: Array) -> Array:
    return x.reshape(4, 2, 3, 2).max(axis=(1, 3))


def _pool_backward(x: Array, dy: Any) -> Array:
    tiles = x.reshape(4, 2, 3, 2)
    return (dy[:, None, :, None] * (tiles == tiles.max(axis=(1, 3), keepdims=True))).reshape(x.shape)


def _cummax_backward(x: Array, dy: Any) -> Array:
    places = np.maximum.accumulate(np.where(x == np.maximum.accumulate(x, axis=1), np.arange(x.shape[1]), 0), axis=1)
    gradient = np.zeros_like(x)
    np.add.at(gradient, (np.arange(len(x))[:, None], places), dy)
    return gradient


def _variation_backward(x: Array, dy: Any) -> Array:
    signs = dy[:, None] * np.sign(np.diff(x, axis=1))
    return np.pad(signs, ((0, 0), (1, 0))) - np.pad(signs, ((0, 0), (0, 1)))


def _affine(x: Array) -> Array:
    return x @ _like(WEIGHTS, x)


def _deep_backward(x: Array, dy: Any) -> Array:
    hidden = _affine(x)
    inner = np.maximum(hidden, 0) @ _like(SECOND, x)
    return ((dy * (inner > 0)) @ _like(SECOND, x).T * (hidden > 0)) @ _like(WEIGHTS, x).T


def _hinge_multi(x: Array) -> Array:
    margins = np.maximum(0, 1 + x - x[:, :1])
    margins[:, 0] = 0
    return margins.sum(axis=1)


def _hinge_multi_backward(x: Array, dy: Any) -> Array:
    active = _like(1 + x - x[:, :1] > 0, x)
    active[:, 0] = 0
    active[:, 0] = -active.sum(axis=1)
    return dy[:, None] * active


KINKED: list[Function] = [
    _leaky(0.01),
    _leaky(0.2),
    _by_slope(lambda x: np.maximum(x, 0), lambda x: x > 0, name="ReLU, 48 entries"),
    _by_slope(np.abs, np.sign, name="absolute value", wrong={"sign forgotten": _slope(np.ones_like)}),
    _clip(-1, 1, "hard tanh"),
    _clip(0, 6, "ReLU6"),
    _clip(-0.5, 0.8, "clip to [-0.5, 0.8]"),
    _by_slope(lambda x: np.maximum(0, 1 - x), lambda x: -1.0 * (x < 1), name="hinge"),
    _by_slope(lambda x: np.maximum(0, 1 - x) ** 2, lambda x: -2 * np.maximum(0, 1 - x), name="squared hinge"),
    _by_slope(lambda x: np.maximum(x, 0) ** 2, lambda x: 2 * np.maximum(x, 0), name="squared ReLU"),
    _by_slope(
        lambda x: np.where(np.abs(x) < 1, x * x / 2, np.abs(x) - 0.5),
        lambda x: np.clip(x, -1, 1),
        name="Huber",
        wrong={"not cut off": _slope(lambda x: x)},
    ),
    _by_slope(
        lambda x: np.maximum(0.9 * x, -0.1 * x),
        lambda x: np.where(x > 0, 0.9, -0.1),
        name="quantile loss, 0.9",
        wrong={"as for 0.8": _slope(lambda x: np.where(x > 0, 0.8, -0.2))},
    ),
    _by_slope(lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))), lambda x: np.exp(np.minimum(x, 0)), name="ELU"),
    _by_slope(
        lambda x: 1.0507 * np.where(x > 0, x, 1.6733 * np.expm1(np.minimum(x, 0))),
        lambda x: 1.0507 * np.where(x > 0, 1, 1.6733 * np.exp(np.minimum(x, 0))),
        name="SELU",
        wrong={"scale forgotten": _slope(lambda x: np.where(x > 0, 1, 1.6733 * np.exp(np.minimum(x, 0))))},
    ),
    _by_slope(
        lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
        lambda x: np.where(np.abs(x) < 3, x / 3 + 0.5, x > 0),
        name="hard swish",
    ),
    _by_slope(lambda x: np.clip(x / 6 + 0.5, 0, 1), lambda x: (np.abs(x) < 3) / 6, name="hard sigmoid"),
    _by_slope(
        lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0),
        lambda x: np.abs(x) > 0.5,
        name="soft threshold",
        wrong={"threshold forgotten": _slope(np.ones_like)},
    ),
    _by_slope(lambda x: x * np.abs(x), lambda x: 2 * np.abs(x), name="x |x|"),
    _by_slope(lambda x: np.abs(np.sin(3 * x)), lambda x: 3 * np.cos(3 * x) * np.sign(np.sin(3 * x)), name="|sin 3x|"),
    Function(
        name="maximum of pairs",
        kind="kinked",
        draw=normal(8, 6),
        forward=lambda x: np.maximum(x[:, ::2], x[:, 1::2]),
        backward=lambda x, dy: (
            dy[..., None] * (x.reshape(8, 3, 2) == x.reshape(8, 3, 2).max(-1, keepdims=True))
        ).reshape(x.shape),
        wrong={"shared by both": lambda x, dy: np.repeat(dy, 2, axis=1) / x.dtype.type(2)},
    ),
    Function(
        name="minimum of rows",
        kind="kinked",
        draw=normal(8, 6),
        forward=lambda x: x.min(axis=1),
        backward=lambda x, dy: _at(x, x.argmin(axis=1), dy),
        wrong={"that of the maximum": lambda x, dy: _at(x, x.argmax(axis=1), dy)},
    ),
    Function(
        name="sort",
        kind="kinked",
        draw=normal(8, 6),
        forward=lambda x: np.sort(x, axis=1),
        backward=_sort_backward,
        wrong={"order forgotten": lambda x, dy: np.array(dy)},
    ),
    Function(
        name="sum of the two largest",
        kind="kinked",
        draw=normal(8, 6),
        forward=lambda x: np.sort(x, axis=1)[:, -2:].sum(axis=1),
        backward=lambda x, dy: _largest(x, dy, 2),
        wrong={"of the three largest": lambda x, dy: _largest(x, dy, 3)},
    ),
    Function(
        name="median of rows",
        kind="kinked",
        draw=normal(8, 5),
        forward=lambda x: np.median(x, axis=1).astype(x.dtype),
        backward=_median_backward,
        wrong={"that of the mean": lambda x, dy: np.repeat(dy[:, None], 5, axis=1) / x.dtype.type(5)},
    ),
    Function(name="quantile of rows", kind="kinked", draw=normal(8, 6), forward=_quantile, backward=_quantile_backward),
    Function(
        name="max pooling of 2 by 2",
        kind="kinked",
        draw=normal(8, 6),
        forward=_pool,
        backward=_pool_backward,
        wrong={
            "that of average pooling": lambda x, dy: np.repeat(np.repeat(dy, 2, axis=0), 2, axis=1) / x.dtype.type(4)
        },
    ),
    Function(
        name="l1 norm of rows",
        kind="kinked",
        draw=normal(8, 6),
        forward=lambda x: np.abs(x).sum(axis=1),
        backward=lambda x, dy: dy[:, None] * np.sign(x),
        wrong={"that of the square": lambda x, dy: dy[:, None] * 2 * x},
    ),
    Function(
        name="largest absolute value of rows",
        kind="kinked",
        draw=normal(8, 6),
        forward=lambda x: np.abs(x).max(axis=1),
        backward=lambda x, dy: _at(x, np.abs(x).argmax(axis=1), dy) * np.sign(x),
        wrong={"sign forgotten": lambda x, dy: _at(x, np.abs(x).argmax(axis=1), dy)},
    ),
    Function(
        name="range of rows",
        kind="kinked",
        draw=normal(8, 6),
        forward=lambda x: np.ptp(x, axis=1),
        backward=lambda x, dy: _at(x, x.argmax(axis=1), dy) - _at(x, x.argmin(axis=1), dy),
    ),
    Function(
        name="running maximum",
        kind="kinked",
        draw=normal(8, 6),
        forward=lambda x: np.maximum.accumulate(x, axis=1),
        backward=_cummax_backward,
    ),
    Function(
        name="total variation",
        kind="kinked",
        draw=normal(8, 6),
        forward=lambda x: np.abs(np.diff(x, axis=1)).sum(axis=1),
        backward=_variation_backward,
    ),
    Function(
        name="mean absolute error",
        kind="kinked",
        draw=normal(8, 6),
        forward=lambda x: np.abs(x - _like(TARGETS, x)).mean(),
        backward=lambda x, dy: dy * np.sign(x - _like(TARGETS, x)) / x.dtype.type(x.size),
        wrong={"mean over the batch": lambda x, dy: dy * np.sign(x - _like(TARGETS, x)) / x.dtype.type(len(x))},
    ),
    Function(
        name="sum of ReLU",
        kind="kinked",
        draw=normal(8, 6),
        forward=lambda x: np.maximum(x, 0).sum(),
        backward=lambda x, dy: dy * (x > 0),
    ),
    Function(
        name="ReLU of an affine map",
        kind="kinked",
        draw=normal(8, 6),
        forward=lambda x: np.maximum(_affine(x), 0),
        backward=lambda x, dy: (dy * (_affine(x) > 0)) @ _like(WEIGHTS, x).T,
        wrong={"mask forgotten": lambda x, dy: dy @ _like(WEIGHTS, x).T},
    ),
    Function(
        name="two rectified layers",
        kind="kinked",
        draw=normal(8, 6),
        forward=lambda x: np.maximum(np.maximum(_affine(x), 0) @ _like(SECOND, x), 0),
        backward=_deep_backward,
    ),
    Function(
        name="multi-class hinge",
        kind="kinked",
        draw=normal(8, 6),
        forward=_hinge_multi,
        backward=_hinge_multi_backward,
    ),
]
register(KINKED)
