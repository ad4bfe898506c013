"""Gradient and update: what an attached optimizer may and may not change."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...specs import Kind
from ...wall import Operation
from ..context import Context
from ..law import Level, check
from ..measurement import Measurement, agrees, failed, same
from ..numerics.compare import Estimate
from ..proof import Equal, Expression
from .contract import BACKWARD
from .selection import parameter_names, trainable

Array = NDArray[np.float64]
RATE = 0.125
_STEPS = 4


@check("gradient.before-update", Kind.LAYER, when=trainable, level=Level.CORE, needs=BACKWARD)
def input_gradient_is_taken_before_the_update(context: Context) -> Iterator[Measurement]:
    """Backward computes the input gradient with the parameters of the forward pass, not with updated ones."""
    rng = context.rng()
    x, dy = context.data(rng), context.incoming(rng)
    plain, updating = context.layer(context.rng(1)), context.layer(context.rng(1))
    updating.begin_with([("attach_optimizer", (RATE, 0.0))])
    calls = [("reseed", (context.seed,)), ("forward", (x,)), ("backward", (dy,))]
    without, found = (layer.many(calls)[-1] for layer in (plain, updating))
    yield same(
        "backward(dy) with an optimizer",
        found,
        without,
        meaning="the optimizer changes the input gradient",
        hint="compute the input gradient first and update the parameters last",
    )


@check(
    "optimizer.applied",
    Kind.LAYER,
    when=trainable,
    level=Level.CORE,
    needs=("contract.gradients", *BACKWARD),
    quantities=parameter_names,
)
def backward_updates_the_parameter(context: Context, quantity: str) -> Iterator[Measurement]:
    """With an optimizer, each backward updates every parameter once, by the optimizer's rule and its own gradient."""
    rng = context.rng()
    layer = context.layer(rng)
    opening: list[Operation] = [("parameters", ()), ("attach_optimizer", (RATE, 0.0))]
    given, _, _, _, gradients, updated = layer.many([*opening, *_step(context, rng)])
    before, gradient, after = given[quantity], gradients[quantity], updated[quantity]
    bound = 8 * np.finfo(float).eps * (np.abs(before) + RATE * np.abs(gradient)) + np.finfo(float).tiny
    expected = Estimate(before - RATE * gradient, bound)
    step = Expression(f"$0 - {RATE} * $1", (before, gradient))
    if gradient.any() and np.array_equal(after, before):
        yield failed(
            f"{quantity} does not change",
            expected="new values after a backward with an optimizer",
            found="the old values",
            hint=f"after computing the gradient, set {quantity} to optimizer.calculate_update({quantity}, gradient)",
            proof=Equal(found=after, expected=step, value=after, wanted=expected.value, bound=expected.bound),
        )
    yield agrees(
        f"{quantity} after one step",
        after,
        expected,
        hint=f"the new value should be {quantity} - learning_rate * gradient, applied once",
        as_expected=step,
    )


@check(
    "optimizer.state",
    Kind.LAYER,
    when=trainable,
    needs=("optimizer.applied",),
    quantities=parameter_names,
)
def every_parameter_has_its_own_state(context: Context, quantity: str) -> Iterator[Measurement]:
    """Every parameter has an optimizer state of its own: its trajectory follows from its own gradients alone."""
    rng = context.rng()
    momentum = 0.75
    layer = context.layer(rng)
    steps = [operation for _ in range(_STEPS) for operation in _step(context, rng)]
    _, given, *found = layer.many([("attach_optimizer", (RATE, momentum)), ("parameters", ()), *steps])
    start = expected = given[quantity]
    gradients: list[Array] = []
    velocity, size = np.zeros_like(expected), np.abs(expected)
    each = len(found) // _STEPS
    for step, (named, updated) in enumerate(zip(found[2::each], found[3::each], strict=True)):
        gradient, after = named[quantity], updated[quantity]
        gradients.append(gradient)
        velocity = momentum * velocity - RATE * gradient
        expected = expected + velocity
        size = np.maximum(size, np.abs(expected)) + np.abs(velocity)
        yield agrees(
            f"{quantity} after {step + 1} step{'s' if step else ''} with momentum",
            after,
            Estimate(expected, 8 * (step + 2) * np.finfo(float).eps * size + np.finfo(float).tiny),
            hint="give every parameter its own copy of the optimizer (copy.deepcopy), so that momenta do not mix",
            as_expected=_trajectory(start, gradients, momentum),
        )


def _step(context: Context, rng: np.random.Generator) -> list[Operation]:
    """One pass over new data."""
    x, dy = context.data(rng), context.incoming(rng)
    return [("forward", (x,)), ("backward", (dy,)), ("gradients", ()), ("parameters", ())]


def _trajectory(start: Array, gradients: list[Array], momentum: float) -> Expression:
    """Where gradient descent with momentum arrives: each gradient counts in its own step and, less, in later ones."""
    steps = len(gradients)
    shares = [sum(momentum**later for later in range(steps - step)) for step in range(steps)]
    terms = " + ".join(f"{share} * ${step}" for step, share in enumerate(shares, start=1))
    return Expression(f"$0 - {RATE} * ({terms})", (start, *gradients))
