"""Contract: what every later check relies on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...sandbox import Asking, Mutation, RemoteSubject, SubjectError, SubjectRaised
from ...specs import Kind, Trait
from ..asking import backward, forward, gradients, reseed
from ..context import Context
from ..law import Law, Level, check
from ..measurement import Measurement, agrees, describe, failed, passed, same
from ..numerics.compare import EPS, Estimate
from ..proof import Expression, Shaped, Untouched
from .selection import core_in_training, deterministic, full_in_training, has, has_parameters

FORWARD = ("contract.constructs", "contract.forward")
BACKWARD = (*FORWARD, "contract.backward")


@check("contract.constructs", *Kind, level=Level.CORE)
def constructs(context: Context) -> Law:
    """The component can be constructed with the arguments of its spec."""
    context.new(now=True)
    yield passed()


def array_of_shape(name: str, found: object, shape: tuple[int, ...], *, hint: str = "") -> Measurement:
    """`found` is a floating-point array of `shape` without NaN and infinity."""
    expected = f"a floating-point array of shape {shape}"
    proof = Shaped(found=found, shape=shape)
    if not isinstance(found, np.ndarray):
        return failed(
            f"{name} is {describe(found)}, but should be {expected}",
            expected=expected,
            found=describe(found),
            hint=hint,
            proof=proof,
        )
    if found.shape != shape:
        text = f"{name} has shape {found.shape}, but should have {shape}"
        return failed(text, expected=f"shape {shape}", found=f"shape {found.shape}", hint=hint, proof=proof)
    if found.dtype.kind != "f":
        text = f"{name} has dtype {found.dtype}, but should be floating-point"
        return failed(text, expected="floating-point", found=str(found.dtype), hint=hint, proof=proof)
    wrong = ~np.isfinite(found)
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        count = f"{int(wrong.sum())} of {found.size} entries are not"
        text = f"{name}{list(place)} = {found[place]}, but should be finite; {count}"
        return failed(text, expected="finite numbers", found=str(found[place]), hint=hint, proof=proof)
    return passed()


@check("contract.forward", Kind.LAYER, level=Level.CORE, needs=("contract.constructs",))
def forward_returns_an_array(context: Context) -> Law:
    """Forward returns finite floating-point numbers in the declared shape."""
    rng = context.rng()
    layer = context.layer(rng)
    found = yield from layer.ask(forward(context.data(rng)))
    yield array_of_shape(
        f"forward(x) for x of shape {context.case.input_shape}",
        found,
        context.layer_spec.output_shape(context.case.input_shape),
        hint="look at the return statement of forward and at the axes of its matrix products",
    )


class _Pass(NamedTuple):
    """A layer after a forward and two backwards, and what they have returned; None where the second one has raised."""

    layer: RemoteSubject
    first: Any
    second: Any


def _one_pass(context: Context) -> Asking[_Pass]:
    """One pass for all checks that look at it."""

    def ask(context: Context) -> Asking[_Pass]:
        rng = context.rng()
        layer = context.layer(rng)
        x, dy = context.data(rng), context.incoming(rng)
        _, first = yield from layer.ask(forward(x), backward(dy))
        second = None
        with suppress(SubjectError):  # it may need another forward
            second = yield from layer.ask(backward(dy))
        return _Pass(layer, first, second)

    return context.once("contract.backward", ask)


@check("contract.backward", Kind.LAYER, level=core_in_training, needs=FORWARD)
def backward_returns_an_array(context: Context) -> Law:
    """Backward returns finite floating-point numbers in the shape of forward's input."""
    one = yield from _one_pass(context)
    yield array_of_shape(
        "backward(dy)",
        one.first,
        context.case.input_shape,
        hint="backward must return the gradient with respect to the layer's input, in the input's shape",
    )


@check("contract.gradients", Kind.LAYER, when=has_parameters, level=core_in_training, needs=BACKWARD)
def gradients_have_the_parameters_shapes(context: Context) -> Law:
    """After backward, every parameter has a finite gradient of its own shape."""
    rng = context.rng()
    layer = context.layer(rng)
    x, dy = context.data(rng), context.incoming(rng)
    _, _, found = yield from layer.ask(forward(x), backward(dy), gradients())
    for name, parameter in context.layer_spec.parameters().items():
        yield array_of_shape(f"the gradient of {name}", found.get(name), parameter.shape)


