"""Value: what follows from the definition for several inputs at once, where the definition itself is not compared.

Inputs of other sizes than in `value.forward` and `value.extreme`, and layers without a definition (running
statistics): two answers of the same layer must be related as the mathematics says.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...specs import Kind, Trait
from .. import definitions
from ..asking import forward, parameters
from ..context import Context
from ..law import Law, check
from ..measurement import Measurement, agrees
from ..numerics.compare import EPS, Estimate
from ..numerics.precision import FLOAT64
from ..proof import Expression
from .contract import FORWARD
from .selection import has

Array = NDArray[np.float64]

ROUNDINGS = 1e3  # as in `contract.close_to`, in units of the last place of the largest term


def _related(name: str, found: object, value: Array, *terms: Array, rule: Expression, hint: str) -> Measurement:
    """`found` is `value`, which comes from other answers by the rule; `terms` are what is added up in both."""
    size = max(float(np.abs(term).max(initial=0.0)) for term in (value, *terms))
    bound = np.full(value.shape, ROUNDINGS * EPS * size + np.finfo(float).tiny)
    return agrees(name, found, Estimate(value, bound), hint=hint, as_expected=rule)


@check("value.affine", Kind.LAYER, when=has(Trait.AFFINE), needs=FORWARD)
def affine_combinations_are_kept(context: Context) -> Law:
    """The output of t x + (1-t) z is t times the output of x plus 1-t times that of z."""
    rng = context.rng()
    layer = context.layer(rng)
    x, t = context.data(rng), 0.25
    known, of_x = yield from layer.ask(parameters(), forward(x))
    largest = max((float(np.abs(value).max()) for value in known.values()), default=1.0)
    for factor in (1.0, 1e4):
        z = factor * context.data(rng)
        of_z, found = yield from layer.ask(forward(z), forward(t * x + (1 - t) * z))
        yield _related(
            "forward(0.25 x + 0.75 z)" + (" for z of size 1e4" if factor > 1 else ""),
            found,
            t * of_x + (1 - t) * of_z,
            of_x,
            of_z,
            largest * z,  # terms may cancel in the output
            rule=Expression(f"{t} * $0 + {1 - t} * $1", (of_x, of_z)),
            hint="multiply by numbers and add numbers that do not depend on the input; clip nothing",
        )


@check("value.shift", Kind.LAYER, when=has(Trait.SHIFT_INVARIANT), needs=("value.forward",))
def shifting_a_sample_changes_nothing(context: Context) -> Law:
    """Adding the same number to all entries of a sample does not change its output."""
    rng = context.rng()
    layer = context.layer(rng)
    # Multiples of 2^-fine below 2^coarse, so that the sums are exact and no rounding is to be allowed for.
    fine, coarse = (10, 20) if context.precision() is FLOAT64 else (6, 14)
    x = np.round(context.data(rng) * 2**fine) / 2**fine
    shift = np.round(rng.uniform(-1, 1, size=(len(x),) + (1,) * (x.ndim - 1)) * 2**coarse)
    shift[0] = 800.0
    reference, found = yield from layer.ask(forward(x), forward(x + shift))
    yield _related(
        f"forward(x + c), with c between -{2**coarse} and {2**coarse} for each sample,",
        found,
        reference,
        rule=Expression("$0", (reference,)),
        hint="subtract the largest entry of each row before the exponential: the result is the same",
    )


@check("value.symmetry", Kind.LAYER, when=has(Trait.POINT_SYMMETRIC), needs=("value.forward",))
def opposite_inputs_mirror(context: Context) -> Law:
    """Opposite inputs have outputs that are opposite to each other, seen from the output at 0."""
    rng = context.rng()
    layer = context.layer(rng)
    zero = yield from layer.ask(forward(np.zeros(context.case.input_shape)))
    for factor in (1.0, 30.0, 1e3):
        x = factor * context.data(rng)
        of_x, found = yield from layer.ask(forward(x), forward(-x))
        name = "forward(-x)" if factor == 1 else f"forward(-x) for x of size {factor:g}"
        hint = "both branches of a case distinction must continue each other, and exp must not overflow for either sign"
        rule = Expression("2 * $0 - $1", (zero, of_x))
        yield _related(name, found, 2 * zero - of_x, zero, of_x, rule=rule, hint=hint)


@check("value.scale", Kind.LAYER, when=has(Trait.HOMOGENEOUS), needs=("value.forward",))
def scaling_the_input_scales_the_output(context: Context) -> Law:
    """The output of c x is c times the output of x, for every c > 0, tiny or huge."""
    rng = context.rng()
    layer = context.layer(rng)
    x = context.data(rng)
    reference = yield from layer.ask(forward(x))
    largest = 300 if context.precision() is FLOAT64 else 60
    for power in (-largest, largest):
        factor = 2.0**power  # exact
        found = yield from layer.ask(forward(factor * x))
        name = f"forward(2^{power} x)"
        hint = "compare with 0 itself, not with a small threshold, and let nothing saturate"
        rule = Expression(f"{factor!r} * $0", (reference,))
        yield _related(name, found, factor * reference, rule=rule, hint=hint)


@check("value.normalised", Kind.LAYER, when=has(Trait.BATCH_STATISTICS), needs=("value.forward",))
def units_of_a_channel_do_not_matter(context: Context) -> Law:
    """Scaling and shifting a channel of the whole batch does not change the output: it is normalised."""
    rng = context.rng()
    values = context.parameters(context.rng())
    layer = context.layer(rng)
    x = context.data(rng)
    shape = (1, x.shape[1]) + (1,) * (x.ndim - 2)
    scale, offset = rng.uniform(20, 200, size=shape), rng.uniform(-100, 100, size=shape)
    other = context.given(scale * x + offset)
    reference, found = yield from layer.ask(forward(x), forward(other))
    first, second = (definitions.forward(context.layer_spec, point, values) for point in (x, other))
    expected = Estimate(reference, first.error + second.error, first.slack + second.slack)
    hint = "subtract the mean of the channel and divide by the root of its variance, both over the whole batch"
    yield agrees("forward(a x + b), with a and b for each channel,", found, expected, hint=hint)
