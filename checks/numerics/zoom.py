"""A function that looks different close by: a staircase has a slope over large steps, and none over small ones.

The ladder's smallest step is large beside a unit in the last place. Before a gradient is called wrong, the function is
looked at over a step at which its change is just above rounding. If it contradicts the ladder there, and the gradient
belongs to what is seen there, the function has two slopes, and nothing is said.
"""

from __future__ import annotations

import numpy as np

from .directions import Array, norm
from .ladder import WINDOW, Evaluate
from .outcome import GradientFault
from .precision import Precision

VISIBLE = 64.0  # times its noise that an output should change by
FLAT = 1e-3  # share of the slopes that the gradient of steps, which is 0, may have
JUMP = 4.0  # times its slope over a large step that an output which does not jump may have
DIFFERENT = 0.5  # share of the derivatives of all outputs that the two slopes must differ by
NEAR = 0.25  # share of the disagreement that the gradient may differ from the slope close by


def differs_close_by(
    evaluate: Evaluate, x: Array, u: Array, noise: Array, *, fault: GradientFault, scale: float, precision: Precision
) -> bool:
    """Tell whether the gradient of `fault`, which was found along `u`, is that of the function close by.

    `scale` is the size of the derivatives of all outputs. Outputs that jump there, as one of a staircase sometimes
    does, are left out. Costs 4 evaluations: the slope is held against that over a step at which the ladder has been.
    """
    v, expected = fault.cotangent.ravel(), fault.expected[0]
    rounding = norm(v * noise)
    visible = VISIBLE * rounding / max(scale, np.finfo(np.float64).tiny)
    moved = np.abs(u[u != 0])
    if not moved.size or not np.isfinite(visible) or abs(fault.found) > FLAT * scale:
        return False
    step = max(
        visible, 16.0 * float(np.max(precision.spacing(x[np.isfinite(x)]), initial=0.0)) / float(np.median(moved))
    )
    if step >= precision.smallest_step:
        return False  # the ladder has been there
    steps = (step, precision.first_step * precision.ratio ** (1 - WINDOW))
    points = [precision.rounded(x + sign * h * u) for h in steps for sign in (1.0, -1.0)]
    values = [value.ravel() for value in evaluate(points)]
    with np.errstate(all="ignore"):
        close, far = ((values[2 * n] - values[2 * n + 1]) / (2.0 * h) for n, h in enumerate(steps))
        usable = np.abs(close) <= JUMP * np.abs(far) + 8.0 * noise / step
    slope = float(np.vdot(v[usable], close[usable]))
    left_out = norm(v[~usable] * far[~usable])
    differs = norm(v[usable] * (close - far)[usable]) > DIFFERENT * norm(v * far)
    near = NEAR * abs(fault.found - expected) + 8.0 * rounding / step + left_out
    slopes = norm(v * far) > 8.0 * rounding / steps[1]  # else there is nothing but noise at either scale
    few = left_out <= DIFFERENT * norm(v * far)  # else it is noise, not steps
    return slopes and few and differs and abs(slope - fault.found) <= near
