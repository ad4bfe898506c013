"""Losses of any numbers: huge and tiny predictions, and what follows from the definition for several at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...specs import Case, Kind, LossSpec, Trait
from .. import definitions
from ..asking import loss_backward, loss_forward, loss_predict
from ..context import Context
from ..law import Law, check
from ..measurement import agrees
from ..numerics.compare import EPS, Estimate
from ..numerics.precision import FLOAT64
from .contract import array_of_shape
from .loss import finite_number, of_probabilities

Array = NDArray[np.float64]

SIZES = (1e4, 50.0, 1e-8)


def _of_any_numbers(case: Case) -> bool:
    return not of_probabilities(case)


def _of_scores(case: Case) -> bool:
    return Trait.SHIFT_INVARIANT in case.spec.traits


def _of_difference(case: Case) -> bool:
    return Trait.OF_DIFFERENCE in case.spec.traits


def _number(value: Any) -> Array:
    return np.asarray(value, dtype=float).reshape(())


def _drawn(context: Context, rng: np.random.Generator, size: float) -> tuple[Array, Array]:
    """Predictions and targets of a size; in the first sample, the score of a target is far below the others."""
    target = context.target(rng)
    prediction = rng.uniform(-size, size, size=context.case.input_shape)
    if Trait.CATEGORICAL in context.case.spec.traits:
        prediction[0] = np.where(target[0] == 1, -size, size)
    else:
        target = rng.uniform(-size, size, size=target.shape)
    return context.given(prediction), context.given(target)


@check("value.loss-sizes", Kind.LOSS, when=_of_any_numbers, needs=("value.loss",))
def loss_is_right_at_every_size(context: Context) -> Law:
    """The loss of huge, of large and of tiny predictions is finite and equals the definition."""
    spec, hint = context.spec_as(LossSpec), _hint(context)
    for salt, size in enumerate(SIZES):
        prediction, target = _drawn(context, context.rng(salt), size)
        name = f"forward(prediction, target) for predictions of size {size:g}"
        found = yield from context.new().ask(loss_forward(prediction, target))
        yield finite_number(name, found, hint)
        yield agrees(name, _number(found), definitions.loss(spec, prediction, target, context.conventions), hint=hint)


@check("gradient.loss-sizes", Kind.LOSS, when=_of_any_numbers, needs=("gradient.prediction",))
def gradient_is_right_at_every_size(context: Context) -> Law:
    """The gradient at huge, at large and at tiny predictions is finite and equals that of the definition."""
    spec, hint = context.spec_as(LossSpec), _hint(context)
    for salt, size in enumerate(SIZES):
        prediction, target = _drawn(context, context.rng(salt), size)
        name = f"backward(target) for predictions of size {size:g}"
        _, found = yield from context.new().ask(loss_forward(prediction, target), loss_backward(target))
        yield array_of_shape(name, found, prediction.shape, hint=hint)
        expected = definitions.loss_gradient(spec, prediction, target, context.conventions)
        yield agrees(name, found, expected, hint=hint)


def _hint(context: Context) -> str:
    if not _of_scores(context.case):
        return f"the definition is: {context.case.spec.definition}"
    return (
        "subtract the largest score of each row first, and simplify the logarithm of the softmax: "
        "x - max - log(sum(exp(x - max))) cannot overflow, and takes no logarithm of 0"
    )


@check("value.loss-shift", Kind.LOSS, when=_of_scores, needs=("value.loss", "gradient.prediction"))
def shifting_the_scores_changes_nothing(context: Context) -> Law:
    """Adding the same number to all scores of a sample changes neither the loss nor its gradient."""
    rng = context.rng()
    # Multiples of 2^-fine below 2^coarse, so that the sums are exact and no rounding is to be allowed for.
    fine, coarse = (10, 14) if context.precision() is FLOAT64 else (6, 10)
    prediction, target = np.round(context.data(rng) * 2**fine) / 2**fine, context.target(rng)
    shift = np.round(rng.uniform(-1, 1, size=(len(prediction), 1)) * 2**coarse)
    shift[0] = 800.0
    answers = []
    for point in (prediction, prediction + shift):
        loss, slope = yield from context.new().ask(loss_forward(point, target), loss_backward(target))
        answers.append((_number(loss), np.asarray(slope)))
    (of_x, dx), (of_shifted, dx_shifted) = answers
    spec, moved = context.spec_as(LossSpec), prediction + shift
    hint = "subtract the largest score of each row before the exponential: the result is the same"
    bound = definitions.loss(spec, moved, target, context.conventions)
    name = f"forward(x + c, target), with c between -{2**coarse} and {2**coarse} for each sample,"
    yield agrees(name, of_shifted, Estimate(of_x, 2 * bound.error), hint=hint)
    bound = definitions.loss_gradient(spec, moved, target, context.conventions)
    yield agrees("backward(target) after forward(x + c, target)", dx_shifted, Estimate(dx, 2 * bound.error), hint=hint)


@check("value.loss-difference", Kind.LOSS, when=_of_difference, needs=("value.loss", "contract.loss-backward"))
def only_the_difference_counts(context: Context) -> Law:
    """The loss stays if prediction and target move together or change places, and is 0 where they are equal."""
    rng = context.rng()
    fine, coarse = (10, 14) if context.precision() is FLOAT64 else (6, 10)
    prediction, target = (np.round(context.data(rng) * 2**fine) / 2**fine for _ in range(2))
    shift = np.round(rng.uniform(-1, 1, size=prediction.shape) * 2**coarse)
    spec, loss, hint = context.spec_as(LossSpec), context.new(), f"the definition is: {context.case.spec.definition}"
    reference = _number((yield from loss.ask(loss_forward(prediction, target))))
    for name, pair in {
        "forward(prediction + c, target + c)": (prediction + shift, target + shift),
        "forward(target, prediction)": (target, prediction),
    }.items():
        room = definitions.loss(spec, *pair, context.conventions).error
        found = _number((yield from loss.ask(loss_forward(*pair))))
        yield agrees(name, found, Estimate(reference, 2 * room), hint=hint)
    room = definitions.loss(spec, target, target, context.conventions).error
    found = _number((yield from loss.ask(loss_forward(target, target))))
    yield agrees("forward(target, target)", found, Estimate(np.zeros(()), room), hint=hint)
    room = definitions.loss_gradient(spec, target, target, context.conventions).error
    found = np.asarray((yield from loss.ask(loss_backward(target))))
    yield agrees("backward(target) there", found, Estimate(np.zeros(target.shape), room), hint=hint)


@check("value.loss-predict", Kind.LOSS, when=_of_scores, needs=("contract.loss-backward",))
def predictions_are_probabilities(context: Context) -> Law:
    """Predict returns the softmax of the scores, and backward does not mind it."""
    rng = context.rng()
    loss, target = context.new(), context.target(rng)
    prediction, other = context.data(rng), 100.0 * context.data(rng)
    _, slope = yield from loss.ask(loss_forward(prediction, target), loss_backward(target))
    reference = np.asarray(slope)
    hint = "predict(x) returns softmax(x) and stores nothing"
    predicted = yield from loss.ask(loss_predict(other))
    yield agrees("predict(x)", predicted, definitions.softmax(other), hint=hint)
    _, _, again = yield from loss.ask(loss_forward(prediction, target), loss_predict(other), loss_backward(target))
    room = np.full(reference.shape, 1e3 * EPS * float(np.abs(reference).max(initial=0.0)))
    yield agrees("backward(target) after predict of other scores", again, Estimate(reference, room), hint=hint)
