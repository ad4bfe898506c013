"""Contract: what a layer remembers between calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from ...specs import Kind, LayerSpec
from ...wall import RemoteSubject
from ..bench import Bench
from ..law import Level, check
from ..measurement import Measurement, agrees, same
from ..numerics.compare import EPS, Estimate
from ..proof import Expression
from .contract import BACKWARD
from .selection import core_in_training, deterministic, full_in_training, trainable

Array = NDArray[np.float64]


def _results(layer: RemoteSubject, dy: Array) -> dict[str, Array]:
    """What a backward leaves behind, by name: the input gradient and every parameter's gradient."""
    named = isinstance(layer.spec, LayerSpec) and bool(layer.spec.parameters())
    back, *gradients = layer.many([("backward", (dy,)), *([("gradients", ())] if named else [])])
    found: dict[str, Array] = {"backward(dy)": back}
    for values in gradients:
        found |= {f"the gradient of {name}": value for name, value in values.items()}
    return found


def _pass(layer: RemoteSubject, x: Array, dy: Array, seed: int) -> dict[str, Array]:
    layer.begin_with([("reseed", (seed,)), ("forward", (x,))])
    return _results(layer, dy)


def _all_same(
    found: Mapping[str, Array], reference: Mapping[str, Array], after: str, **texts: str
) -> Iterator[Measurement]:
    for name, value in reference.items():
        yield same(f"{name} {after}".strip(), found.get(name), value, **texts)


@check("contract.latest", Kind.LAYER, when=deterministic, level=full_in_training, needs=BACKWARD)
def backward_belongs_to_the_latest_forward(bench: Bench) -> Iterator[Measurement]:
    """Backward belongs to the latest forward, not to an earlier one."""
    rng = bench.rng()
    x, dy = bench.data(rng), bench.incoming(rng)
    reference = _pass(bench.layer(bench.rng(1)), x, dy, bench.seed)
    for more in (2, 0):  # another batch size, and the same one: a stale array that fits raises nothing
        decoy = bench.data(rng, (bench.case.input_shape[0] + more, *bench.case.input_shape[1:]))
        used = bench.layer(bench.rng(1))
        _pass(used, decoy, bench.incoming(rng, bench.layer_spec.output_shape(decoy.shape)), bench.seed)
        yield from _all_same(
            _pass(used, x, dy, bench.seed),
            reference,
            "after another batch has passed through",
            meaning="backward uses something of an earlier forward",
            hint="every array that backward needs must be stored anew by each forward (shapes and masks too)",
        )


@check("contract.accumulation", Kind.LAYER, when=trainable, level=Level.CORE, needs=("contract.gradients",))
def gradients_do_not_accumulate(bench: Bench) -> Iterator[Measurement]:
    """Each backward computes the gradients anew: a second pass over the same data gives the same gradients."""
    rng = bench.rng()
    layer = bench.layer(rng)
    x, dy = bench.data(rng), bench.incoming(rng)
    first = _pass(layer, x, dy, bench.seed)
    yield from _all_same(
        _pass(layer, x, dy, bench.seed),
        first,
        "of the second pass",
        meaning="the gradient changes although nothing else did",
        hint="backward must set the gradient, not add to the one of the previous pass",
    )


@check("contract.linear", Kind.LAYER, when=deterministic, level=core_in_training, needs=BACKWARD)
def backward_is_linear(bench: Bench) -> Iterator[Measurement]:
    """Backward is linear in the incoming gradient: b(2 v + 3 w) = 2 b(v) + 3 b(w)."""
    rng = bench.rng()
    layer = bench.layer(rng)
    x, v, w = bench.data(rng), bench.incoming(rng), bench.incoming(rng)
    of_v, of_w, of_both = (_pass(layer, x, dy, bench.seed)["backward(dy)"] for dy in (v, w, 2.0 * v + 3.0 * w))
    terms = 2.0 * np.abs(of_v) + 3.0 * np.abs(of_w)
    bound = 1e4 * EPS * np.maximum(terms, terms.max(initial=0.0)) + np.finfo(float).tiny
    yield agrees(
        "backward(2 v + 3 w)",
        of_both,
        Estimate(2.0 * of_v + 3.0 * of_w, bound),
        hint="the incoming gradient must enter backward as a factor of every term, and only once",
        as_expected=Expression("2.0 * $0 + 3.0 * $1", (of_v, of_w)),
    )


@check("contract.instances", Kind.LAYER, when=deterministic, level=full_in_training, needs=BACKWARD)
def instances_do_not_share_state(bench: Bench) -> Iterator[Measurement]:
    """One instance does not influence another."""
    rng = bench.rng()
    x, dy = bench.data(rng), bench.incoming(rng)
    reference = _pass(bench.layer(bench.rng(1)), x, dy, bench.seed)
    for more in (0, 1):  # the same batch size for arrays that must fit, another one for shapes
        watched, other = bench.layer(bench.rng(1)), bench.layer(bench.rng(1))
        watched.many([("reseed", (bench.seed,)), ("forward", (x,))])
        foreign = bench.data(rng, (bench.case.input_shape[0] + more, *bench.case.input_shape[1:]))
        _pass(other, foreign, bench.incoming(rng, bench.layer_spec.output_shape(foreign.shape)), bench.seed)
        yield from _all_same(
            _results(watched, dy),
            reference,
            "of one layer after another layer's forward",
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
        layer.many([("reseed", (bench.seed,)), ("forward", (x,))])
        layer.poison(what)
        yield from _all_same(
            _results(layer, dy),
            reference,
            f"after the caller has overwritten {name}",
            meaning=f"the layer keeps a reference to {name}",
            hint="store a copy of what backward needs",
        )
