"""Steps of its own for every output entry: several ladders along one direction, each entry's value from the best one.

Noise over the step must stay small. So entries with much noise are differentiated with the large steps of float32, and
those without it keep their small ones: one steep or noisy output changes nothing for the others. Where the derivative
is hidden by noise on all of these steps, the function may still be smooth over a way that is far longer than the spread
of the block (weights of 1e-4 in a classifier), and is looked at there.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .answers import sizes
from .directions import Array
from .ladder import Derivative, Evaluate, Flags, differentiate
from .precision import FLOAT32, Precision

NOISY = 1e-11  # noise above this share of an output is too much for the steps of float64
FAR = 2.0**10  # first step of the ladder that looks beyond the spread of the block
FAR_RATIO = 4.0


def with_large_steps(precision: Precision) -> Precision:
    """The steps for functions with noise."""
    first, ratio = max(precision.first_step, FLOAT32.first_step), min(precision.ratio, FLOAT32.ratio)
    return replace(precision, first_step=first, ratio=ratio)


def differentiate_each(
    evaluate: Evaluate, x: Array, u: Array, y: Array, noise: Array, *, precision: Precision, tolerates_noise: bool
) -> Derivative:
    """As `differentiate`, with large steps for the entries that are noisy, if noise is to be tolerated."""
    noisy = noise > NOISY * sizes(y.ravel()) if tolerates_noise else np.zeros(y.size, dtype=bool)
    large = with_large_steps(precision)
    if not noisy.any() or large == precision:
        return differentiate(evaluate, x, u, y, noise, precision=precision)
    wide = differentiate(evaluate, x, u, y, noise, precision=large)
    if noisy.all():
        return wide
    return merged(differentiate(evaluate, x, u, y, noise, precision=precision), wide, noisy)


def differentiate_far(
    evaluate: Evaluate,
    x: Array,
    u: Array,
    y: Array,
    noise: Array,
    *,
    near: Derivative,
    where: Flags,
    precision: Precision,
) -> Derivative:
    """The derivative with steps up to a thousand times the block's spread, where that says more than `near`.

    Only the entries `where` that is true are looked at: those whose noise is rounding.
    """
    steps = replace(precision, first_step=FAR, ratio=FAR_RATIO)
    far = differentiate(evaluate, x, u, y, noise, precision=steps)
    smooth = far.settled | far.vague
    # Both hold, so they must agree; where they do not, the function is no longer the same that far away.
    agree = np.abs(far.value - near.value) <= 6.0 * (far.error + near.error)
    better = where & smooth & agree & (near.settled | near.vague) & (far.error < near.error)
    return merged(near, far, better, otherwise=False)


def merged(one: Derivative, other: Derivative, prefer: Flags, *, otherwise: bool = True) -> Derivative:
    """The derivative of which the preferred entries come from `other`.

    With `otherwise` only those that are smooth there, or not in `one`, and all that are smooth in `other` alone.
    """
    take = prefer
    if otherwise:
        take = (prefer & (other.settled | other.vague | ~one.settled)) | (~one.settled & other.settled)
    return Derivative(
        value=np.where(take, other.value, one.value),
        error=np.where(take, other.error, one.error),
        settled=np.where(take, other.settled, one.settled),
        vague=np.where(take, other.vague, one.vague),
        right=np.where(take, other.right, one.right),
        left=np.where(take, other.left, one.left),
        one_sided_error=np.where(take, other.one_sided_error, one.one_sided_error),
        direction_error=np.maximum(one.direction_error, other.direction_error),
        evaluations=one.evaluations + other.evaluations,
    )
