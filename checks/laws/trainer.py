"""Trainer: what a training loop does in each batch, and what it says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...sandbox import Asking
from ...specs import Case, Kind, Question, TrainerSpec
from ..asking import run_trainer
from ..context import Context
from ..law import Law, Level, check
from ..measurement import agrees, describe, failed, passed
from ..numerics.compare import Array, Estimate
from .contract import array_of_shape

PARTS = ("training", "validation")
Training = Callable[[Mapping[str, Array], Array, Array, int], Question[Mapping[str, Array]]]
_KEYS = ("batch", "training", "differentiated", "loss", "rate", "weights", "bias")


@dataclass(frozen=True)
class Run:
    """What a trainer has done, and with what.

    Attributes:
        spec: the configured component.
        start: the parameters at the beginning.
        inputs, labels: of all batches, in order.
        size: number of samples in a batch.
        said: what the subject tells; see `specs.TrainerSubject`.
    """

    spec: TrainerSpec
    start: dict[str, Array]
    inputs: Array
    labels: Array
    size: int
    said: dict[str, Array]

    def passes(self, part: str) -> NDArray[np.intp]:
        """The indices of the forward passes that belong to the training batches, or to those for validation."""
        validates = np.asarray(self.said["batch"]) >= self.spec.batches
        return np.flatnonzero(validates if part == "validation" else ~validates)

    def epochs(self, part: str, key: str) -> Array:
        """What is told of the passes of a part: one row per epoch."""
        values: Array = np.asarray(self.said[key], dtype=float)[self.passes(part)]
        return values.reshape(self.spec.epochs, -1)


def spec_of(case: Case) -> TrainerSpec:
    """The case's spec, which the selection has found to be a trainer's."""
    if not isinstance(case.spec, TrainerSpec):
        raise TypeError(f"{case.spec.name()} is no trainer")
    return case.spec


def _without_penalty(case: Case) -> bool:
    return spec_of(case).penalty == "none"


def _parts(case: Case) -> tuple[str, ...]:
    del case
    return PARTS


def run(context: Context, asking: Training = run_trainer) -> Asking[Run]:
    """Train on drawn data, by `run_trainer` or `count_predictions`; labels are such that every class occurs."""
    spec, rng = spec_of(context.case), context.rng()
    size, features = context.case.input_shape
    samples = size * (spec.batches + spec.validation_batches)
    inputs = context.data(rng, (samples, features))
    labels = rng.permutation(np.arange(samples) % spec.classes)
    start = {
        "weights": context.given(
            rng.choice([-1.0, 1.0], (features, spec.classes)) * rng.uniform(0.2, 0.8, (features, 1))
        ),
        "bias": context.given(rng.choice([-1.0, 1.0], spec.classes) * rng.uniform(0.2, 0.8, spec.classes)),
    }
    asked = asking(start, inputs, labels, size)
    said: Any = yield from context.new().ask(asked)
    if not isinstance(said, dict):
        raise TypeError(f"{asked.method}() returned {describe(said)}, but should return arrays by name")
    return Run(spec, start, inputs, labels, size, said)


@check("contract.trainer", Kind.TRAINER, level=Level.CORE, needs=("contract.constructs",))
def every_batch_is_visited(context: Context) -> Law:
    """Every epoch passes each training batch and each validation batch through the network once, and is recorded."""
    done = yield from run(context)
    epochs, count = done.spec.epochs, done.spec.batches + done.spec.validation_batches
    yield array_of_shape("the record of losses", done.said.get("record"), (epochs, 2))
    visits = np.bincount(np.asarray(done.said["batch"], dtype=int), minlength=count)
    wrong = np.flatnonzero(visits != epochs)
    if wrong.size:
        part = PARTS[int(wrong[0] >= done.spec.batches)]
        text = f"a {part} batch passes through the network {visits[wrong[0]]} times in {epochs} epochs"
        hint = "one loop over data_loader('train') and one over data_loader('val') in every epoch"
        yield failed(text, expected=f"{epochs} times", found=f"{visits[wrong[0]]} times", hint=hint)
    for key in _KEYS:
        if len(np.atleast_1d(done.said[key])) != epochs * count:
            yield failed(f"{key} is not told of every pass", expected="a value", found="none")
    yield passed()


@check("phase.trainer", Kind.TRAINER, needs=("contract.trainer",), quantities=_parts)
def network_is_in_the_right_phase(context: Context, quantity: str) -> Law:
    """The network is in the train phase for every training batch, and in the test phase for every validation batch."""
    done = yield from run(context)
    expected = quantity == "training"
    epochs = np.argwhere(done.epochs(quantity, "training") != expected)
    if len(epochs):
        found, wanted = ("test", "train") if expected else ("train", "test")
        text = f"{quantity} in epoch {epochs[0][0] + 1} runs the network in the {found} phase"
        hint = "network.train() before the training batches of every epoch, network.eval() before those for validation"
        yield failed(text, expected=f"the {wanted} phase", found=f"the {found} phase", hint=hint)
    yield passed()


@check("phase.trainer-gradients", Kind.TRAINER, needs=("contract.trainer",))
def validation_computes_no_gradients(context: Context) -> Law:
    """Validation computes no gradients."""
    done = yield from run(context)
    if done.epochs("validation", "differentiated").any():
        text = "validation batches pass through the network with gradients being recorded"
        hint = "with torch.no_grad(): around the loop over the validation batches"
        yield failed(text, expected="no gradients", found="gradients", hint=hint)
    yield passed()


@check("network.trainer", Kind.TRAINER, when=_without_penalty, needs=("contract.trainer",), quantities=_parts)
def record_is_the_mean_loss(context: Context, quantity: str) -> Law:
    """What is recorded of an epoch is the mean loss over the samples."""
    done = yield from run(context)
    losses = done.epochs(quantity, "loss")
    found = np.asarray(done.said["record"], dtype=float)[:, PARTS.index(quantity)]
    expected = losses.mean(axis=1)
    # Records are often kept in float32.
    bound = 4 * float(np.finfo(np.float32).eps) * np.abs(losses).sum(axis=1)
    hint = "the loss of a batch is a mean already: divide the sum of the batches' losses by their number"
    size, count = done.size, losses.shape[1]
    for name, factor in (("samples", size), ("1/batches", 1 / count)):
        if np.all(np.abs(found * factor - expected) <= bound) and factor != 1:
            reads = "divided by the number of samples, not of batches" if name == "samples" else "not divided"
            hint = f"the sum of the batches' losses is {reads}; {hint}"
    yield agrees(f"the recorded {quantity} loss, by epoch,", found, Estimate(expected, bound), hint=hint)


@check("optimizer.trainer-rate", Kind.TRAINER, needs=("contract.trainer",))
def schedule_steps_once_an_epoch(context: Context) -> Law:
    """The schedule steps once an epoch, after the epoch's updates, and by nothing else than the number of epochs."""
    done = yield from run(context)
    spec = done.spec
    expected: Array = spec.learning_rate * np.power(
        spec.gamma, np.arange(spec.epochs) // spec.step_size, dtype=np.float64
    )
    bound = 16 * float(np.finfo(float).eps) * expected
    found = done.epochs("training", "rate")
    hint = "scheduler.step() at the end of every epoch; an argument would be taken for the number of the epoch"
    for column in range(found.shape[1]):
        name = f"the learning rate of training batch {column + 1}, by epoch,"
        yield agrees(name, found[:, column], Estimate(expected, bound), hint=hint)


