"""Phase: running statistics, seen from outside.

In the test phase such a layer is affine per channel: y = weights (x - m) / s + bias. Two inputs give m and s.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...sandbox import Asking, RemoteSubject
from ...specs import Case, Kind, LayerSpec, Phase, Trait
from ..asking import forward, set_phase
from ..context import Context
from ..law import Law, check
from ..measurement import Measurement, agrees, failed, number, passed
from ..numerics.compare import Estimate
from ..numerics.precision import current
from .contract import FORWARD
from .selection import training

Array = NDArray[np.float64]

# With values of size 100, an epsilon below 1e-10 changes the variance by less than 1e-13 of itself.
SPREAD = 100.0


class Statistics(NamedTuple):
    """Mean and standard deviation per channel."""

    mean: Array
    std: Array


def _normalises(case: Case) -> bool:
    return training(case) and isinstance(case.spec, LayerSpec) and case.spec.has(Trait.BATCH_STATISTICS, Phase.TRAIN)


def running_statistics(layer: RemoteSubject, shape: tuple[int, ...], weights: Array, bias: Array) -> Asking[Statistics]:
    """The statistics that the layer uses in the test phase, read off two forward passes; leaves it in that phase."""
    zero, one = np.zeros(shape), np.full(shape, SPREAD)
    _, at_zero, at_one = yield from layer.ask(set_phase(Phase.TEST), forward(zero), forward(one))
    axes = tuple(axis for axis in range(len(shape)) if axis != 1)
    low, high = at_zero.mean(axis=axes), at_one.mean(axis=axes)
    with np.errstate(all="ignore"):
        std = weights * SPREAD / (high - low)
        return Statistics(-(low - bias) * std / weights, std)


def batch_statistics(x: Array) -> Statistics:
    """Mean and (biased) standard deviation of each channel."""
    axes = tuple(axis for axis in range(x.ndim) if axis != 1)
    return Statistics(x.mean(axis=axes), x.std(axis=axes))


def _batch(context: Context, rng: np.random.Generator) -> Array:
    channels = context.case.input_shape[1]
    shape = (1, channels) + (1,) * (len(context.case.input_shape) - 2)
    offset, spread = rng.uniform(-2, 2, size=shape), rng.uniform(0.5, 2, size=shape)
    return SPREAD * (offset + spread * rng.normal(size=context.case.input_shape))


def _share() -> float:
    """The relative rounding error of statistics read off two outputs, and of the variance; more than any epsilon's.

    Both outputs are of the size (|mean| + SPREAD) / std and rounded to a few units; their difference, SPREAD / std, and
    so the statistics lose about (|mean| + SPREAD) / SPREAD, at most 10 for the batches here. E[x²] - E[x]² loses
    (mean / std)², at most 100.
    """
    return max(1e-9, 1e3 * current().eps)


def _bound(reference: Statistics) -> Array:
    size: Array = np.abs(reference.mean) + reference.std + SPREAD
    return _share() * size


def _near(value: Array, bound: Array | float) -> Estimate:
    """`bound` counts as it is: it knows the precision already."""
    return Estimate(value, np.zeros(value.shape), bound)


def _agree(what: str, found: Statistics, expected: Statistics, hint: str) -> Iterator[Measurement]:
    for name, value, reference in zip(("mean", "standard deviation"), found, expected, strict=True):
        yield agrees(f"the running {name} {what} (per channel)", value, _near(reference, _bound(expected)), hint=hint)


@check("phase.running-first", Kind.LAYER, when=_normalises, needs=FORWARD)
def first_batch_initialises(context: Context) -> Law:
    """After one training batch, the test phase uses that batch's mean and variance."""
    rng = context.rng()
    values = context.parameters(context.rng())
    layer = context.layer(rng, phase=Phase.TRAIN)
    x = _batch(context, rng)
    yield from layer.ask(forward(x))
    found = yield from running_statistics(layer, x.shape, values["weights"], values["bias"])
    expected = batch_statistics(x)
    unbiased = expected._replace(std=_unbiased(expected.std, x))  # Ioffe, Szegedy (2015), algorithm 2
    if (np.abs(found.std - unbiased.std) <= _bound(unbiased)).all():
        expected = unbiased
    yield from _agree(
        "after one batch", found, expected, "start the running mean and variance from the first training batch"
    )


