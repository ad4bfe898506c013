"""Losses and their gradients with respect to the prediction: scalar arithmetic, sample by sample."""

from __future__ import annotations

import math

import numpy as np

from ...specs import (
    CrossEntropyLoss,
    L2Loss,
    LinearOutput,
    LossSpec,
    MeanSquaredError,
    SoftMaxCrossEntropyLoss,
    SoftmaxOutput,
    Trait,
)
from ..numerics.compare import Array, Estimate, estimate
from .dispatch import ANY, Conventions, loss, loss_gradient, loss_text

TINY = float(np.finfo(np.float64).tiny)
LARGEST_EPSILON = 1e-10  # inside the log; courses use 2.2e-16, 1e-10 or none

REDUCTIONS: dict[str, tuple[float, str]] = {
    "sum": (1.0, ""),
    "half the sum": (0.5, ""),
    "mean": (1.0, "entries"),
    "half the mean": (0.5, "entries"),
    "mean over the batch": (1.0, "samples"),
    "half the mean over the batch": (0.5, "samples"),
}
"""By the name of the choice: what a sum of squares is multiplied by, and by the number of what it is divided."""


def factor_of(reduction: str, prediction: Array) -> float:
    """What the sum of squares is multiplied by, for a prediction."""
    factor, counted = REDUCTIONS[reduction]
    return factor / {"": 1, "entries": prediction.size, "samples": len(prediction)}[counted]


def chosen(spec: LossSpec, what: str, conventions: Conventions) -> str:
    """The choice of a loss on its `reduction`, `epsilon` or `gradient`; the first option if there is none.

    Raises:
        LookupError: the spec leaves no such choice.
    """
    for convention in spec.conventions:
        if convention.name.endswith(what):
            return conventions.get(convention.name, convention.options[0])
    raise LookupError(f"{spec.name()} has no convention on its {what}")


def gradient_scale(spec: LossSpec, batch: int, conventions: Conventions) -> float:
    """What backward returns, over the gradient of forward: the batch size, or 1."""
    free = any(convention.name.endswith("gradient") for convention in spec.conventions)
    return float(batch) if free and chosen(spec, "gradient", conventions) == "of the sum" else 1.0


def left_out(spec: LossSpec, prediction: Array, target: Array, conventions: Conventions) -> float:
    """The share of an entry of the gradient that an epsilon of the loss may be, or that leaving it out may be."""
    if Trait.OF_PROBABILITIES in spec.traits:
        known = next((conventions.get(each.name) for each in spec.conventions if each.name.endswith("epsilon")), None)
        epsilon = LARGEST_EPSILON if known is None else 0.0 if known == "none" else float(known)
        return epsilon / float(prediction[target > 0].min())
    gradient = loss_gradient(spec, prediction, target, conventions)
    return float(np.max(gradient.slack / np.maximum(np.abs(gradient.value), TINY)))


def _log(p: float) -> float:
    """The logarithm; of 0 and of what is no probability, where a finite difference may come, as NumPy has it."""
    return math.log(p) if p > 0 else -math.inf if p == 0 else math.nan


@loss.register
def _(spec: CrossEntropyLoss, prediction: Array, target: Array, conventions: Conventions = ANY) -> Estimate:
    picked = [(p, t) for p, t in zip(prediction.ravel(), target.ravel(), strict=True) if t]
    terms = [-t * _log(p) for p, t in picked]
    epsilon = math.fsum(t * LARGEST_EPSILON / p for p, t in picked)
    share = 1 / len(prediction) if chosen(spec, "reduction", conventions) == "mean" else 1.0
    rounded = estimate(share * math.fsum(terms), share * math.fsum(abs(term) + 1 for term in terms), len(terms) + 2)
    return Estimate(rounded.value, rounded.error, share * epsilon)


@loss_text.register
def _(spec: CrossEntropyLoss, reduction: str) -> str:
    del spec
    return f"-np.log($0[$1 == 1]).{reduction}()"


def _powers(row: Array) -> tuple[list[float], float]:
    """The exponentials of a row of scores, shifted by the largest one, and their sum."""
    powers = [math.exp(float(score - row.max())) for score in row]
    return powers, math.fsum(powers)


@loss.register
def _(spec: SoftMaxCrossEntropyLoss, prediction: Array, target: Array, conventions: Conventions = ANY) -> Estimate:
    terms, magnitude = [], 0.0
    for row, labels in zip(prediction, target, strict=True):
        logarithm = float(row.max()) + math.log(_powers(row)[1])
        terms += [t * (logarithm - x) for x, t in zip(row.tolist(), labels.tolist(), strict=True) if t]
        magnitude += 1 + 4 * float(np.abs(row).max())  # the logarithm is one of scores of that size, and less the score
    share = 1 / len(prediction) if chosen(spec, "reduction", conventions) == "mean" else 1.0
    return estimate(share * math.fsum(terms), share * magnitude, prediction.size + 4)


