"""The way of the course CS231n: a loop of central differences, and the largest relative error.

The course's notes: above 1e-2 the gradient is probably wrong, 1e-4 is usually fine where there are kinks, and without
kinks 1e-7 and less should make one happy. Both thresholds are tried.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from bugs import Subject

from .checker import Checker, Outcome, accused_if, incoming

STEP = 1e-5
FLOOR = 1e-8  # of the denominator of the relative error


def run(threshold: float, subject: Subject, seed: int) -> Outcome:
    """Every entry of x is moved in place."""
    x, v = subject.x, incoming(subject, seed)
    claimed = subject.backward(x, v)
    expected = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        original = x[index]
        x[index] = original + STEP
        above = np.array(subject.forward(x))
        x[index] = original - STEP
        below = np.array(subject.forward(x))
        x[index] = original
        expected[index] = np.sum((above - below) * v) / (2 * STEP)
    error = np.abs(claimed - expected) / np.maximum(FLOOR, np.abs(claimed) + np.abs(expected))
    return accused_if(not error.max() <= threshold)


LOOPS_STRICT = Checker(
    name="cs231n, 1e-7",
    run=partial(run, 1e-7),
    settings="step 1e-5, relative error per entry at most 1e-7",
    element_wise=True,
)
LOOPS_LAX = Checker(
    name="cs231n, 1e-4",
    run=partial(run, 1e-4),
    settings="step 1e-5, relative error per entry at most 1e-4",
    element_wise=True,
)
