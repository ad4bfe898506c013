"""Rounding that neither side shows: both compute with the inverse of the same matrix, but not of the same rounded one.

`solve(M, b)` and its backward `solve(M.T, dy)` factorise M and its transpose. Each is exactly linear, and repeats its
answers, but each is the inverse of a matrix that differs from M by rounding (Wilkinson 1963; Higham 2002, theorem 9.3):
(M + E)⁻¹ - M⁻¹ = -M⁻¹ E M⁻¹. With the singular values σ of the Jacobian, the difference of the two sides is therefore
at most some n ε σi σj / σmin in the directions i and j. That is looked at only after a small disagreement.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .directions import Array
from .ladder import Derivative

MOST = 24  # entries of a block whose Jacobian is computed
GROWN = 8.0  # times n ε: the backward error of a factorisation with pivoting


def inverse_of_the_same(
    along: Callable[[Array], Derivative],
    pull: Callable[[Array], Array],
    shapes: tuple[tuple[int, ...], ...],
    eps: float,
) -> bool:
    """Tell whether function and backward may be inverses of one matrix, but for the rounding of that matrix.

    Args:
        along: the derivative along a direction.
        pull: the claimed gradient for a cotangent.
        shapes: of the block and of the output.
        eps: unit of the precision judged.
    """
    block, output = shapes
    size = int(np.prod(block))
    if size != int(np.prod(output)) or not 2 <= size <= MOST:
        return False
    derivatives = [along(unit.reshape(block)) for unit in np.eye(size)]
    if not all(derivative.settled.all() for derivative in derivatives):
        return False
    forward = np.stack([derivative.value for derivative in derivatives], axis=1)
    noise = float(np.linalg.norm([derivative.error for derivative in derivatives]))
    backward = np.stack([pull(unit.reshape(output)).ravel() for unit in np.eye(size)])
    if not np.isfinite(backward).all():
        return False
    left, sizes, right = np.linalg.svd(forward)
    if sizes[-1] <= 10.0 * noise:
        return False  # not the Jacobian of an inverse, as far as can be seen
    difference = np.abs(left.T @ (backward - forward) @ right.T)
    bound = GROWN * size * eps * np.outer(sizes, sizes) / sizes[-1] + noise
    return bool((difference <= bound).all())
