"""Phase: train and test differ exactly as declared."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ...specs import Case, Kind, LayerSpec, Phase, Trait
from ..asking import assign, forward, reseed, set_phase
from ..bench import Bench
from ..law import Law, check
from ..measurement import agrees, failed, passed, same
from ..numerics.compare import EPS, Estimate
from ..results import Verdict
from .chance import share_bound, trials_to_fail
from .contract import FORWARD, close_to
from .selection import training


def _indifferent(case: Case) -> bool:
    return training(case) and Trait.PHASE_DEPENDENT not in case.spec.traits


def _dependent(case: Case) -> bool:
    return training(case) and Trait.PHASE_DEPENDENT in case.spec.traits


def _masked(case: Case) -> bool:
    return isinstance(case.spec, LayerSpec) and Trait.RANDOM_MASK in case.spec.traits


@check("phase.same", Kind.LAYER, when=_indifferent, needs=(*FORWARD, "contract.repeatable"))
def phases_do_not_matter(bench: Bench) -> Law:
    """Forward is the same in the train and in the test phase."""
    rng = bench.rng()
    layer = bench.layer(rng)
    x = bench.data(rng)
    train, _, test = yield from layer.ask(forward(x), set_phase(Phase.TEST), forward(x))
    yield same("forward(x) in the test phase", test, train, meaning="the phase changes the output")


@check("phase.identity", Kind.LAYER, when=_masked, needs=FORWARD)
def test_phase_is_the_identity(bench: Bench) -> Law:
    """In the test phase forward returns its input unchanged."""
    rng = bench.rng()
    layer = bench.layer(rng, phase=Phase.TEST)
    x = bench.data(rng)
    y = yield from layer.ask(forward(x))
    yield agrees(
        "forward(x) in the test phase",
        y,
        close_to(x, 8),
        hint="inverted dropout scales by 1 / keep in training, so that nothing is left to do in the test phase",
    )


@check("phase.deterministic", Kind.LAYER, when=_dependent, needs=FORWARD)
def test_phase_is_deterministic(bench: Bench) -> Law:
    """In the test phase the same input gives the same output, whatever has passed through before."""
    rng = bench.rng()
    layer = bench.layer(rng, phase=Phase.TEST)
    x = bench.data(rng)
    first, _, second = yield from layer.ask(forward(x), forward(5.0 * bench.data(rng) + 7.0), forward(x))
    yield same(
        "the second forward(x) in the test phase",
        second,
        first,
        meaning="a forward in the test phase changes the layer",
        hint="in the test phase nothing may be drawn at random, and running statistics must not be updated",
    )


@check("phase.default", Kind.LAYER, when=_dependent, needs=FORWARD)
def new_layers_train(bench: Bench) -> Law:
    """A new layer is in the train phase."""
    rng = bench.rng()
    new, told = bench.new(now=True), bench.new(now=True)
    parameters = bench.parameters(rng)
    x = bench.given(3.0 * bench.data(rng, _many_rows(bench)) + 1.0)
    yield from told.ask(set_phase(Phase.TRAIN))
    outputs = []
    for layer in (new, told):
        layer.begin_with([*([assign(parameters)] if parameters else []), reseed(bench.seed)])
        outputs.append((yield from layer.ask(forward(x))))
    trained = (
        _looks_trained(bench, outputs[0], x)
        if _masked(bench.case)
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


def _many_rows(bench: Bench) -> tuple[int, ...]:
    """The case's shape with so many rows that some unit is dropped, if units are dropped at all."""
    rows, *rest = bench.case.input_shape
    entries = trials_to_fail(float(getattr(bench.case.spec, "keep", 0.5)))
    return (max(40, rows, -(-entries // max(1, math.prod(rest)))), *rest)


def _looks_trained(bench: Bench, y: NDArray[np.float64], x: NDArray[np.float64]) -> bool:
    """A mask was drawn, unless everything is kept."""
    return bool(getattr(bench.case.spec, "keep", 1.0) == 1.0 or not np.array_equal(y, x))


@check("phase.restored", Kind.LAYER, when=_dependent, needs=FORWARD)
def switching_back_restores(bench: Bench) -> Law:
    """Switching to the test phase and back to the train phase restores the train phase."""
    rng = bench.rng()
    layer = bench.layer(rng)
    x = bench.data(rng, _many_rows(bench))
    to_test, to_train = set_phase(Phase.TEST), set_phase(Phase.TRAIN)
    before, _, _, _, after = yield from layer.ask(forward(x), to_test, forward(x), to_train, forward(x))
    hint = "forward must look at the phase in every call and must not store what the test phase has set"
    if _masked(bench.case):
        restored = _looks_trained(bench, after, x)
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
def mean_output_equals_test_output(bench: Bench) -> Law:
    """The mean of the train phase's output is the test phase's output (false-alarm rate 1e-12)."""
    keep = float(getattr(bench.case.spec, "keep", 1.0))
    layer = bench.layer(bench.rng())
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
