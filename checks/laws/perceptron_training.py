"""Perceptron: epochs, training, the share of errors."""

from __future__ import annotations

import numpy as np

from ...specs import Case, Kind, Phase, Trait
from ..asking import differentiate, epoch, error_rate, parameters, perceptron_loss, perceptron_predict, perceptron_train
from ..context import Context
from ..law import Law, Level, check
from ..measurement import agrees, failed, number, passed
from ..numerics.compare import Array, Estimate
from ..numerics.precision import current
from .perceptron import classifies, findings_of_parts, prepared, spec_of

RATE = 0.02
BATCHES = 2
EVERYTHING = findings_of_parts("contract", "gradient", "value")


def _methods(case: Case) -> tuple[str, ...]:
    del case
    return ("sgd", "gd")


@check(
    "optimizer.perceptron",
    Kind.PERCEPTRON,
    level=Level.CORE,
    needs=("gradient.perceptron",),
    quantities=_methods,
    components=EVERYTHING,
)
def epoch_takes_a_step_in_every_layer(context: Context, quantity: str) -> Law:
    """An epoch on one batch moves every parameter of every layer by the learning rate times its gradient."""
    network, x, target, values = prepared(context, context.rng())
    size = len(x) if quantity == "sgd" else 0
    gradients, _, after = yield from network.ask(differentiate(x, target), epoch(x, target, RATE, size), parameters())
    for name, value in values.items():
        step = RATE * gradients[name]
        if np.abs(step).max() > current().eps * np.abs(value).max() and np.array_equal(after[name], value):
            text = f"{name} does not change in an epoch"
            hint = "go through all layers that have params(), from the first one on: W -= learning_rate * dW"
            yield failed(text, expected="new values", found="the old values", hint=hint)
        # The batch may be drawn in another order: sums over it are rounded otherwise.
        room = 16 * (len(x) + 2) * (np.abs(value).max() + np.abs(step).max())
        bound = np.full(value.shape, np.finfo(float).eps * room)
        hint = "W -= learning_rate * dW, once per batch, with the gradients that backpropagate has just computed"
        yield agrees(f"{name} after an epoch", after[name], Estimate(value - step, bound), hint=hint)


def _adds_up(case: Case) -> bool:
    """Whether the gradients of the batches add up to that of all samples, and change little in a small step."""
    smooth = spec_of(case).function != "relu"  # a step across a kink changes the gradient at once
    return smooth and all(layer.has(Trait.BATCH_INDEPENDENT, Phase.TRAIN) for layer in spec_of(case).layers())


@check(
    "optimizer.perceptron-batches",
    Kind.PERCEPTRON,
    when=_adds_up,
    needs=("optimizer.perceptron",),
    components=EVERYTHING,
)
def epoch_visits_every_batch(context: Context) -> Law:
    """In an epoch every sample counts once, whatever the order of the batches."""
    rng = context.rng()
    network, x, target, values = prepared(context, rng)
    # A rate so small that the batches hardly influence each other, and rounding does not matter: the steps add up.
    rate = current().eps ** 0.4
    gradients, _, after = yield from network.ask(
        differentiate(x, target), epoch(x, target, rate, len(x) // BATCHES), parameters()
    )
    # What one step changes in the gradients of the next batch is a share of the rate times the curvature, which is
    # below 50 here: 3e-5 in float64, 0.1 in float32. A batch that is left out is missing by half.
    allowed = 0.1 * BATCHES * max(float(np.abs(each).max()) for each in gradients.values())
    for name, value in values.items():
        rounding = np.full(value.shape, 16 * np.finfo(float).eps * float(np.abs(value).max()) / rate)
        yield agrees(
            f"the change of {name} in an epoch of {BATCHES} batches, divided by minus the rate,",
            np.asarray((value - after[name]) / rate),
            Estimate(BATCHES * gradients[name], rounding, allowed),
            hint="take X[b * batch_size:(b + 1) * batch_size] and the same rows of Y for b in range(n // batch_size)",
        )


@check(
    "network.perceptron",
    Kind.PERCEPTRON,
    when=classifies,
    needs=("optimizer.perceptron",),
    quantities=_methods,
    components=EVERYTHING,
)
def training_reduces_the_loss(context: Context, quantity: str) -> Law:
    """Train runs with labels as numbers, changes every layer and reduces the loss."""
    network, x, target, values = prepared(context, context.rng())
    loss, size = perceptron_loss(x, target), len(x) if quantity == "sgd" else 0
    first, _, last, found = yield from network.ask(
        loss, perceptron_train(x, target.argmax(axis=1), RATE, size), loss, parameters()
    )
    before, after = (float(np.asarray(value).item()) for value in (first, last))
    still = [name for name, value in values.items() if np.array_equal(found[name], value)]
    if still:
        text = f"train leaves {', '.join(still)} as it was"
        yield failed(text, expected="new values in every layer", found="the old values", hint="update all layers")
    if not after < before:
        text = f"train changes the loss from {number(before)} to {number(after)}, but should reduce it"
        yield failed(text, expected=f"less than {number(before)}", found=number(after))
    yield passed()


@check(
    "value.perceptron-errors",
    Kind.PERCEPTRON,
    when=classifies,
    needs=("value.perceptron",),
    components=findings_of_parts("contract", "value"),
)
def errors_are_counted(context: Context) -> Law:
    """The classification error is the share of samples whose largest probability is not that of their class."""
    rng = context.rng()
    network, x, _, _ = prepared(context, rng)
    rows = np.asarray((yield from network.ask(perceptron_predict(x))))
    best = rows.argmax(axis=1)
    for wrong in (0, 1, len(x)):
        labels = best.copy()
        labels[:wrong] = (best[:wrong] + 1) % rows.shape[1]
        share = yield from network.ask(error_rate(x, labels))
        found = np.asarray(share, dtype=float).reshape(())
        expected: Array = np.array(wrong / len(x))
        hint = "np.mean(np.argmax(self.predict(X), axis=1) != Y)"
        name = f"the classification error with {wrong} of {len(x)} wrong"
        yield agrees(name, found, Estimate(expected, np.full((), 8 * np.finfo(float).eps)), hint=hint)
