"""Losses: contract, value and gradient."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...sandbox import Asking
from ...specs import Case, Kind, LossSpec, Trait
from .. import definitions
from ..asking import loss_backward, loss_forward
from ..context import Context
from ..law import Law, Level, check
from ..measurement import Measurement, agrees, describe, failed, passed, same
from ..proof import Derivative
from .contract import array_of_shape, unmodified
from .gradient_claim import NumberClaim, moved_by_a_unit
from .gradient_judging import Gradient, Reference, judge

Array = NDArray[np.float64]


def of_probabilities(case: Case) -> bool:
    """Cases of losses whose predictions are probabilities."""
    return Trait.OF_PROBABILITIES in case.spec.traits


def finite_number(name: str, found: object, hint: str = "") -> Measurement:
    """`found` is one finite number (an array with one entry counts)."""
    value = np.asarray(found) if isinstance(found, int | float | np.ndarray) and not isinstance(found, bool) else None
    if value is None or value.size != 1 or value.dtype.kind not in "fiu":
        return failed(
            f"{name} is {describe(found)}, but should be a number",
            expected="a number",
            found=describe(found),
            hint=hint,
        )
    if not np.isfinite(value).all():
        return failed(
            f"{name} = {value.item()}, but should be finite",
            expected="a finite number",
            found=str(value.item()),
            hint=hint,
        )
    return passed()


@check("contract.loss-forward", Kind.LOSS, level=Level.CORE, needs=("contract.constructs",))
def forward_returns_a_number(context: Context) -> Law:
    """Forward returns one finite number, the loss of the whole batch."""
    rng = context.rng()
    found = yield from context.new().ask(loss_forward(context.data(rng), context.target(rng)))
    yield finite_number("forward(prediction, target)", found)


@check("contract.loss-backward", Kind.LOSS, level=Level.CORE, needs=("contract.loss-forward",))
def backward_returns_an_array(context: Context) -> Law:
    """Backward returns finite floating-point numbers in the shape of the prediction."""
    rng = context.rng()
    loss, target = context.new(), context.target(rng)
    _, found = yield from loss.ask(loss_forward(context.data(rng), target), loss_backward(target))
    yield array_of_shape("backward(target)", found, context.case.input_shape)


@check("contract.loss-pure", Kind.LOSS, needs=("contract.loss-backward",))
def arguments_are_left_alone(context: Context) -> Law:
    """Forward and backward do not modify predictions and targets."""
    rng = context.rng()
    loss, target = context.new(), context.target(rng)
    yield from loss.ask(loss_forward(context.data(rng), target), loss_backward(target))
    earlier = ("the prediction that forward was given", "the target that forward was given")
    names = {"forward": ("the prediction", "the target"), "backward": ("the target", *earlier)}
    yield unmodified(loss.mutations, names)


@check("contract.loss-latest", Kind.LOSS, needs=("contract.loss-backward",))
def backward_belongs_to_the_latest_forward(context: Context) -> Law:
    """Backward belongs to the latest forward, not to an earlier one."""
    rng = context.rng()
    prediction, target = context.data(rng), context.target(rng)
    shape = (context.case.input_shape[0] + 2, *context.case.input_shape[1:])
    clean, used = context.new(now=True), context.new(now=True)
    latest = loss_forward(prediction, target), loss_backward(target)
    _, reference = yield from clean.ask(*latest)
    other = context.target(rng, shape)
    earlier = loss_forward(context.data(rng, shape), other), loss_backward(other)
    _, _, _, again = yield from used.ask(*earlier, *latest)
    yield same("backward(target)", again, reference, meaning="backward uses something of an earlier forward")


@check("contract.loss-instances", Kind.LOSS, needs=("contract.loss-backward",))
def instances_do_not_share_state(context: Context) -> Law:
    """One loss does not influence another."""
    rng = context.rng()
    prediction, target = context.data(rng), context.target(rng)
    alone, watched, other = (context.new(now=True) for _ in range(3))
    _, reference = yield from alone.ask(loss_forward(prediction, target), loss_backward(target))
    yield from watched.ask(loss_forward(prediction, target))
    yield from other.ask(loss_forward(context.data(rng), target))
    found = yield from watched.ask(loss_backward(target))
    yield same(
        "backward(target) after another loss's forward",
        found,
        reference,
        meaning="two losses share state",
        hint="store the prediction on self, never on the class or in a module variable",
    )


@check("value.loss", Kind.LOSS, level=Level.CORE, needs=("contract.loss-forward",))
def loss_equals_the_definition(context: Context) -> Law:
    """Forward equals the mathematical definition, reduced over the batch as the conventions say."""
    spec = context.spec_as(LossSpec)
    for salt in range(2):
        rng = context.rng(salt)
        prediction, target = context.data(rng), context.target(rng)
        answer = yield from context.new().ask(loss_forward(prediction, target))
        found = np.asarray(answer, dtype=float).reshape(())
        expected = definitions.loss(spec, prediction, target, context.conventions)
        chosen = [f"{each.name}: {context.conventions.get(each.name, each.options[0])}" for each in spec.conventions]
        hint = f"the definition is: {spec.definition}; {', '.join(chosen)}"
        yield agrees("forward(prediction, target)", found, expected, hint=hint)


@check("value.loss-extreme", Kind.LOSS, when=of_probabilities, needs=("value.loss",))
def loss_is_finite_at_certainty(context: Context) -> Law:
    """The loss of a certain and right prediction is 0, of a certain and wrong one large but finite."""
    rng = context.rng()
    target = context.target(rng)
    right = yield from context.new().ask(loss_forward(target, target))
    yield agrees(
        "forward(target, target)",
        np.asarray(right, dtype=float).reshape(()),
        definitions.loss(context.spec_as(LossSpec), np.maximum(target, 1e-300), target),
        hint="probability 1 has the logarithm 0",
    )
    loss, wrong = context.new(), np.roll(target, 1, axis=-1)
    hint = "add np.finfo(float).eps inside the logarithm, and divide by prediction + eps in backward"
    found = yield from loss.ask(loss_forward(wrong, target))
    yield finite_number("forward at probability 0 of the target", found, hint)
    if not float(np.asarray(found).item()) > 10:
        text = f"forward at probability 0 of the target = {np.asarray(found).item():.6g}, but should be large"
        yield failed(text, expected="more than 10", found=f"{np.asarray(found).item():.6g}", hint=hint)
    slope = yield from loss.ask(loss_backward(target))
    yield array_of_shape("backward at probability 0 of the target", slope, wrong.shape, hint=hint)


@check("gradient.prediction", Kind.LOSS, level=Level.CORE, needs=("contract.loss-backward",))
def prediction_gradient(context: Context) -> Law:
    """Backward returns the gradient of forward with respect to the prediction."""
    rng = context.rng()
    loss, prediction, target = context.new(), context.data(rng), context.target(rng)
    spec, batch = context.spec_as(LossSpec), context.case.input_shape[0]
    scale = definitions.gradient_scale(spec, batch, context.conventions)
    moved = moved_by_a_unit(prediction, rng)
    slope = loss_backward(target)
    found, gradient, _, again = yield from loss.ask(
        loss_forward(prediction, target), slope, loss_forward(moved, target), slope
    )
    claim = NumberClaim([found], gradient / scale, again / scale, prediction)

    def evaluate(points: Sequence[Array]) -> list[Array]:
        return [definitions.loss(spec, point, target, context.conventions).value.reshape(1) for point in points]

    def answers(other: Context, points: Sequence[Array]) -> Asking[list[Array]]:
        asked = loss if other is context else other.new()
        values = yield from asked.ask_all([loss_forward(point, target) for point in points])
        return [np.asarray(value, dtype=float).reshape(1) for value in values]

    def prove(v: Array, found: Array, expected: Array) -> Derivative:
        gradient, slopes = found / float(v[0]), expected / float(v[0])
        arguments = (prediction, target)
        return Derivative(block="", arguments=arguments, cotangent=None, target=target, found=gradient, expected=slopes)

    slack = definitions.left_out(spec, prediction, target, context.conventions)
    expected = definitions.loss(spec, prediction, target, context.conventions)
    judged = Gradient(
        name="the gradient with respect to the prediction",
        block=prediction,
        claim=claim,
        reference=Reference(evaluate=evaluate, expected=expected, slack=slack, noise=claim.noise),
        answers=answers,
        decoy=context.data,
        known={"1/batch": 1 / batch, "batch": float(batch)} if batch > 2 else {},
        prove=prove if scale == 1 else None,  # in another scale, the derivative is not what backward returns
        slack=0.0 if of_probabilities(context.case) else slack,
    )
    yield from judge(context, judged, rng)
