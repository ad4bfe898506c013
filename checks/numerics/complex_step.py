"""The directional derivative by a complex step (Squire and Trapp 1998): no difference is taken, so nothing cancels.

f(x + ihu) = f(x) + ih f'(x)u - h²…, so the imaginary part over h is the derivative, exact to rounding: if f computes
with complex numbers, and is analytic. Where it takes absolute values, real parts or conjugates the answer is wrong
without a sign; so it counts only where differences confirm it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .directions import Array
from .ladder import Derivative
from .linearity import LIKELY
from .precision import Precision

STEP = 2.0**-60  # its square is below rounding
MATCH = 1e4  # units in the last place that the two derivatives may differ by beside the bound of the differences
UNITS = 200.0  # in the last place of its own value, by which the imaginary part is rounded

Complex = NDArray[np.complexfloating[Any, Any]]


def complex_derivative(evaluate: Callable[[Complex], Complex], x: Array, u: Array, precision: Precision) -> Array:
    """The derivative along `u` of each output entry, flat; `evaluate` takes and returns complex arrays."""
    kind = np.complex128 if precision.dtype == "float64" else np.complex64
    value = evaluate((x + 1j * (STEP * u)).astype(kind))
    result: Array = np.imag(value).astype(np.float64).ravel() / STEP
    return result


def confirmed(exact: Array, derivative: Derivative, precision: Precision) -> bool:
    """Tell whether differences agree with a complex step, wherever they say something."""
    units = MATCH * precision.eps * (np.abs(exact) + np.abs(derivative.value) + np.max(np.abs(exact), initial=0.0))
    near = np.abs(exact - derivative.value) <= 6.0 * derivative.error + units
    return bool(derivative.settled.any() and near[derivative.settled].all())


def own_bound(exact: Array, near: Sequence[Array], precision: Precision) -> Array:
    """The error of a complex step's derivative by output entry.

    No difference is taken, so what it can be off by is what its own rounding makes of it: `near` are the derivatives at
    points that differ by a unit in the last place (`linearity.nearby`), which show how that is magnified.
    """
    changes: Array = np.max([np.abs(other - exact) for other in near], axis=0)
    return LIKELY * changes + UNITS * precision.eps * np.abs(exact)