@loss_gradient.register
def _(spec: SoftMaxCrossEntropyLoss, prediction: Array, target: Array, conventions: Conventions = ANY) -> Estimate:
    share = 1 / len(prediction) if chosen(spec, "reduction", conventions) == "mean" else 1.0
    return _of_scores(prediction, target, share)


def _probabilities(prediction: Array) -> Array:
    rows = [_powers(row) for row in prediction]
    return np.array([[power / total for power in powers] for powers, total in rows])


def _of_scores(prediction: Array, target: Array, share: float) -> Estimate:
    """Softmax minus target."""
    probabilities = _probabilities(prediction)
    # exp turns the absolute rounding error of its argument, a difference of scores, into a relative one.
    magnitude = probabilities * (1 + 4 * np.abs(prediction).max(axis=1, keepdims=True)) + target
    return estimate(share * (probabilities - target), share * magnitude, prediction.shape[1] + 4)


def _epsilon(spec: LossSpec, conventions: Conventions) -> float:
    text = chosen(spec, "epsilon", conventions)
    return 0.0 if text == "none" else float(text)


@loss.register
def _(spec: SoftmaxOutput, prediction: Array, target: Array, conventions: Conventions = ANY) -> Estimate:
    share, epsilon = 1 / len(prediction), _epsilon(spec, conventions)
    if not epsilon:
        exact = loss(SoftMaxCrossEntropyLoss(), prediction, target)
        return Estimate(share * exact.value, share * exact.error)
    terms, magnitude, slack = [], 0.0, 0.0
    for row, labels in zip(prediction, target, strict=True):
        powers, total = _powers(row)
        for power, t in zip(powers, labels.tolist(), strict=True):
            if t:
                p = power / total
                terms.append(-t * _log(p + epsilon))
                magnitude += t * (abs(terms[-1]) + 1 + 4 * float(np.abs(row).max()) * p / (p + epsilon))
                # The larger one of probability and epsilon is right as well.
                slack += t * math.log1p(min(p / epsilon, epsilon / p if p else 0.0))
    rounded = estimate(share * math.fsum(terms), share * magnitude, prediction.size + 4)
    return Estimate(rounded.value, rounded.error, share * slack)


@loss_gradient.register
def _(spec: SoftmaxOutput, prediction: Array, target: Array, conventions: Conventions = ANY) -> Estimate:
    scale = gradient_scale(spec, len(prediction), conventions)
    rounded = _of_scores(prediction, target, scale / len(prediction))
    epsilon = _epsilon(spec, conventions)
    if not epsilon:
        return rounded
    # Exact is p / (p + eps) times this, with the p of the target; with the larger one of both, 0 or 1 times.
    p = np.sum(_probabilities(prediction) * target, axis=1, keepdims=True)
    half = np.minimum(epsilon / (p + epsilon), 0.5)
    return Estimate((1 - half) * rounded.value, rounded.error, half * np.abs(rounded.value))


def _factor(spec: L2Loss | LinearOutput | MeanSquaredError, prediction: Array, conventions: Conventions) -> float:
    fixed = isinstance(spec, LinearOutput)
    name = "half the mean over the batch" if fixed else chosen(spec, "reduction", conventions)
    return factor_of(name, prediction)


def _squares(
    spec: L2Loss | LinearOutput | MeanSquaredError, prediction: Array, target: Array, conventions: Conventions = ANY
) -> Estimate:
    pairs = list(zip(prediction.ravel().tolist(), target.ravel().tolist(), strict=True))
    factor = _factor(spec, prediction, conventions)
    total = math.fsum((p - t) ** 2 for p, t in pairs)
    # p² - 2 p t + t² is right as well, and loses what cancels in it.
    magnitude = math.fsum((abs(p) + abs(t)) ** 2 for p, t in pairs)
    return estimate(factor * total, factor * magnitude, len(pairs) + 4)


def _differences(
    spec: L2Loss | LinearOutput | MeanSquaredError, prediction: Array, target: Array, conventions: Conventions = ANY
) -> Estimate:
    factor = 2 * _factor(spec, prediction, conventions) * gradient_scale(spec, len(prediction), conventions)
    return estimate(factor * (prediction - target), factor * (np.abs(prediction) + np.abs(target)), 4)


for _spec in (L2Loss, LinearOutput, MeanSquaredError):
    loss.register(_spec, _squares)
    loss_gradient.register(_spec, _differences)
