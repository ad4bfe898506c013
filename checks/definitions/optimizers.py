"""Sgd, SgdWithMomentum, AdaGrad, Adam: the weights after each of a sequence of gradients."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...specs import AdaGrad, Adam, L1_Regularizer, OptimizerSpec, RegularizerSpec, Sgd, SgdWithMomentum
from ..numerics.compare import Array, Estimate, estimate
from .regularizers import penalty_gradient


def trajectory(
    spec: OptimizerSpec,
    start: Array,
    gradients: Iterable[Array],
    *,
    epsilon: float = 0.0,
    inside: bool = False,
    l2_gradient: str = "alpha w",
) -> Iterator[Estimate]:
    """The weights after every step, in extended precision.

    `epsilon` is that of Adam or AdaGrad, `inside` whether it is added inside of the root (of AdaGrad); `l2_gradient` is
    the convention of the L2 penalty's gradient.
    """
    weights = np.asarray(start, dtype=np.longdouble)
    first = second = np.zeros_like(weights)
    magnitude = np.abs(weights)
    for k, gradient in enumerate(gradients, start=1):
        g = np.asarray(gradient, dtype=np.longdouble)
        if isinstance(spec, Sgd):
            rate, step = spec.learning_rate, -spec.learning_rate * g
        elif isinstance(spec, SgdWithMomentum):
            first = spec.momentum_rate * first - spec.learning_rate * g
            rate, step = spec.learning_rate, first
        elif isinstance(spec, AdaGrad):
            second = second + g * g
            root = np.sqrt(second + epsilon) if inside else np.sqrt(second) + epsilon
            # Without an epsilon, nothing over nothing is meant to be nothing.
            step = -spec.learning_rate * np.divide(g, root, out=np.zeros_like(g), where=root > 0)
            rate = spec.learning_rate
        elif isinstance(spec, Adam):
            first = spec.mu * first + (1 - np.longdouble(spec.mu)) * g
            second = spec.rho * second + (1 - np.longdouble(spec.rho)) * g * g
            mean, square = first / (1 - np.longdouble(spec.mu) ** k), second / (1 - np.longdouble(spec.rho) ** k)
            rate, step = spec.learning_rate, -spec.learning_rate * mean / (np.sqrt(square) + epsilon)
        else:
            raise NotImplementedError(f"there is no definition of {spec.name()}")
        decay = _decay(spec.regularizer, weights, l2_gradient)
        weights = weights - rate * decay + step
        magnitude = np.maximum(magnitude, np.abs(weights)) + np.abs(step) + rate * np.abs(decay)
        # 1 - rho^k cancels in Adam: its relative error is eps / (1 - rho).
        lost = 1 / (1 - max(spec.mu, spec.rho)) if isinstance(spec, Adam) else 1.0
        yield estimate(weights, magnitude, 10 * k + lost)


def _decay(regularizer: RegularizerSpec | None, weights: NDArray[Any], l2_gradient: str) -> NDArray[Any]:
    if regularizer is None:
        return np.zeros_like(weights)
    if isinstance(regularizer, L1_Regularizer):
        signs: NDArray[Any] = regularizer.alpha * np.sign(weights)
        return signs
    return penalty_gradient(regularizer, weights, l2_gradient).value
