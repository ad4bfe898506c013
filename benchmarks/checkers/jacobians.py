"""TensorFlow's way: both whole Jacobians, compared entry by entry.

After tf.test.compute_gradient (TensorFlow 2): one backward per output entry, a central difference of step 1/1024 per
input entry, and assertAllClose with its defaults, as the documentation's example compares the two.
"""

from __future__ import annotations

import numpy as np
from bugs import Subject

from .checker import Array, Checker, Outcome, accused_if

DELTA = 1 / 1024
TOLERANCE = 1e-6


def theoretical(subject: Subject, outputs: tuple[int, ...]) -> Array:
    """A row for every output entry: what backward answers to a one there."""
    dy = np.zeros(outputs, subject.dtype)
    rows = np.zeros((dy.size, subject.x.size), subject.dtype)
    for row in range(dy.size):
        dy.reshape(-1)[row] = 1
        rows[row] = np.ravel(subject.backward(subject.x, dy))
        dy.reshape(-1)[row] = 0
    return rows


def numerical(subject: Subject, outputs: int) -> Array:
    """A column for every input entry, which is moved in place."""
    x = subject.x
    columns = np.zeros((outputs, x.size), subject.dtype)
    for column in range(x.size):
        original = x.flat[column]
        x.flat[column] = original + DELTA
        above = np.ravel(subject.forward(x))
        x.flat[column] = original - DELTA
        below = np.ravel(subject.forward(x))
        x.flat[column] = original
        columns[:, column] = (above - below) / (2 * DELTA)
    return columns


def run(subject: Subject, _seed: int) -> Outcome:
    """It draws nothing."""
    outputs = np.shape(subject.forward(subject.x))
    claimed = theoretical(subject, outputs)
    expected = numerical(subject, len(claimed))
    return accused_if(not np.allclose(claimed, expected, rtol=TOLERANCE, atol=TOLERANCE))


TENSORFLOW = Checker(
    name="TensorFlow's way", run=run, settings="delta 1/1024, assertAllClose with rtol and atol 1e-6", element_wise=True
)
