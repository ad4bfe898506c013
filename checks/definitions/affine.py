"""FullyConnected: y[b, j] = sum_i x[b, i] W[i, j] + bias[j]."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from ...specs import FullyConnected
from ..numerics.compare import Array, Estimate, estimate
from .dispatch import ANY, Conventions, forward


@forward.register
def _(spec: FullyConnected, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Estimate:
    del conventions
    weights, bias = parameters["weights"], parameters["bias"]
    y = np.array(
        [
            [
                math.fsum([*(row[i] * weights[i, j] for i in range(spec.input_size)), bias[j]])
                for j in range(spec.output_size)
            ]
            for row in x
        ]
    )
    return estimate(y, np.abs(x) @ np.abs(weights) + np.abs(bias), spec.input_size + 1)
