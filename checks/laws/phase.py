"""Phase: train and test differ exactly as declared."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ...specs import Case, Kind, LayerSpec, Phase, Trait
from ..asking import assign, forward, reseed, set_phase
from ..context import Context
from ..law import Law, check
from ..measurement import agrees, failed, passed, same
from ..numerics.compare import EPS, Estimate
from ..results import Verdict
from .chance import share_bound, trials_to_fail
from .contract import FORWARD, close_to
from .selection import keep_probability, mask_keeps, training


def _indifferent(case: Case) -> bool:
    return training(case) and Trait.PHASE_DEPENDENT not in case.spec.traits


def _dependent(case: Case) -> bool:
    return training(case) and Trait.PHASE_DEPENDENT in case.spec.traits


def _masked(case: Case) -> bool:
    return isinstance(case.spec, LayerSpec) and Trait.RANDOM_MASK in case.spec.traits


@check("phase.same", Kind.LAYER, when=_indifferent, needs=(*FORWARD, "contract.repeatable"))
def phases_do_not_matter(context: Context) -> Law:
    """Forward is the same in the train and in the test phase."""
    rng = context.rng()
    layer = context.layer(rng)
    x = context.data(rng)
    train, _, test = yield from layer.ask(forward(x), set_phase(Phase.TEST), forward(x))
    yield same("forward(x) in the test phase", test, train, meaning="the phase changes the output")


@check("phase.identity", Kind.LAYER, when=_masked, needs=FORWARD)
def test_phase_is_the_identity(context: Context) -> Law:
    """In the test phase forward returns its input unchanged."""
    rng = context.rng()
    layer = context.layer(rng, phase=Phase.TEST)
    x = context.data(rng)
    y = yield from layer.ask(forward(x))
    yield agrees(
        "forward(x) in the test phase",
        y,
        close_to(x, 8),
        hint="inverted dropout scales by 1 / keep in training, so that nothing is left to do in the test phase",
    )


@check("phase.deterministic", Kind.LAYER, when=_dependent, needs=FORWARD)
def test_phase_is_deterministic(context: Context) -> Law:
    """In the test phase the same input gives the same output, whatever has passed through before."""
    rng = context.rng()
    layer = context.layer(rng, phase=Phase.TEST)
    x = context.data(rng)
    first, _, second = yield from layer.ask(forward(x), forward(5.0 * context.data(rng) + 7.0), forward(x))
    yield same(
        "the second forward(x) in the test phase",
        second,
        first,
        meaning="a forward in the test phase changes the layer",
        hint="in the test phase nothing may be drawn at random, and running statistics must not be updated",
    )


@check("phase.default", Kind.LAYER, when=_dependent, needs=FORWARD)
def new_layers_train(context: Context) -> Law:
    """A new layer is in the train phase."""
    rng = context.rng()
    new, told = context.new(now=True), context.new(now=True)
    parameters = context.parameters(rng)
    x = context.given(3.0 * context.data(rng, _many_rows(context)) + 1.0)
    yield from told.ask(set_phase(Phase.TRAIN))
    outputs = []
    for layer in (new, told):
        layer.begin_with([*([assign(parameters)] if parameters else []), reseed(context.seed)])
        outputs.append((yield from layer.ask(forward(x))))
    trained = (
        _looks_trained(context, outputs[0], x)
        if _masked(context.case)
        else same("forward(x)", outputs[0], outputs[1], meaning="").verdict is Verdict.PASSED
    )
    if trained:
        yield passed()
    else:
        yield failed(
            "a new layer does not behave as in the train phase",
            expected="the train phase",
            found="another output than after the phase was set to train",
            hint="testing_phase must be False by default, set in the base class's __init__ (call super().__init__())",
        )


def _many_rows(context: Context) -> tuple[int, ...]:
    """The case's shape with so many rows that some unit is dropped, if units are dropped at all."""
    rows, *rest = context.case.input_shape
    keep = keep_probability(context.case.spec)
    entries = trials_to_fail(0.5 if keep is None else keep)  # without a mask any number of rows does
    return (max(40, rows, -(-entries // max(1, math.prod(rest)))), *rest)


def _looks_trained(context: Context, y: NDArray[np.float64], x: NDArray[np.float64]) -> bool:
    """A mask was drawn, unless everything is kept."""
    return mask_keeps(context.case.spec) == 1.0 or not np.array_equal(y, x)


@check("phase.restored", Kind.LAYER, when=_dependent, needs=FORWARD)
def switching_back_restores(context: Context) -> Law:
    """Switching to the test phase and back to the train phase restores the train phase."""
    rng = context.rng()
    layer = context.layer(rng)
    x = context.data(rng, _many_rows(context))
    to_test, to_train = set_phase(Phase.TEST), set_phase(Phase.TRAIN)
    before, _, _, _, after = yield from layer.ask(forward(x), to_test, forward(x), to_train, forward(x))
    hint = "forward must look at the phase in every call and must not store what the test phase has set"
    if _masked(context.case):
        restored = _looks_trained(context, after, x)
        yield (
            passed()
            if restored
            else failed(
                "after test and back to train nothing is dropped any more",
                expected="a random mask",
                found="x unchanged",
                hint=hint,
            )
        )
        return
    yield same("forward(x) back in the train phase", after, before, meaning="the test phase leaves a trace", hint=hint)


@check("phase.unbiased", Kind.LAYER, when=lambda case: training(case) and _masked(case), needs=FORWARD)
def mean_output_equals_test_output(context: Context) -> Law:
    """The mean of the train phase's output is the test phase's output (false-alarm rate 1e-12)."""
    keep = mask_keeps(context.case.spec)
    layer = context.layer(context.rng())
    ones = np.ones((400, 100))
    y = yield from layer.ask(forward(ones))
    mean = float(np.mean(y))
    spread = share_bound(keep, ones.size) / keep + 1e-12  # and rounding
    yield agrees(
        "the mean of forward(ones)",
        np.asarray(mean),
        Estimate(np.asarray(1.0), np.asarray(8 * EPS), spread),
        hint="inverted dropout divides by the probability to keep a unit (not by the one to drop it)",
    )
