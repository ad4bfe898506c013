"""autograd.test_util.check_grads of first order, in reverse mode."""

from __future__ import annotations

import numpy as np
from autograd.extend import defvjp, primitive
from autograd.test_util import check_grads
from bugs import Subject

from .checker import Array, Checker, Outcome


def run(subject: Subject, seed: int) -> Outcome:
    """The pair becomes a primitive. It draws from NumPy's global generator."""
    np.random.seed(seed)  # noqa: NPY002 - there is no other way to seed it

    @primitive
    def function(x: Array) -> Array:
        return subject.forward(x)

    defvjp(function, lambda _, x: lambda dy: subject.backward(x, np.asarray(dy)))
    check_grads(function, modes=["rev"], order=1)(subject.x)
    return "accepted"


AUTOGRAD = Checker(name="autograd", run=run, settings="eps 1e-6, atol or rtol 1e-6", needs="autograd")