@check("phase.running-average", Kind.LAYER, when=_normalises, needs=("phase.running-first",))
def later_batches_are_averaged(context: Context) -> Law:
    """Each further training batch moves mean and variance by one moving average with a decay in (0, 1)."""
    rng = context.rng()
    values = context.parameters(context.rng())
    layer = context.layer(rng, phase=Phase.TRAIN)
    first, second = _batch(context, rng), _batch(context, rng)
    yield from layer.ask(forward(first), forward(second))
    found = yield from running_statistics(layer, first.shape, values["weights"], values["bias"])
    one, two = batch_statistics(first), batch_statistics(second)
    more, most = _unbiased(one.std, first), _unbiased(two.std, second)
    gap = float(np.sum((one.mean - two.mean) * (found.mean - two.mean)))
    decay = gap / float(np.sum(np.square(one.mean - two.mean)))
    edge = max(1e-6, _share())
    if not edge < decay < 1 - edge:
        reads = (
            "never moves"
            if abs(decay - 1) < edge
            else "forgets the first batch"
            if abs(decay) < edge
            else "is no average"
        )
        yield failed(
            f"the running mean {reads}: weight of the old value {number(decay)}, but should lie in (0, 1)",
            expected="a weight in (0, 1)",
            found=number(decay),
            hint="running = decay * running + (1 - decay) * batch, with a decay such as 0.8, in every training forward",
        )
        return
    hint = "use the same moving average, with the same decay, for the mean and for the variance (or the deviation)"
    mean = decay * one.mean + (1 - decay) * two.mean
    yield agrees("the running mean after two batches (per channel)", found.mean, _near(mean, _bound(two)), hint=hint)
    options = {
        "variance": np.sqrt(decay * one.std**2 + (1 - decay) * two.std**2),
        "standard deviation": decay * one.std + (1 - decay) * two.std,
        "unbiased variance": np.sqrt(decay * more**2 + (1 - decay) * most**2),
    }
    if any((np.abs(found.std - option) <= _bound(two)).all() for option in options.values()):
        yield passed()
        return
    yield agrees(
        "the running standard deviation after two batches (per channel)",
        found.std,
        _near(options["variance"], _bound(two)),
        hint=hint,
        **{"decay of the mean": decay},
    )


def _unbiased(std: Array, x: Array) -> Array:
    n = x.size / x.shape[1]
    result: Array = std * np.sqrt(n / (n - 1))
    return result


@check("phase.running-frozen", Kind.LAYER, when=_normalises, needs=("phase.running-first",))
def test_batches_leave_statistics_alone(context: Context) -> Law:
    """Forward in the test phase leaves the running statistics alone."""
    rng = context.rng()
    values = context.parameters(context.rng())
    layer = context.layer(rng, phase=Phase.TRAIN)
    x = _batch(context, rng)
    yield from layer.ask(forward(x))
    before = yield from running_statistics(layer, x.shape, values["weights"], values["bias"])
    yield from layer.ask(forward(_batch(context, rng)), set_phase(Phase.TRAIN))
    after = yield from running_statistics(layer, x.shape, values["weights"], values["bias"])
    yield from _agree("after a test batch", after, before, "update the running statistics in the train phase only")


@check("phase.running-use", Kind.LAYER, when=_normalises, needs=("phase.running-first",))
def training_uses_the_batch(context: Context) -> Law:
    """In the train phase every batch is normalised by its own statistics, also after the first one."""
    rng = context.rng()
    values = context.parameters(context.rng())
    layer = context.layer(rng, phase=Phase.TRAIN)
    x = _batch(context, rng)
    _, y = yield from layer.ask(forward(_batch(context, rng)), forward(x))
    found = batch_statistics(np.asarray(y))
    hint = "in the train phase normalise with the mean and variance of the current batch"
    yield agrees("the mean of the output per channel", found.mean, _near(values["bias"], _share()), hint=hint)
    scale = np.abs(values["weights"])
    yield agrees(
        "the standard deviation of the output per channel",
        found.std,
        _near(scale, _share()),
        hint=hint,
    )
