"""Regularization: norms, (sub-)gradients and how optimizers apply them."""

from __future__ import annotations

import numpy as np

from ...specs import Case, Kind, RegularizerSpec
from .. import definitions
from ..asking import norm, penalty_gradient
from ..context import Context
from ..law import Component, Law, Level, check
from ..measurement import agrees, failed
from ..numerics.compare import estimate
from ..numerics.precision import current
from .contract import array_of_shape, unmodified
from .loss import finite_number
from .optimizer import follow
from .selection import findings_of, penalty_of


def regularized(case: Case) -> bool:
    """Optimizer cases with a regularizer."""
    return penalty_of(case) is not None


def _parts(case: Case) -> tuple[Component, ...]:
    """The penalty's own gradient, and the optimizer without a penalty."""
    return (*findings_of(penalty_of(case), "regularization"), (case.spec.name(), frozenset({"optimizer"})))


@check("regularization.norm", Kind.REGULARIZER, level=Level.CORE, needs=("contract.constructs",))
def norm_equals_the_definition(context: Context) -> Law:
    """norm(w) is the penalty alpha times the norm of the weights."""
    for salt in range(2):
        weights = context.data(context.rng(salt)) * (1.0, 30.0)[salt]
        found = yield from context.new().ask(norm(weights))
        yield finite_number("norm(w)", found)
        expected = definitions.penalty(
            context.spec_as(RegularizerSpec), weights, context.conventions.get("L2 norm", "alpha sum w²")
        )
        value = np.asarray(found, dtype=float).reshape(())
        yield agrees("norm(w)", value, expected, hint=f"the definition is: {context.case.spec.definition}")


@check("regularization.gradient", Kind.REGULARIZER, level=Level.CORE, needs=("contract.constructs",))
def gradient_equals_the_definition(context: Context) -> Law:
    """calculate_gradient(w) is the (sub-)gradient of the penalty."""
    for salt in range(2):
        weights = context.data(context.rng(salt)) * (1.0, 30.0)[salt]
        found = yield from context.new().ask(penalty_gradient(weights))
        expected = definitions.penalty_gradient(
            context.spec_as(RegularizerSpec), weights, context.conventions.get("L2 gradient", "alpha w")
        )
        yield array_of_shape("calculate_gradient(w)", found, weights.shape)
        yield agrees(
            "calculate_gradient(w)", found, expected, hint=f"the definition is: {context.case.spec.definition}"
        )


@check("regularization.zero", Kind.REGULARIZER, needs=("regularization.gradient",))
def gradient_at_zero_weights(context: Context) -> Law:
    """At weights that are exactly 0 the norm is 0 and the gradient lies in [-alpha, alpha]."""
    weights = np.zeros(context.case.input_shape)
    regularizer = context.new()
    value = yield from regularizer.ask(norm(weights))
    yield agrees("norm(0)", np.asarray(value, dtype=float).reshape(()), estimate(0.0, 0.0, 0))
    found = yield from regularizer.ask(penalty_gradient(weights))
    yield array_of_shape("calculate_gradient(0)", found, weights.shape)
    alpha = context.spec_as(RegularizerSpec).largest_gradient_at_zero()
    largest = float(np.abs(found).max(initial=0.0))
    if largest > alpha * (1 + max(1e-12, 4 * current().eps)):
        yield failed(
            f"calculate_gradient(0) has an entry of size {largest:.6g}, but should lie in [-{alpha:g}, {alpha:g}]",
            expected=f"[-{alpha:g}, {alpha:g}]",
            found=f"{largest:.6g}",
        )


@check("contract.regularizer-pure", Kind.REGULARIZER, needs=("contract.constructs",))
def weights_are_left_alone(context: Context) -> Law:
    """Norm and calculate_gradient do not modify the weights."""
    regularizer, weights = context.new(), context.data(context.rng())
    yield from regularizer.ask(norm(weights), penalty_gradient(weights))
    yield unmodified(regularizer.mutations, {"norm": ("the weights",), "gradient": ("the weights",)})


@check(
    "regularization.applied",
    Kind.OPTIMIZER,
    when=regularized,
    needs=("contract.constructs",),
    components=_parts,
)
def optimizers_apply_the_penalty(context: Context) -> Law:
    """The optimizer subtracts learning_rate times the penalty's gradient at the old weights, outside of its moments."""
    yield from follow(
        context,
        "take the penalty's gradient at the weights before the step, times the learning rate, outside of the moments",
    )
