"""Identity, ReLU, Sigmoid, TanH, Activation and SoftMax, entry by entry in scalar arithmetic; Dropout at rest."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from ...specs import Activation, Dropout, Identity, ReLU, Sigmoid, SoftMax, TanH
from ..numerics.compare import Array, Estimate, estimate
from .dispatch import ANY, Conventions, forward


@forward.register
def _(spec: Identity, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Estimate:
    del spec, parameters, conventions
    return estimate(x, x, 0)


@forward.register
def _(spec: Dropout, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Estimate:
    del spec, parameters, conventions  # where nothing is drawn: in the test phase, or where every unit is kept
    return estimate(x, x, 2)


@forward.register
def _(spec: Activation, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Estimate:
    return forward(spec.equivalent(), x, parameters, conventions)


@forward.register
def _(spec: ReLU, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Estimate:
    del spec, parameters, conventions
    y = np.array([value if value > 0 else 0.0 for value in x.ravel()]).reshape(x.shape)
    return estimate(y, y, 0)


@forward.register
def _(spec: Sigmoid, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Estimate:
    del spec, parameters, conventions

    def logistic(value: float) -> float:
        return 1.0 / (1.0 + math.exp(-value)) if value > -700 else math.exp(value)

    y = np.array([logistic(value) for value in x.ravel()]).reshape(x.shape)
    return estimate(y, np.ones(x.shape), 2)  # 1/2 (1 + tanh(x/2)) is right as well: its error is absolute


@forward.register
def _(spec: TanH, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Estimate:
    del spec, parameters, conventions
    y = np.array([math.tanh(value) for value in x.ravel()]).reshape(x.shape)
    return estimate(y, np.ones(x.shape), 2)


@forward.register
def _(spec: SoftMax, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Estimate:
    del spec, parameters, conventions
    return softmax(x)


def softmax(x: Array) -> Estimate:
    """The probabilities that belong to the scores in each row."""
    rows = []
    for row in x:
        powers = [math.exp(value - row.max()) for value in row]
        total = math.fsum(powers)
        rows.append([power / total for power in powers])
    y = np.array(rows)
    # exp turns the absolute rounding error of its argument into a relative one.
    return estimate(y, y * (1 + 2 * np.abs(x).max(axis=-1, keepdims=True)), x.shape[-1] + 2)
