"""BatchNormalization in the train phase: each channel by its own mean and (biased) variance."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

from ...specs import BatchNormalization
from ..numerics.compare import EPS, Array, Estimate
from .dispatch import ANY, Conventions, forward

Place = tuple[int | slice, int]
LARGEST_EPSILON = 1e-10  # the largest epsilon that the course's text allows


@forward.register
def _(spec: BatchNormalization, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Estimate:
    del conventions
    return normalised(x, parameters, (((slice(None), channel), x[:, channel]) for channel in range(spec.channels)))


def normalised(x: Array, parameters: Mapping[str, Array], parts: Iterable[tuple[Place, Array]]) -> Estimate:
    """`weights * (x - mean) / std + bias`, with a mean and a (biased) deviation for each part of `x`.

    Args:
        x: the input, with the channels along the second axis.
        parameters: weights and bias, by channel.
        parts: a place in `x`, by sample and channel, and the values whose mean and deviation it is normalised by.
    """
    y, error, slack = np.empty(x.shape), np.empty(x.shape), np.empty(x.shape)
    for place, values in parts:
        mean = math.fsum(values.ravel()) / values.size
        variance = math.fsum((value - mean) ** 2 for value in values.ravel()) / values.size
        gamma, beta = parameters["weights"][place[1]], parameters["bias"][place[1]]
        normal = (x[place] - mean) / math.sqrt(variance)
        y[place] = gamma * normal + beta
        # E[x²] - E[x]² is right as well, and loses (x/std)² units in the last place.
        lost = EPS * (values.size + 8) * (1 + float(np.max(np.square(values))) / variance)
        offset = EPS * abs(mean) / math.sqrt(variance)
        error[place] = 8 * (abs(gamma) * (np.abs(normal) * lost + offset) + EPS * abs(beta))
        slack[place] = abs(gamma) * np.abs(normal) * 0.5 * LARGEST_EPSILON / variance
    return Estimate(y, error, slack)
