"""Pooling: the maximum of every window that lies inside of the image."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np

from ...specs import Pooling
from ..numerics.compare import Array, Estimate, estimate
from .dispatch import ANY, Conventions, forward


@forward.register
def _(spec: Pooling, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Estimate:
    del parameters, conventions
    y = np.empty(spec.output_shape(x.shape))
    (vertical, horizontal), (height, width) = spec.stride_shape, spec.pooling_shape
    for sample, channel, row, column in itertools.product(*map(range, y.shape)):
        top, left = vertical * row, horizontal * column
        places = itertools.product(range(top, top + height), range(left, left + width))
        y[sample, channel, row, column] = max(x[sample, channel, i, j] for i, j in places)
    return estimate(y, y, 0)
