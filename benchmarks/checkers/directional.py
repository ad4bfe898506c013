"""Chainer's way: one random unit direction through the whole block.

After chainer.gradient_check.check_backward: x keeps its type, the sums are in float64.
"""

from __future__ import annotations

import numpy as np
from bugs import Subject

from .checker import Array, Checker, Outcome, accused_if, incoming

EPS, ATOL, RTOL = 1e-3, 1e-5, 1e-4


def run(subject: Subject, seed: int) -> Outcome:
    """The user gives the incoming gradient; the direction is normal, of length 1."""
    x, v = subject.x, incoming(subject, seed)
    direction = np.random.default_rng(seed).normal(size=x.shape)
    direction /= np.linalg.norm(direction)
    subject.forward(x)
    claimed = np.sum(np.asarray(subject.backward(x, v), dtype=np.float64) * direction)

    def moved(by: float) -> Array:
        return np.array(subject.forward((x + by * direction).astype(x.dtype)), dtype=np.float64)

    expected = np.sum((moved(EPS) - moved(-EPS)) * v) / (2 * EPS)
    return accused_if(not abs(claimed - expected) <= ATOL + RTOL * abs(claimed))


CHAINER = Checker(name="Chainer's way", run=run, settings="eps 1e-3, atol 1e-5, rtol 1e-4")
