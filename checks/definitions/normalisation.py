"""BatchNormalization in the train phase: each channel by its own mean and (biased) variance."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from ...specs import BatchNormalization
from ..numerics.compare import EPS, Array, Estimate
from .dispatch import ANY, Conventions, forward

LARGEST_EPSILON = 1e-10  # the largest epsilon that the course's text allows


@forward.register
def _(spec: BatchNormalization, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Estimate:
    del conventions
    y, error, slack = np.empty(x.shape), np.empty(x.shape), np.empty(x.shape)
    for channel in range(spec.channels):
        values, scale, offset = x[:, channel], parameters["weights"][channel], parameters["bias"][channel]
        found = normalised(values, values, scale, offset)
        y[:, channel], error[:, channel], slack[:, channel] = found.value, found.error, found.slack
    return Estimate(y, error, slack)


def normalised(x: Array, values: Array, gamma: float, beta: float) -> Estimate:
    """`gamma * (x - mean) / std + beta`, with the mean and the (biased) deviation of `values`, of which `x` is a part."""
    mean = math.fsum(values.ravel()) / values.size
    variance = math.fsum((value - mean) ** 2 for value in values.ravel()) / values.size
    normal = (x - mean) / math.sqrt(variance)
    # E[x²] - E[x]² is right as well, and loses (x/std)² units in the last place.
    lost = EPS * (values.size + 8) * (1 + float(np.max(np.square(values))) / variance)
    offset = EPS * abs(mean) / math.sqrt(variance)
    error = 8 * (abs(gamma) * (np.abs(normal) * lost + offset) + EPS * abs(beta))
    return Estimate(gamma * normal + beta, error, abs(gamma) * np.abs(normal) * 0.5 * LARGEST_EPSILON / variance)
