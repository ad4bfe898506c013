"""Functions whose terms cancel, or whose gradient is small beside what it is computed from, or large."""

from __future__ import annotations

from typing import Any

import numpy as np

from .family import Function, normal, register
from .subject import Array

INPUTS = np.random.default_rng(31).normal(size=(20, 8))
LABELS = np.random.default_rng(32).integers(5, size=20)
CLASSES = np.arange(8) % 4
MATRIX = np.random.default_rng(33).normal(size=(6, 6)) / 3 + 2 * np.eye(6)
EPS = 1e-12


def _like(values: Array, x: Array) -> Array:
    return values.astype(x.dtype)


def _centred(x: Array, axis: int) -> Array:
    return x - x.mean(axis=axis, keepdims=True)


def _norm(x: Array, axis: int) -> Array:
    centred = _centred(x, axis)
    return centred / np.sqrt((centred * centred).mean(axis=axis, keepdims=True))


def _norm_backward(x: Array, dy: Any, axis: int) -> Array:
    centred = _centred(x, axis)
    deviation = np.sqrt((centred * centred).mean(axis=axis, keepdims=True))
    y = centred / deviation
    projected = y * (dy * y).mean(axis=axis, keepdims=True)
    return (dy - dy.mean(axis=axis, keepdims=True) - projected) / deviation


def _without_projection(x: Array, dy: Any, axis: int) -> Array:
    centred = _centred(x, axis)
    return _centred(dy, axis) / np.sqrt((centred * centred).mean(axis=axis, keepdims=True))


def _layer_norm(features: int) -> Function:
    return Function(
        name=f"layer norm of {features} features",
        kind="cancelling",
        draw=normal(8, features),
        forward=lambda x: _norm(x, 1),
        backward=lambda x, dy: _norm_backward(x, dy, 1),
        wrong={"variance held constant": lambda x, dy: _without_projection(x, dy, 1)},
        common=features > 2,
    )


def _batch_norm(samples: int) -> Function:
    return Function(
        name=f"batch norm of {samples} samples",
        kind="cancelling",
        draw=normal(samples, 6),
        forward=lambda x: _norm(x, 0),
        backward=lambda x, dy: _norm_backward(x, dy, 0),
        wrong={"variance held constant": lambda x, dy: _without_projection(x, dy, 0)},
        common=samples > 2,
    )


def _softmax(x: Array) -> Array:
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _softmax_backward(x: Array, dy: Any) -> Array:
    y = _softmax(x)
    return y * (dy - (dy * y).sum(axis=1, keepdims=True))


def _length(x: Array) -> Array:
    return np.maximum(np.sqrt((x * x).sum(axis=1, keepdims=True)), x.dtype.type(EPS))


def _unit_backward(x: Array, dy: Any) -> Array:
    y = x / _length(x)
    return (dy - y * (y * dy).sum(axis=1, keepdims=True)) / _length(x)


def _with_zero_row(rng: np.random.Generator) -> Array:
    x = rng.normal(size=(6, 4))
    x[2] = 0
    return x


def _classifier(w: Array) -> Any:
    z = _like(INPUTS, w) @ w
    z = z - z.max(axis=1, keepdims=True)
    chosen = z[np.arange(len(z)), LABELS]
    return (np.log(np.exp(z).sum(axis=1)) - chosen).mean(dtype=w.dtype)


def _classifier_backward(w: Array, dy: Any) -> Array:
    inputs = _like(INPUTS, w)
    probabilities = _softmax(inputs @ w)
    probabilities[np.arange(len(LABELS)), LABELS] -= 1
    return dy * inputs.T @ probabilities / w.dtype.type(len(LABELS))


def _log_softmax(x: Array) -> Array:
    shifted = x - x.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def _symmetric(x: Array) -> Array:
    return x @ x.T / x.dtype.type(4) + np.eye(len(x), dtype=x.dtype)


def _standardised_backward(x: Array, dy: Any) -> Array:
    flat = _norm_backward(x.reshape(1, -1), np.asarray(dy).reshape(1, -1), 1)
    return flat.reshape(x.shape)


def _suffix_sums(dy: Any) -> Array:
    return np.cumsum(np.asarray(dy)[:, ::-1], axis=1)[:, ::-1]


def _groups(x: Array) -> Array:
    means = np.stack([x[group::4].mean(axis=0) for group in range(4)])
    return x - means[CLASSES]


def _distances(x: Array) -> Array:
    difference = x[:, None] - x[None]
    return (difference * difference).sum(axis=-1)


def _variance_backward(x: Array, dy: Any) -> Array:
    return dy * 2 * _centred(x, 0) / x.dtype.type(len(x))


def _log_det_slope(x: Array) -> Array:
    return 2 * np.linalg.inv(_symmetric(x)) @ x / x.dtype.type(4)


def _inverse_backward(x: Array, dy: Any) -> Array:
    y = np.linalg.inv(_symmetric(x))
    of_matrix = -y.T @ dy @ y.T
    return (of_matrix + of_matrix.T) @ x / x.dtype.type(4)


