"""Contract: what a layer remembers between calls."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...specs import Kind
from ...wall import RemoteSubject
from ..bench import Bench
from ..law import Level, check
from ..measurement import Measurement, agrees, passed, same
from ..numerics.compare import Estimate
from .contract import BACKWARD
from .selection import core_in_training, deterministic, full_in_training, trainable

EPS = float(np.finfo(float).eps)


def close_to(reference: NDArray[np.float64], factor: float = 1e3) -> Estimate:
    """`reference` with the rounding that another order of the same operations may show."""
    size = float(np.abs(reference).max(initial=0.0))
    return Estimate(reference, np.full(reference.shape, factor * EPS * size + np.finfo(float).tiny))


def _pass(layer: RemoteSubject, x: NDArray[np.float64], dy: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    result: NDArray[np.float64] = layer.many([("reseed", (seed,)), ("forward", (x,)), ("backward", (dy,))])[2]
    return result


@check("contract.latest", Kind.LAYER, when=deterministic, level=full_in_training, needs=BACKWARD)
def backward_belongs_to_the_latest_forward(bench: Bench) -> Iterator[Measurement]:
    """Backward belongs to the latest forward, not to an earlier one."""
    rng = bench.rng()
    x, dy = bench.data(rng), bench.incoming(rng)
    decoy = bench.data(rng, (bench.case.input_shape[0] + 2, *bench.case.input_shape[1:]))
    drawn = bench.rng(1)
    clean, used = bench.layer(drawn), bench.layer(bench.rng(1))
    reference = _pass(clean, x, dy, bench.seed)
    used.forward(decoy)
    used.backward(bench.incoming(rng, bench.layer_spec.output_shape(decoy.shape)))
    yield same(
        "backward(dy) after another batch has passed through",
        _pass(used, x, dy, bench.seed),
        reference,
        meaning="backward uses something of an earlier forward",
        hint="every array that backward needs must be stored anew by each forward (shapes and masks too)",
    )


@check("contract.accumulation", Kind.LAYER, when=trainable, level=Level.CORE, needs=("contract.gradients",))
def gradients_do_not_accumulate(bench: Bench) -> Iterator[Measurement]:
    """Each backward computes the gradients anew: a second pass over the same data gives the same gradients."""
    rng = bench.rng()
    layer = bench.layer(rng)
    x, dy = bench.data(rng), bench.incoming(rng)
    _pass(layer, x, dy, bench.seed)
    first = layer.gradients()
    _pass(layer, x, dy, bench.seed)
    second = layer.gradients()
    for name in bench.layer_spec.parameters():
        yield same(
            f"the gradient of {name} of the second pass",
            second[name],
            first[name],
            meaning="the gradient changes although nothing else did",
            hint="backward must set the gradient, not add to the one of the previous pass",
        )


@check("contract.linear", Kind.LAYER, when=deterministic, level=core_in_training, needs=BACKWARD)
def backward_is_linear(bench: Bench) -> Iterator[Measurement]:
    """Backward is linear in the incoming gradient: b(2 v + 3 w) = 2 b(v) + 3 b(w)."""
    rng = bench.rng()
    layer = bench.layer(rng)
    x, v, w = bench.data(rng), bench.incoming(rng), bench.incoming(rng)
    of_v, of_w, of_both = (_pass(layer, x, dy, bench.seed) for dy in (v, w, 2.0 * v + 3.0 * w))
    terms = 2.0 * np.abs(of_v) + 3.0 * np.abs(of_w)
    bound = 1e4 * EPS * np.maximum(terms, terms.max(initial=0.0)) + np.finfo(float).tiny
    yield agrees(
        "backward(2 v + 3 w)",
        of_both,
        Estimate(2.0 * of_v + 3.0 * of_w, bound),
        hint="the incoming gradient must enter backward as a factor of every term, and only once",
    )


@check("contract.instances", Kind.LAYER, when=deterministic, level=full_in_training, needs=BACKWARD)
def instances_do_not_share_state(bench: Bench) -> Iterator[Measurement]:
    """One instance does not influence another."""
    rng = bench.rng()
    x, dy = bench.data(rng), bench.incoming(rng)
    alone, watched, other = (bench.layer(bench.rng(1)) for _ in range(3))
    reference = _pass(alone, x, dy, bench.seed)
    watched.reseed(bench.seed)
    watched.forward(x)
    other.forward(bench.data(rng))
    other.backward(bench.incoming(rng))
    yield same(
        "backward(dy) of one layer after another layer's forward",
        watched.backward(dy),
        reference,
        meaning="two instances share state",
        hint="store state on self in __init__, never on the class, in a module variable or in a default argument",
    )


@check("contract.views", Kind.LAYER, when=deterministic, level=Level.STRICT, needs=BACKWARD)
def returned_arrays_are_no_views(bench: Bench) -> Iterator[Measurement]:
    """Overwriting an array that a layer was given or has returned does not change what backward computes."""
    rng = bench.rng()
    x, dy = bench.data(rng), bench.incoming(rng)
    reference = _pass(bench.layer(bench.rng(1)), x, dy, bench.seed)
    for what, name in (("result", "forward's result"), ("argument", "forward's input")):
        layer = bench.layer(bench.rng(1))
        layer.reseed(bench.seed)
        layer.forward(x)
        layer.poison(what)
        yield same(
            f"backward(dy) after the caller has overwritten {name}",
            layer.backward(dy),
            reference,
            meaning=f"the layer keeps a reference to {name}",
            hint="store a copy of what backward needs",
        )
    yield passed()
