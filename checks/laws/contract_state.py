"""Contract: what a layer remembers between calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...sandbox import Asking, RemoteSubject, SubjectRaised
from ...specs import Kind, LayerSpec, Question
from ..asking import backward, forward, gradients, reseed
from ..context import Context
from ..law import Law, Level, check
from ..measurement import Measurement, same
from ..results import Verdict
from .contract import BACKWARD
from .selection import deterministic, full_in_training, trainable

Array = NDArray[np.float64]


GRADIENT = "backward(dy)"  # the gradient of the input


def gradient_of(parameter: str) -> str:
    """The name of a parameter's gradient."""
    return f"the gradient of {parameter}"


def _backward(layer: RemoteSubject, dy: Array) -> list[Question[Any]]:
    """What is asked of a backward; `_named` takes the answers."""
    named = isinstance(layer.spec, LayerSpec) and bool(layer.spec.parameters())
    return [backward(dy), *([gradients()] if named else [])]


def _named(back: Array, *of_parameters: Mapping[str, Array]) -> dict[str, Array]:
    """What a backward leaves behind, by name: the input gradient and every parameter's gradient."""
    found = {GRADIENT: back}
    for values in of_parameters:
        found |= {gradient_of(name): value for name, value in values.items()}
    return found


def passes(layer: RemoteSubject, seed: int, *batches: tuple[Array, Array]) -> Asking[list[dict[str, Array]]]:
    """What each of several passes, of inputs and incoming gradients, leaves behind."""
    asked = ([reseed(seed), forward(x), *_backward(layer, dy)] for x, dy in batches)
    values = yield from layer.ask_all(question for each in asked for question in each)
    each = len(values) // len(batches)
    return [_named(*values[place + 2 : place + each]) for place in range(0, len(values), each)]


def _all_same(
    found: Mapping[str, Array], reference: Mapping[str, Array], after: str, **texts: str
) -> Iterator[Measurement]:
    for name, value in reference.items():
        yield same(f"{name} {after}".strip(), found.get(name), value, **texts)


def _undisturbed(
    context: Context, disturbed: Iterable[Asking[dict[str, Array]]], x: Array, dy: Array, after: str, **texts: str
) -> Law:
    """What a pass leaves behind after several disturbances is what it leaves behind on a fresh layer.

    If all leave the same, none of them has an effect of its own, and no fresh layer is asked; what would have the same
    effect after any of them, as a second call that differs, is the matter of `contract.linear`, which repeats passes.
    """
    known: list[tuple[dict[str, Array], list[RemoteSubject]]] = []
    raised: SubjectRaised | None = None
    for one in disturbed:
        before = len(context.subjects)
        try:
            known.append(((yield from one), context.subjects[before:]))
        except SubjectRaised as error:
            raised = error
            break
    first = known[0][0] if known else {}
    agreeing = [measured for found, _ in known[1:] for measured in _all_same(found, first, after, **texts)]
    if (
        not raised
        and all(each.verdict is Verdict.PASSED for each in agreeing)
        and all(_may_agree(found, first) for found, _ in known)
    ):
        yield from agreeing
        return
    if known:
        before = len(context.subjects)
        [reference] = yield from passes(context.layer(context.rng(1)), context.seed, (x, dy))
        everything, fresh = list(context.subjects), context.subjects[before:]
        for found, subjects in known:
            context.subjects[:] = [*subjects, *fresh]  # by which a failure is explained
            yield from _all_same(found, reference, after, **texts)
        context.subjects[:] = [*fresh, *everything[:before]]  # the call that has raised comes last
    if raised:
        raise raised


def _may_agree(found: Mapping[str, Array], first: Mapping[str, Array]) -> bool:
    """The same names, and finite numbers: NaN agrees with nothing."""
    arrays = [value for value in found.values() if isinstance(value, np.ndarray)]
    return found.keys() == first.keys() and all(np.isfinite(array).all() for array in arrays)


@check("contract.latest", Kind.LAYER, when=deterministic, level=full_in_training, needs=BACKWARD)
def backward_belongs_to_the_latest_forward(context: Context) -> Law:
    """Backward belongs to the latest forward, not to an earlier one."""
    rng = context.rng()
    x, dy = context.data(rng), context.incoming(rng)

    def disturbed(more: int) -> Asking[dict[str, Array]]:
        decoy = context.data(rng, (context.case.input_shape[0] + more, *context.case.input_shape[1:]))
        past = decoy, context.incoming(rng, context.layer_spec.output_shape(decoy.shape))
        _, found = yield from passes(context.layer(context.rng(1)), context.seed, past, (x, dy))
        return found

    yield from _undisturbed(
        context,
        (disturbed(more) for more in (2, 0)),  # another size, and the same: a stale array that fits raises nothing
        x,
        dy,
        "after another batch has passed through",
        meaning="backward uses something of an earlier forward",
        hint="every array that backward needs must be stored anew by each forward (shapes and masks too)",
    )


@check("contract.accumulation", Kind.LAYER, when=trainable, level=Level.CORE, needs=("contract.gradients",))
def gradients_do_not_accumulate(context: Context) -> Law:
    """Each backward computes the gradients anew: a second pass over the same data gives the same gradients."""
    rng = context.rng()
    layer = context.layer(rng)
    x, dy = context.data(rng), context.incoming(rng)
    first, second = yield from passes(layer, context.seed, (x, dy), (x, dy))
    yield from _all_same(
        second,
        first,
        "of the second pass",
        meaning="the gradient changes although nothing else did",
        hint="backward must set the gradient, not add to the one of the previous pass",
    )


@check("contract.instances", Kind.LAYER, when=deterministic, level=full_in_training, needs=BACKWARD)
def instances_do_not_share_state(context: Context) -> Law:
    """One instance does not influence another."""
    rng = context.rng()
    x, dy = context.data(rng), context.incoming(rng)

    def disturbed(more: int) -> Asking[dict[str, Array]]:
        watched, other = context.layer(context.rng(1)), context.layer(context.rng(1))
        yield from watched.ask(reseed(context.seed), forward(x))
        foreign = context.data(rng, (context.case.input_shape[0] + more, *context.case.input_shape[1:]))
        error = context.incoming(rng, context.layer_spec.output_shape(foreign.shape))
        yield from passes(other, context.seed, (foreign, error))
        return _named(*(yield from watched.ask_all(_backward(watched, dy))))

    yield from _undisturbed(
        context,
        (disturbed(more) for more in (0, 1)),  # the same batch size for arrays that must fit, another one for shapes
        x,
        dy,
        "of one layer after another layer's forward",
        meaning="two instances share state",
        hint="store state on self in __init__, never on the class, in a module variable or in a default argument",
    )


@check("contract.views", Kind.LAYER, when=deterministic, level=Level.STRICT, needs=BACKWARD)
def returned_arrays_are_no_views(context: Context) -> Law:
    """Overwriting an array that a layer was given or has returned does not change what backward computes."""
    rng = context.rng()
    x, dy = context.data(rng), context.incoming(rng)
    [reference] = yield from passes(context.layer(context.rng(1)), context.seed, (x, dy))
    for what, name in (("result", "forward's result"), ("argument", "forward's input")):
        layer = context.layer(context.rng(1))
        yield from layer.ask(reseed(context.seed), forward(x))
        layer.poison(what)
        found = yield from layer.ask_all(_backward(layer, dy))
        yield from _all_same(
            _named(*found),
            reference,
            f"after the caller has overwritten {name}",
            meaning=f"the layer keeps a reference to {name}",
            hint="store a copy of what backward needs",
        )