CANCELLING: list[Function] = [
    _layer_norm(2),
    _layer_norm(3),
    _batch_norm(2),
    _batch_norm(3),
    Function(
        name="mean of centred values",
        kind="cancelling",
        draw=normal(32, 6),
        forward=lambda x: _centred(x, 0).mean(axis=0),
        backward=lambda x, dy: _centred(np.broadcast_to(dy / x.dtype.type(len(x)), x.shape), 0),
        wrong={"that of the mean": lambda x, dy: np.repeat(dy[None], len(x), axis=0) / x.dtype.type(len(x))},
        common=False,
    ),
    Function(
        name="row sums of softmax",
        kind="cancelling",
        draw=normal(8, 5),
        forward=lambda x: _softmax(x).sum(axis=1),
        backward=lambda x, dy: _softmax_backward(x, np.broadcast_to(dy[:, None], x.shape)),
        wrong={"second term forgotten": lambda x, dy: _softmax(x) * dy[:, None]},
        common=False,
    ),
    Function(
        name="centred columns",
        kind="cancelling",
        draw=normal(8, 6),
        forward=lambda x: _centred(x, 0),
        backward=lambda x, dy: _centred(dy, 0),
        wrong={"mean held constant": lambda x, dy: np.array(dy)},
    ),
    Function(
        name="centred groups",
        kind="cancelling",
        draw=normal(8, 6),
        forward=_groups,
        backward=lambda x, dy: _groups(dy),
        wrong={"centred as a whole": lambda x, dy: _centred(dy, 0)},
    ),
    Function(
        name="variance of columns",
        kind="cancelling",
        draw=normal(8, 6),
        forward=lambda x: (_centred(x, 0) ** 2).mean(axis=0),
        backward=_variance_backward,
        wrong={"divided by n - 1": lambda x, dy: _variance_backward(x, dy) * x.dtype.type(8 / 7)},
    ),
    Function(
        name="standardised weights",
        kind="cancelling",
        draw=normal(6, 5),
        forward=lambda x: _norm(x.reshape(1, -1), 1).reshape(x.shape),
        backward=_standardised_backward,
    ),
    Function(name="softmax", kind="cancelling", draw=normal(8, 5), forward=_softmax, backward=_softmax_backward),
    Function(
        name="log-softmax",
        kind="cancelling",
        draw=normal(8, 5),
        forward=_log_softmax,
        backward=lambda x, dy: dy - _softmax(x) * dy.sum(axis=1, keepdims=True),
        wrong={"second term forgotten": lambda x, dy: np.array(dy)},
    ),
    Function(
        name="classifier with tiny weights",
        kind="cancelling",
        draw=normal(8, 5, scale=1e-4),
        forward=_classifier,
        backward=_classifier_backward,
    ),
    Function(
        name="classifier", kind="cancelling", draw=normal(8, 5), forward=_classifier, backward=_classifier_backward
    ),
    Function(
        name="unit rows",
        kind="cancelling",
        draw=normal(6, 4),
        forward=lambda x: x / _length(x),
        backward=_unit_backward,
        wrong={"length held constant": lambda x, dy: dy / _length(x)},
    ),
    Function(
        name="unit rows, one of them 0",
        kind="cancelling",
        draw=_with_zero_row,
        forward=lambda x: x / _length(x),
        backward=_unit_backward,
        wrong={
            "length held constant": lambda x, dy: dy / _length(x),
            "0 in all other rows": lambda x, dy: np.where(_length(x) > 1e-10, 0 * dy, dy / _length(x)),
        },
    ),
    Function(
        name="solution of a linear system",
        kind="cancelling",
        draw=normal(6, 3),
        forward=lambda x: np.linalg.solve(_like(MATRIX, x), x),
        backward=lambda x, dy: np.linalg.solve(_like(MATRIX, x).T, dy),
        wrong={"matrix not transposed": lambda x, dy: np.linalg.solve(_like(MATRIX, x), dy)},
    ),
    Function(
        name="inverse",
        kind="cancelling",
        draw=normal(4, 4),
        forward=lambda x: np.linalg.inv(_symmetric(x)),
        backward=_inverse_backward,
    ),
    Function(
        name="determinant",
        kind="cancelling",
        draw=normal(4, 4),
        forward=lambda x: np.linalg.det(_symmetric(x)),
        backward=lambda x, dy: dy * np.linalg.det(_symmetric(x)) * _log_det_slope(x),
        wrong={"that of its logarithm": lambda x, dy: dy * _log_det_slope(x)},
    ),
    Function(
        name="logarithm of the determinant",
        kind="cancelling",
        draw=normal(4, 4),
        forward=lambda x: np.linalg.slogdet(_symmetric(x))[1],
        backward=lambda x, dy: dy * _log_det_slope(x),
    ),
    Function(
        name="running sum",
        kind="cancelling",
        draw=normal(6, 12),
        forward=lambda x: np.cumsum(x, axis=1),
        backward=lambda x, dy: _suffix_sums(dy),
        wrong={"summed the other way": lambda x, dy: np.cumsum(dy, axis=1)},
    ),
    Function(
        name="differences of running sums",
        kind="cancelling",
        draw=normal(6, 12),
        forward=lambda x: np.diff(np.cumsum(x, axis=1), axis=1),
        backward=lambda x, dy: np.pad(dy, ((0, 0), (1, 0))),
    ),
    Function(
        name="squared distances",
        kind="cancelling",
        draw=normal(6, 3),
        forward=_distances,
        backward=lambda x, dy: 2 * ((dy + dy.T)[..., None] * (x[:, None] - x[None])).sum(axis=1),
        wrong={"each pair once": lambda x, dy: 2 * (dy[..., None] * (x[:, None] - x[None])).sum(axis=1)},
    ),
    Function(
        name="logarithm of a sum of powers",
        kind="cancelling",
        draw=normal(8, 5),
        forward=lambda x: np.log(np.exp(x - x.max(axis=1, keepdims=True)).sum(axis=1)) + x.max(axis=1),
        backward=lambda x, dy: dy[:, None] * _softmax(x),
    ),
]


register(CANCELLING)
