"""Gradient and update: what an attached optimizer may and may not change."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...sandbox import Asking
from ...specs import Kind, Question
from ..asking import attach_optimizer, backward, forward, gradients, parameters, reseed
from ..context import Context
from ..law import Law, Level, check
from ..measurement import agrees, failed, same
from ..numerics.compare import Estimate
from ..proof import Equal, Expression
from .contract import BACKWARD
from .selection import parameter_names, trainable

Array = NDArray[np.float64]
RATE, MOMENTUM = 0.125, 0.75
_STEPS = 4
_Named: TypeAlias = Mapping[str, Array]
_Step: TypeAlias = tuple[Question[Array], Question[Array], Question[_Named], Question[_Named]]


@check("gradient.before-update", Kind.LAYER, when=trainable, level=Level.CORE, needs=BACKWARD)
def input_gradient_is_taken_before_the_update(context: Context) -> Law:
    """Backward computes the input gradient with the parameters of the forward pass, not with updated ones."""
    rng = context.rng()
    x, dy = context.data(rng), context.incoming(rng)
    plain, updating = context.layer(context.rng(1)), context.layer(context.rng(1))
    _, _, without = yield from plain.ask(reseed(context.seed), forward(x), backward(dy))
    attached = attach_optimizer(RATE, 0.0)
    _, _, _, found = yield from updating.ask(attached, reseed(context.seed), forward(x), backward(dy))
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
def backward_updates_the_parameter(context: Context, quantity: str) -> Law:
    """With an optimizer, each backward updates every parameter once, by the optimizer's rule and its own gradient."""
    given, named, updated = yield from context.once("optimizer.applied", _one_step)
    before, gradient, after = given[quantity], named[quantity], updated[quantity]
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
def every_parameter_has_its_own_state(context: Context, quantity: str) -> Law:
    """Every parameter has an optimizer state of its own: its trajectory follows from its own gradients alone."""
    given, *found = yield from context.once("optimizer.state", _several_steps)
    start = expected = given[quantity]
    used: list[Array] = []
    velocity, size = np.zeros_like(expected), np.abs(expected)
    each = len(found) // _STEPS
    for step, (named, updated) in enumerate(zip(found[2::each], found[3::each], strict=True)):
        gradient, after = named[quantity], updated[quantity]
        used.append(gradient)
        velocity = MOMENTUM * velocity - RATE * gradient
        expected = expected + velocity
        size = np.maximum(size, np.abs(expected)) + np.abs(velocity)
        yield agrees(
            f"{quantity} after {step + 1} step{'s' if step else ''} with momentum",
            after,
            Estimate(expected, 8 * (step + 2) * np.finfo(float).eps * size + np.finfo(float).tiny),
            hint="give every parameter its own copy of the optimizer (copy.deepcopy), so that momenta do not mix",
            as_expected=_trajectory(start, used),
        )


def _one_step(context: Context) -> Asking[tuple[_Named, _Named, _Named]]:
    """The parameters before a step of plain gradient descent, their gradients, and the parameters after it."""
    rng = context.rng()
    layer = context.layer(rng)
    attached = attach_optimizer(RATE, 0.0)
    given, _, _, _, named, updated = yield from layer.ask(parameters(), attached, *_step(context, rng))
    return given, named, updated


def _several_steps(context: Context) -> Asking[list[Any]]:
    """The parameters before the first step with momentum, and the answers of every step."""
    rng = context.rng()
    layer = context.layer(rng)
    steps = [_step(context, rng) for _ in range(_STEPS)]
    asked: list[Question[Any]] = [attach_optimizer(RATE, MOMENTUM), parameters(), *chain.from_iterable(steps)]
    _, *found = yield from layer.ask_all(asked)
    return found


def _step(context: Context, rng: np.random.Generator) -> _Step:
    """One pass over new data."""
    x, dy = context.data(rng), context.incoming(rng)
    return forward(x), backward(dy), gradients(), parameters()


def _trajectory(start: Array, used: list[Array]) -> Expression:
    """Where gradient descent with momentum arrives: each gradient counts in its own step and, less, in later ones."""
    steps = len(used)
    shares = [sum(MOMENTUM**later for later in range(steps - step)) for step in range(steps)]
    terms = " + ".join(f"{share} * ${step}" for step, share in enumerate(shares, start=1))
    return Expression(f"$0 - {RATE} * ({terms})", (start, *used))
