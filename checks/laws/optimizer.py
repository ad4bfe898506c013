"""Optimizer: trajectories against the published update, one state per instance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...sandbox import Asking, RemoteSubject
from ...specs import Case, Kind, OptimizerSpec, Trait
from .. import definitions
from ..asking import update
from ..context import Context
from ..law import Law, Level, check
from ..measurement import agrees, same
from ..numerics.compare import Array, Estimate, estimate
from .contract import unmodified
from .selection import penalty_of

STEPS = 6
FEW = 2  # steps, where what is wrong shows in every one: state that is shared, an argument that is written into


def plain(case: Case) -> bool:
    """Optimizer cases without a regularizer."""
    return penalty_of(case) is None


def _gradients(context: Context, rng: np.random.Generator, steps: int = STEPS) -> list[NDArray[np.float64]]:
    shape = context.case.input_shape
    return [rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.3, 2.0, size=shape) for _ in range(steps)]


def epsilon_of(context: Context) -> tuple[float, bool]:
    """The optimizer's epsilon by the conventions, 0 if there is none, and whether it is added inside of the root."""
    name = context.case.spec.name()
    text, _, place = context.conventions.get(f"{name} epsilon", "none").partition(" ")
    try:
        return float(text), place == "inside the root"
    except ValueError:
        return 0.0, False


def expected_weights(context: Context, start: Array, gradients: Sequence[Array]) -> Iterator[Estimate]:
    """The definition's weights after each step, by the conventions that the optimizer follows."""
    epsilon, inside = epsilon_of(context)
    return definitions.trajectory(
        context.spec_as(OptimizerSpec),
        start,
        gradients,
        epsilon=epsilon,
        inside=inside,
        l2_gradient=context.conventions.get("L2 gradient", "alpha w"),
    )


def _walk(optimizer: RemoteSubject, start: Array, gradients: Sequence[Array]) -> Asking[list[Any]]:
    """The weights after each step; a step starts from the weights that the previous one returned."""
    weights: Any = start
    visited = []
    for gradient in gradients:
        weights = yield from optimizer.ask(update(weights, gradient))
        visited.append(weights)
        if not isinstance(weights, np.ndarray | float | int):
            break
    return visited


def follow(context: Context, hint: str) -> Law:
    """Compare a trajectory with the definition."""
    rng = context.rng()
    start, gradients = np.asarray(context.data(rng)), _gradients(context, rng)
    expected = expected_weights(context, start, gradients)
    found = yield from _walk(context.new(), start, gradients)
    for step, (weights, reference) in enumerate(zip(found, expected, strict=False), start=1):
        value = np.asarray(weights, dtype=float) if isinstance(weights, float | int) else weights
        yield agrees(f"the weights after {step} step{'s' if step > 1 else ''}", value, reference, hint=hint)


@check("optimizer.trajectory", Kind.OPTIMIZER, when=plain, level=Level.CORE, needs=("contract.constructs",))
def trajectory_equals_the_definition(context: Context) -> Law:
    """The weights follow the published update, step by step."""
    yield from follow(context, f"the update is: {context.case.spec.definition}")


def _rests(case: Case) -> bool:
    return plain(case) and Trait.RESTS in case.spec.traits


@check("optimizer.zero-gradient", Kind.OPTIMIZER, when=_rests, needs=("optimizer.trajectory",))
def nothing_moves_without_a_gradient(context: Context) -> Law:
    """A weight whose gradients were all 0 keeps its value; nothing becomes NaN, in the first step either."""
    rng = context.rng()
    start = np.asarray(context.data(rng))
    gradients = [np.where(np.arange(start.size).reshape(start.shape) % 2, g, 0.0) for g in _gradients(context, rng)]
    found = yield from _walk(context.new(), start, gradients)
    hint = "divide by np.sqrt(s) + epsilon: 0 / 0 is NaN, and the weight is lost"
    for step, weights in enumerate(found, start=1):
        resting = np.asarray(weights, dtype=float).ravel()[::2]
        kept = start.ravel()[::2]
        yield agrees(f"the weights without gradient after {step} steps", resting, estimate(kept, kept, 0), hint=hint)


@check("optimizer.gradient-pure", Kind.OPTIMIZER, needs=("contract.constructs",))
def gradient_is_left_alone(context: Context) -> Law:
    """The optimizer does not modify the gradient that it is given."""
    rng = context.rng()
    optimizer = context.new()
    yield from _walk(optimizer, np.asarray(context.data(rng)), _gradients(context, rng, FEW))
    yield unmodified([entry for entry in optimizer.mutations if entry.argument == 1], {"update": ("", "the gradient")})


@check("optimizer.weights-pure", Kind.OPTIMIZER, level=Level.STRICT, needs=("contract.constructs",))
def weights_are_left_alone(context: Context) -> Law:
    """The optimizer returns new weights and does not modify the old ones."""
    rng = context.rng()
    optimizer = context.new()
    yield from _walk(optimizer, np.asarray(context.data(rng)), _gradients(context, rng, FEW))
    yield unmodified(optimizer.mutations, {"update": ("the weights",)})


@check("optimizer.instances", Kind.OPTIMIZER, needs=("contract.constructs",))
def instances_do_not_share_state(context: Context) -> Law:
    """Two optimizers do not influence each other, and a new one starts without a past."""
    rng = context.rng()
    start, gradients = np.asarray(context.data(rng)), _gradients(context, rng, FEW)
    alone = yield from _walk(context.new(), start, gradients)
    one, other = context.new(now=True), context.new(now=True)
    yield from _walk(other, np.asarray(context.data(rng, (7,))), [np.full((7,), 3.0)])
    again = yield from _walk(one, start, gradients)
    for step, (found, reference) in enumerate(zip(again, alone, strict=False), start=1):
        yield same(
            f"the weights after {step} steps",
            np.asarray(found),
            np.asarray(reference),
            meaning="another optimizer's steps change this one's",
            hint="store velocity and moments on self in __init__, never on the class",
        )
