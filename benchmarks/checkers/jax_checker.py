"""jax.test_util.check_grads of first order, in reverse mode."""

from __future__ import annotations

from bugs import Subject
from jax.test_util import check_vjp

from .checker import Array, Checker, Outcome


def run(subject: Subject, _seed: int) -> Outcome:
    """check_vjp is what check_grads(order=1, modes=["rev"]) calls; it takes the pair as it is. Its seed is always 0."""

    def with_gradient(x: Array) -> tuple[Array, object]:
        return subject.forward(x), lambda dy: (subject.backward(x, dy),)

    check_vjp(subject.forward, with_gradient, (subject.x,))
    return "accepted"


JAX = Checker(name="jax", run=run, settings="eps 1e-4, atol and rtol 1e-5 (float32: 2e-3)", needs="jax")
