"""Gradient: backward is the transposed Jacobian of forward."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...sandbox import Asking, RemoteSubject
from ...specs import Case, Kind, Phase, Question, Trait
from .. import definitions
from ..asking import assign, backward, forward
from ..context import Context
from ..law import Law, Level, check
from ..measurement import failed, passed
from ..numerics.precision import current
from ..proof import Derivative
from .contract import BACKWARD
from .gradient_claim import Claim, layer_claim
from .gradient_judging import Gradient, Reference, agrees_with, judge
from .gradient_ladder import Answers
from .selection import core_in_training, deterministic, has, keep_probability, parameter_names
from .value import defined, is_defined

Array = NDArray[np.float64]


def _differentiable(case: Case) -> bool:
    return deterministic(case) and has(Trait.DIFFERENTIABLE)(case)


def _core_parameters(case: Case) -> bool:
    return _differentiable(case) and bool(parameter_names(case))


def factors(case: Case) -> dict[str, float]:
    """Ratios of a wrong gradient to the right one that mean something, by name."""
    batch = case.input_shape[0] if case.input_shape else 1
    known = {"1/batch": 1 / batch, "batch": float(batch)} if batch > 2 else {}
    keep = keep_probability(case.spec)
    if keep is not None and keep < 1:
        known.update({"keep": keep, "1/keep": 1 / keep, "(1 - keep)": 1 - keep})
    return known


@check("gradient.input", Kind.LAYER, when=_differentiable, level=core_in_training, needs=BACKWARD)
def input_gradient(context: Context) -> Law:
    """Backward returns the transposed Jacobian of forward, applied to the incoming gradient."""
    rng = context.rng()
    values = context.parameters(context.rng())
    layer = context.layer(rng)
    x = context.data(rng)
    claim = layer_claim(layer, x)

    def evaluate(points: Sequence[Array]) -> list[Array]:
        return [definitions.value(context.layer_spec, point, values, context.conventions) for point in points]

    def answers(other: Context, points: Sequence[Array]) -> Asking[list[Array]]:
        asked = layer if other is context else other.layer(other.rng())
        return asked.ask_all([forward(point) for point in points])

    def prove(v: Array, found: Array, expected: Array) -> Derivative:
        return Derivative(block="", arguments=(x,), cotangent=v, target=None, found=found, expected=expected)

    gradient = Gradient(
        name="the input gradient",
        block=x,
        claim=claim,
        reference=_reference(context, evaluate, x, claim, ""),
        answers=answers,
        decoy=context.data,
        known=factors(context.case),
        prove=prove,
    )
    yield from judge(context, gradient, rng)


@check(
    "gradient.parameter",
    Kind.LAYER,
    when=_core_parameters,
    level=core_in_training,
    needs=("contract.gradients", *BACKWARD),
    quantities=parameter_names,
)
def parameter_gradient(context: Context, quantity: str) -> Law:
    """The gradient of every parameter is the transposed Jacobian of forward with respect to it."""
    rng = context.rng()
    values = context.parameters(context.rng())
    layer = context.layer(rng)
    x = context.data(rng)
    # Other values first: what belongs to them must not be left when those that are looked at are there.
    layer.begin_with([assign({quantity: context.parameters(context.rng(1))[quantity]}), forward(x)])
    claim = layer_claim(layer, x, quantity, [assign({quantity: values[quantity]})])

    def evaluate(points: Sequence[Array]) -> list[Array]:
        spec, known = context.layer_spec, context.conventions
        return [definitions.value(spec, x, {**values, quantity: point}, known) for point in points]

    def prove(v: Array, found: Array, expected: Array) -> Derivative:
        return Derivative(block=quantity, arguments=(x,), cotangent=v, target=None, found=found, expected=expected)

    gradient = Gradient(
        name=f"the gradient of {quantity}",
        block=values[quantity],
        claim=claim,
        reference=_reference(context, evaluate, x, claim, quantity),
        answers=_answers_with(context, layer, quantity, x),
        decoy=lambda drawn: context.parameters(drawn)[quantity],
        known=factors(context.case),
        prove=prove,
    )
    yield from judge(context, gradient, rng)


def _answers_with(context: Context, layer: RemoteSubject, name: str, x: Array) -> Answers:
    """Forward of `x` with several values of a parameter."""

    def answers(other: Context, points: Sequence[Array]) -> Asking[list[Array]]:
        asked = layer if other is context else other.layer(other.rng())
        steps: list[Question[Any]] = [each for point in points for each in (assign({name: point}), forward(x))]
        found = yield from asked.ask_all(steps)
        return found[1::2]

    return answers


def _reference(
    context: Context,
    evaluate: Callable[[Sequence[Array]], list[Array]],
    x: Array,
    claim: Claim,
    block: str,
) -> Reference | None:
    """The definition of the layer as a function of a block; None if its output is none of input and parameters."""
    if not is_defined(context.case):
        return None
    expected = defined(context, x, context.parameters(context.rng()))
    if not isinstance(expected, definitions.Normalised):
        return Reference(evaluate=evaluate, expected=expected)
    normalised: definitions.Normalised = expected

    def rounding(v: Array) -> Array:
        return normalised.gradient_error(block, v, claim.outputs[0])

    def terms(v: Array) -> Array:
        return normalised.gradient_terms(block, v)

    return Reference(evaluate=evaluate, expected=expected, rounding=rounding, terms=terms)


@check(
    "gradient.kink",
    Kind.LAYER,
    when=lambda case: case.phase is Phase.TRAIN and has(Trait.ELEMENTWISE)(case) and deterministic(case),
    level=Level.FULL,
    needs=("gradient.input",),
)
def gradient_at_zero(context: Context) -> Law:
    """Where the input is exactly 0, backward stays between the derivatives from the left and from the right."""
    rng = context.rng()
    values = context.parameters(context.rng())
    layer = context.layer(rng)
    x = context.data(rng)
    x.ravel()[::2] = 0.0
    precision = current()
    step = precision.one_sided_step
    points = x, x + step, x - step
    found, g = yield from layer.ask(forward(x), backward(np.ones(x.shape)))
    if is_defined(context.case) and agrees_with(found, defined(context, x, values)):
        spec, known = context.layer_spec, context.conventions
        y, right, left = (definitions.value(spec, point, values, known) for point in points)
    else:
        y, right, left = yield from layer.ask_all([forward(point) for point in points])
    ends = np.stack([(right - y) / step, (y - left) / step])
    # One-sided quotients err by step |f''| / 2 <= step for the functions here, and by rounding / step.
    slack = 2 * step + 4 * precision.eps * (1 + np.abs(y)) / step
    wrong = ~((g >= ends.min(axis=0) - slack) & (g <= ends.max(axis=0) + slack))
    if not wrong.any():
        yield passed()
        return
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    low, high = float(ends.min(axis=0)[place]), float(ends.max(axis=0)[place])
    yield failed(
        f"backward(1) at x{list(place)} = {x[place]:.3g} is {g[place]:.6g}, but should lie in [{low:.6g}, {high:.6g}]",
        expected=f"[{low:.6g}, {high:.6g}]",
        found=f"{g[place]:.6g}",
        hint="any value between the two one-sided derivatives is right at a kink; this one is outside",
    )