@check("contract.pure", Kind.LAYER, level=full_in_training, needs=BACKWARD)
def arguments_are_left_alone(context: Context) -> Law:
    """Forward and backward do not modify the arrays that they are given, and backward not that of its forward."""
    one = yield from _one_pass(context)
    of_backward = ("the incoming gradient", "the array that forward was given")
    yield unmodified(one.layer.mutations, {"forward": ("its input",), "backward": of_backward})


@check("contract.backward-again", Kind.LAYER, level=full_in_training, needs=BACKWARD)
def backward_may_be_called_again(context: Context) -> Law:
    """A second backward after the same forward gives the same as the first, unless it raises."""
    one = yield from _one_pass(context)
    if one.second is None:
        yield passed()
        return
    yield same(
        "the second backward(dy)",
        one.second,
        one.first,
        meaning="backward changes what it needs",
        hint="work on a copy of what forward has stored: mask * error, not mask *= error",
    )


def unmodified(mutations: Sequence[Mutation], names: Mapping[str, tuple[str, ...]]) -> Measurement:
    """None of the calls of `names` has modified an argument."""
    for mutation in mutations:
        if mutation.method in names and mutation.argument < len(names[mutation.method]):
            what = names[mutation.method][mutation.argument]
            return failed(
                f"{mutation.method} modifies {what}",
                expected="the array as it was given",
                found="other values in it after the call",
                hint="the caller still needs that array: work on x.copy(), or use an expression that makes a new array",
                proof=Untouched(call=mutation.call, argument=mutation.argument),
            )
    return passed()


@check("contract.repeatable", Kind.LAYER, needs=FORWARD)
def forward_is_repeatable(context: Context) -> Law:
    """The same input and the same seed give the same output, whatever was computed in between."""
    rng = context.rng()
    layer = context.layer(rng)
    x, other = context.data(rng), context.data(rng, (context.case.input_shape[0] + 1, *context.case.input_shape[1:]))
    anew = reseed(context.seed)
    _, first, _, _, again = yield from layer.ask(anew, forward(x), forward(other), anew, forward(x))
    if context.case.spec.traits & {Trait.RANDOM_MASK} and not deterministic(context.case):
        if not np.array_equal(first, again):
            return  # a generator of its own cannot be reseeded from outside: nothing to compare
        yield passed()
        return
    yield same(
        "the second forward(x)",
        again,
        first,
        meaning="forward depends on earlier calls",
        hint="forward may use its input and the parameters only; look for state that is not reset",
    )


@check("contract.batch", Kind.LAYER, when=has(Trait.BATCH_INDEPENDENT), needs=FORWARD)
def samples_are_independent(context: Context) -> Law:
    """A sample's output does not depend on the other samples of the batch."""
    if not deterministic(context.case):
        yield passed()
        return
    rng = context.rng()
    layer = context.layer(rng)
    x = context.data(rng)
    count = len(x)
    order = np.roll(np.arange(count), 1)
    before, behind = (3.0 * context.data(rng) + 1.0 for _ in range(2))
    hint = "look for a sum, mean or maximum that runs over the batch axis or over the whole array"
    together = yield from layer.ask(forward(x))
    ordered = Expression(f"$0[{order.tolist()}]", (together,))
    try:
        beside = yield from layer.ask(forward(np.concatenate([before, x[order], behind])))
    except SubjectRaised:  # a sum over the wrong axis may not even fit; in a batch of the same size it says more
        name, alone = "forward(the samples in another order)", (yield from layer.ask(forward(x[order])))
        yield agrees(name, alone, close_to(together[order]), hint=hint, as_expected=ordered)
        raise
    yield agrees(
        "forward(the samples in another order, between others)",
        beside[count : 2 * count],
        close_to(together[order]),
        hint=hint,
        as_found=Expression(f"$0[{count}:{2 * count}]", (beside,)),
        as_expected=ordered,
    )


def close_to(reference: NDArray[np.float64], factor: float = 1e3) -> Estimate:
    """`reference` with the rounding that another order of the same operations may show."""
    size = float(np.abs(reference).max(initial=0.0))
    return Estimate(reference, np.full(reference.shape, factor * EPS * size + np.finfo(float).tiny))
