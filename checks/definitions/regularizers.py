"""L1 and L2 penalties and their (sub-)gradients, by convention."""

from __future__ import annotations

import math

import numpy as np

from ...specs import L1_Regularizer, L2_Regularizer, RegularizerSpec
from ..numerics.compare import Array, Estimate, estimate

L2_NORMS = {
    "alpha sum w²": lambda alpha, square: alpha * square,
    "alpha sqrt(sum w²)": lambda alpha, square: alpha * math.sqrt(square),
    "alpha/2 sum w²": lambda alpha, square: alpha / 2 * square,
}
L2_FACTORS = {"alpha w": 1.0, "2 alpha w": 2.0}


def penalty(spec: RegularizerSpec, weights: Array, convention: str = "alpha sum w²") -> Estimate:
    """The norm; for L2, `convention` is one of `L2_NORMS`."""
    values = weights.ravel()
    if isinstance(spec, L1_Regularizer):
        norm = spec.alpha * math.fsum(abs(value) for value in values)
    elif isinstance(spec, L2_Regularizer):
        norm = L2_NORMS[convention](spec.alpha, math.fsum(value * value for value in values))
    else:
        raise NotImplementedError(f"there is no definition of {spec.name()}")
    return estimate(norm, norm, values.size + 2)


def penalty_gradient(spec: RegularizerSpec, weights: Array, convention: str = "alpha w") -> Estimate:
    """The (sub-)gradient; for L2, `convention` is one of `L2_FACTORS`."""
    if isinstance(spec, L1_Regularizer):
        gradient = spec.alpha * np.array([math.copysign(1.0, value) if value else 0.0 for value in weights.ravel()])
    elif isinstance(spec, L2_Regularizer):
        gradient = L2_FACTORS[convention] * spec.alpha * weights.ravel()
    else:
        raise NotImplementedError(f"there is no definition of {spec.name()}")
    gradient = gradient.reshape(weights.shape)
    return estimate(gradient, np.abs(gradient), 2)
