"""BatchNormalization in the train phase: each channel by its own mean and (biased) variance."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ...specs import BatchNormalization
from ..numerics.compare import EPS, Array, Estimate
from ..numerics.precision import current
from .dispatch import ANY, Conventions, forward

Place = tuple[int | slice, int]
LARGEST_EPSILON = 1e-10  # the largest epsilon that the course's text allows
EPSILON = "normalisation epsilon"
"""The name by which `conventions` may tell what is added to the variance; 0 if they do not."""


@dataclass(frozen=True, kw_only=True)
class Normalised(Estimate):
    """An output that has been normalised, with what a backward pass divides by: there, large terms may cancel.

    Two values are always normalised to -1 and 1, and one to 0: their gradient is 0, as the sum of terms that are not.

    Attributes:
        normal: the input without mean and by its deviation, before weights and bias.
        deviation: the deviation by which each entry is normalised, at least the root of an epsilon in use.
        rounding: relative error of the deviation and of the distance from the mean, in float64.
        choice: what an epsilon changes of the output, relatively.
        weights: by channel.
    """

    normal: Array
    deviation: Array
    rounding: Array
    choice: Array
    weights: Array

    def gradient_terms(self, block: str, v: Array) -> Array:
        """Size per entry of the terms of which a gradient is the sum.

        That of the input is w / s (v - mean(v) - n mean(v n)), with the normal n and the deviation s.

        Args:
            block: name of a parameter, or empty for the input.
            v: the incoming gradient.
        """
        return self._summed(block, v, np.ones(v.shape))

    def gradient_error(self, block: str, v: Array, found: Array) -> Array:
        """Bound per entry of what a right gradient may be off by, in the current precision.

        Every term is as inexact as s and n are: by rounding, by the choice of an epsilon, and by what `found`, the
        output that the subject has made of the same s and n, is off.
        """
        weights = np.abs(self.weights).reshape(-1, *(1 for _ in v.shape[2:]))
        seen = 8.0 * np.abs(found - self.value).max(initial=0.0) / weights
        summing = 8.0 * v[:, 0].size * current().eps
        return self._summed(block, v, self.rounding * (current().eps / EPS) + seen + self.choice + summing)

    def _summed(self, block: str, v: Array, share: Array) -> Array:
        weights = np.abs(self.weights).reshape(-1, *(1 for _ in v.shape[2:]))
        size, normal, others = np.abs(v), np.abs(self.normal), (0, *range(2, v.ndim))
        if block:
            total: Array = (size * share * (1.0 if block == "bias" else normal + 1.0)).sum(axis=others)
        else:
            total = float((weights * size).max()) / self.deviation * (2.0 + 3.0 * normal) * share
        return total


@forward.register
def _(spec: BatchNormalization, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Estimate:
    parts = (((slice(None), channel), x[:, channel]) for channel in range(spec.channels))
    return normalised(x, parameters, parts, float(conventions.get(EPSILON, 0.0)))


def normalised(
    x: Array, parameters: Mapping[str, Array], parts: Iterable[tuple[Place, Array]], epsilon: float = 0.0
) -> Normalised:
    """`weights * (x - mean) / std + bias`, with a mean and a (biased) deviation for each part of `x`.

    What has no deviation becomes the bias, as with any epsilon.

    Args:
        x: the input, with the channels along the second axis.
        parameters: weights and bias, by channel.
        parts: a place in `x`, by sample and channel, and the values whose mean and deviation it is normalised by.
        epsilon: what is added to the variance.
    """
    y, error, slack, normals, deviations, rounding, choice = (np.empty(x.shape) for _ in range(7))
    for place, values in parts:
        mean = math.fsum(values.ravel()) / values.size
        variance = math.fsum((value - mean) ** 2 for value in values.ravel()) / values.size + epsilon
        gamma, beta = parameters["weights"][place[1]], parameters["bias"][place[1]]
        normal = normals[place] = (x[place] - mean) / math.sqrt(variance or 1.0)
        y[place] = gamma * normal + beta
        choice[place] = 0.5 * LARGEST_EPSILON / variance if variance else 0.0
        slack[place] = abs(gamma) * np.abs(normal) * choice[place]
        deviation = deviations[place] = math.sqrt(variance or EPS)
        # E[x²] - E[x]² is right as well, and loses (x/std)² units in the last place.
        lost = EPS * (values.size + 8) * (1 + float(np.max(np.square(values))) / deviation**2)
        offset = EPS * abs(mean) / deviation if values.size > 1 else 0.0
        error[place] = 8 * (abs(gamma) * (np.abs(normal) * lost + offset) + EPS * abs(beta))
        rounding[place] = 8 * (EPS * (values.size + 8) + offset)
    return Normalised(
        y,
        error,
        slack,
        normal=normals,
        deviation=deviations,
        rounding=rounding,
        choice=3 * choice,
        weights=parameters["weights"],
    )