def _gradients(done: Run, batch: int, weights: Array, bias: Array) -> dict[str, Array]:
    """Of the mean cross-entropy of the softmax, and of the penalty."""
    rows = slice(batch * done.size, (batch + 1) * done.size)
    x, labels = done.inputs[rows], done.labels[rows]
    scores = x @ weights + bias
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    slopes = (powers / powers.sum(axis=1, keepdims=True) - np.eye(done.spec.classes)[labels]) / done.size
    found = {"weights": x.T @ slopes, "bias": slopes.sum(axis=0)}
    alpha = done.spec.alpha
    for name, value in (("weights", weights), ("bias", bias)):
        if done.spec.penalty == "L1":
            found[name] = found[name] + alpha * np.sign(value)
        elif done.spec.penalty == "L2":
            found[name] = found[name] + 2 * alpha * value
    return found


@check("optimizer.trainer", Kind.TRAINER, level=Level.CORE, needs=("contract.trainer",))
def each_training_batch_makes_one_step(context: Context) -> Law:
    """Each training batch makes one step by its own gradient, with that of the penalty, and validation makes none."""
    done = yield from run(context)
    said, spec = done.said, done.spec
    order = np.asarray(said["batch"], dtype=int)
    hint = "for each training batch: optimizer.zero_grad(), loss.backward(), optimizer.step(), each once"
    if spec.penalty != "none":
        hint += "; the loss is loss_function(output, target) + regularization(network)"
    for name in ("weights", "bias"):
        places = np.concatenate([np.asarray(said[name]), np.asarray(said[f"final_{name}"])[None]])
        yield agrees(f"{name} at the first batch", places[0], Estimate(done.start[name], _rounding(places[0])))
        for index, batch in enumerate(order):
            before, after = places[index], places[index + 1]
            trains = batch < spec.batches
            step = float(np.asarray(said["rate"])[index]) if trains else 0.0
            gradient = _gradients(done, batch, np.asarray(said["weights"])[index], np.asarray(said["bias"])[index])[
                name
            ]
            part = f"{PARTS[int(not trains)]} batch {int(batch) + 1 if trains else int(batch) - spec.batches + 1}"
            expected = Estimate(before - step * gradient, _rounding(before) + _rounding(step * gradient))
            yield agrees(f"{name} after {part}", after, expected, hint=hint)


def _rounding(values: Array) -> Array:
    """A step is a sum over some samples of products with exponentials: less than 500 roundings of its largest entry."""
    largest = float(np.abs(values).max()) + 1.0
    return np.full(values.shape, 500 * np.finfo(float).eps * largest)
