"""BatchNormalization in the train phase: each channel by its own mean and (biased) variance."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from ...specs import BatchNormalization
from ..numerics.compare import EPS, Array, Estimate
from .dispatch import forward

LARGEST_EPSILON = 1e-10  # the largest epsilon that the course's text allows


@forward.register
def _(spec: BatchNormalization, x: Array, parameters: Mapping[str, Array]) -> Estimate:
    y, error, slack = np.empty(x.shape), np.empty(x.shape), np.empty(x.shape)
    for channel in range(spec.channels):
        values = x[:, channel]
        mean = math.fsum(values.ravel()) / values.size
        variance = math.fsum((value - mean) ** 2 for value in values.ravel()) / values.size
        gamma, beta = parameters["weights"][channel], parameters["bias"][channel]
        normal = (values - mean) / math.sqrt(variance)
        y[:, channel] = gamma * normal + beta
        # E[x²] - E[x]² is right as well, and loses (x/std)² units in the last place.
        lost = EPS * (values.size + 8) * (1 + float(np.max(np.square(values))) / variance)
        offset = EPS * abs(mean) / math.sqrt(variance)
        error[:, channel] = 8 * (abs(gamma) * (np.abs(normal) * lost + offset) + EPS * abs(beta))
        slack[:, channel] = abs(gamma) * np.abs(normal) * 0.5 * LARGEST_EPSILON / variance
    return Estimate(y, error, slack)
