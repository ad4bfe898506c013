"""Flatten: the entries of each sample, in C order."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...specs import Flatten
from ..numerics.compare import Array, Estimate, estimate
from .dispatch import ANY, Conventions, forward


@forward.register
def _(spec: Flatten, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Estimate:
    del spec, parameters, conventions
    y = np.array([[sample[index] for index in np.ndindex(*sample.shape)] for sample in x])
    return estimate(y, np.abs(y), 0)
