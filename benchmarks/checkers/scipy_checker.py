"""scipy.optimize.check_grad, for one entry after the other and along a random direction."""

from __future__ import annotations

from functools import partial
from typing import Literal

import numpy as np
from bugs import Subject
from scipy.optimize import check_grad

from .checker import Array, Checker, Outcome, accused_if, incoming

THRESHOLD = 1e-6


def run(direction: Literal["all", "random"], subject: Subject, seed: int) -> Outcome:
    """It returns a number only; a millionth of the gradient's size is demanded, which its own tests demand as well."""
    v = incoming(subject, seed)

    def function(flat: Array) -> float:
        return float(np.vdot(v, subject.forward(flat.reshape(subject.x.shape))))

    def gradient(flat: Array) -> Array:
        return np.ravel(subject.backward(flat.reshape(subject.x.shape), v))

    point = subject.x.ravel()
    size = max(1.0, float(np.linalg.norm(gradient(point.copy()))))
    error = check_grad(function, gradient, point, direction=direction, rng=np.random.default_rng(seed))
    return accused_if(not error <= THRESHOLD * size)


SETTINGS = f"forward differences of step 1.5e-8; no threshold of its own, here {THRESHOLD:g} of the gradient's norm"
SCIPY_ALL = Checker(name="scipy, all", run=partial(run, "all"), settings=SETTINGS, element_wise=True)
SCIPY_RANDOM = Checker(name="scipy, random", run=partial(run, "random"), settings=SETTINGS)
