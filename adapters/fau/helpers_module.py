"""What the course supplies as `Layers/Helpers.py`, for submissions that come without it.

Written from the mathematics. The file imports nothing of this package: it is executed under the submission's name
for it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_STEP = 1e-5
_LARGEST_EPS = 1e-10


def compute_bn_gradients(  # noqa: PLR0917 - the course's signature
    error_tensor: Array,
    input_tensor: Array,
    weights: Array,
    mean: Array,
    var: Array,
    eps: float = float(np.finfo(float).eps),
) -> Array:
    """The gradient of batch normalisation with respect to its input (Ioffe, Szegedy 2015, section 3).

    With n rows, x̂ = (x - mean) / sqrt(var + eps) and g = error * weights, per column:
    dx = (g - sum(g)/n - x̂ sum(g x̂)/n) / sqrt(var + eps).

    Args:
        error_tensor: gradient with respect to the output, (rows, channels).
        input_tensor: the input of the forward pass, (rows, channels).
        weights: gamma, (channels,) or (1, channels).
        mean: the batch's mean, as weights.
        var: the batch's variance (not the standard deviation), as weights.
        eps: what forward added to the variance.

    Returns:
        (rows, channels).

    Raises:
        ArithmeticError: eps is larger than the 1e-10 that the course allows.
    """
    if eps > _LARGEST_EPS:
        raise ArithmeticError(f"eps={eps}, but should be at most {_LARGEST_EPS}")
    deviation = np.sqrt(var + eps)
    normalized = (input_tensor - mean) / deviation
    scaled = error_tensor * weights
    through_mean = scaled.mean(axis=0, keepdims=True)
    through_variance = normalized * (scaled * normalized).mean(axis=0, keepdims=True)
    gradient: Array = (scaled - through_mean - through_variance) / deviation
    return gradient


def gradient_check(layers: Sequence[Any], input_tensor: Array, label_tensor: Array, seed: int | None = None) -> Array:
    """Relative differences between the analytic and the numeric gradient with respect to the input.

    Args:
        layers: the layers in order, the loss last.
        input_tensor: where to compare.
        label_tensor: the loss's labels.
        seed: seeds `numpy.random` and `random` before each layer's forward; for layers that draw.

    Returns:
        |a - n| / max(|a|, |n|) in the shape of the input; 0 where both are below 1e-15.
    """
    _loss(layers, input_tensor, label_tensor, seed)
    analytic = _backward(layers, label_tensor)
    numeric = np.zeros(input_tensor.shape)
    for index in np.ndindex(*input_tensor.shape):
        losses = []
        for step in (_STEP, -_STEP):
            moved = np.array(input_tensor, dtype=float)
            moved[index] += step
            losses.append(_loss(layers, moved, label_tensor, seed))
        numeric[index] = (losses[0] - losses[1]) / (2 * _STEP)
    return _relative(analytic, numeric)


def gradient_check_weights(layers: Sequence[Any], input_tensor: Array, label_tensor: Array, bias: bool) -> Array:
    """Relative differences between the analytic and the numeric gradient of the first layer's weights (or bias).

    Args:
        layers: the layers in order, the loss last.
        input_tensor: where to compare.
        label_tensor: the loss's labels.
        bias: compare the bias instead of the weights.

    Returns:
        As `gradient_check`, in the shape of the weights (or bias).
    """
    name = "bias" if bias else "weights"
    layer = layers[0]
    values = np.array(getattr(layer, name), dtype=float)
    _loss(layers, input_tensor, label_tensor, None)
    _backward(layers, label_tensor)
    analytic = np.array(getattr(layer, f"gradient_{name}"), dtype=float)
    numeric = np.zeros(values.shape)
    for index in np.ndindex(*values.shape):
        losses = []
        for step in (_STEP, -_STEP):
            moved = values.copy()
            moved[index] += step
            setattr(layer, name, moved)
            losses.append(_loss(layers, input_tensor, label_tensor, None))
        numeric[index] = (losses[0] - losses[1]) / (2 * _STEP)
    setattr(layer, name, values)
    return _relative(analytic, numeric)


def calculate_accuracy(results: Array, labels: Array) -> float:
    """The share of rows whose largest result stands where the one-hot label does."""
    return float(np.mean(np.argmax(results, axis=1) == np.argmax(labels, axis=1)))


def shuffle_data(input_tensor: Array, label_tensor: Array) -> tuple[Array, Array]:
    """Both tensors with their rows in the same random order, drawn from `random`."""
    order = list(range(len(input_tensor)))
    random.shuffle(order)
    return input_tensor[order], label_tensor[order]


def _loss(layers: Sequence[Any], tensor: Array, labels: Array, seed: int | None) -> float:
    for layer in layers[:-1]:
        if seed is not None:
            np.random.seed(seed)  # noqa: NPY002 - submissions draw from the global state
            random.seed(seed)
        tensor = layer.forward(deepcopy(tensor))
    return float(layers[-1].forward(tensor, labels))


def _backward(layers: Sequence[Any], labels: Array) -> Array:
    error: Array = layers[-1].backward(labels)
    for layer in reversed(layers[:-1]):
        error = layer.backward(error)
    return error


def _relative(analytic: Array, numeric: Array) -> Array:
    largest = np.maximum(np.abs(analytic), np.abs(numeric))
    differences: Array = np.where(largest < 1e-15, 0.0, np.abs(analytic - numeric) / np.maximum(largest, 1e-15))
    return differences
