"""Value: what a layer's structure says of forward, without its definition."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...specs import Kind, Trait
from ..asking import forward
from ..context import Context
from ..law import Law, check
from ..measurement import agrees
from ..numerics.compare import EPS, Estimate
from ..proof import Expression
from .contract import FORWARD
from .selection import has

Array = NDArray[np.float64]

# An output is a sum of n products with a rounding error of at most 8 n eps times the sum of their magnitudes. In the
# cases n is below 100, and that sum below 10 times the largest output of several inputs, the one for zeros included.
ROUNDING = 1e4 * EPS


@check("value.translation", Kind.LAYER, when=has(Trait.TRANSLATION_EQUIVARIANT), needs=FORWARD)
def shifted_input_gives_shifted_output(context: Context) -> Law:
    """An input shifted by one stride gives an output shifted by one entry, along every axis."""
    rng = context.rng()
    layer = context.layer(rng)
    for axis, window in enumerate(context.layer_spec.windows(), start=2):
        larger = list(context.case.input_shape)
        larger[axis] += window.stride
        x = context.data(rng, tuple(larger))
        # What is shifted out at one end and in at the other end is zero, as what surrounds the input.
        np.moveaxis(x, axis, 0)[-window.stride :] = 0.0
        y, moved = yield from layer.ask(forward(x), forward(np.roll(x, window.stride, axis)))
        expected = np.delete(y, -1, axis)
        bound = np.full(expected.shape, ROUNDING * float(np.abs(y).max(initial=0.0)) + np.finfo(float).tiny)
        yield agrees(
            f"forward(x shifted by {window.stride} along axis {axis}), without its first entry there",
            np.delete(moved, 0, axis),
            Estimate(expected, bound),
            as_found=Expression(f"np.delete($0, 0, {axis})", (moved,)),
            as_expected=Expression(f"np.delete($0, -1, {axis})", (y,)),
            hint="every output should see the same kernel or window, moved by one stride from one output to the next",
        )


@check("value.increasing", Kind.LAYER, when=has(Trait.SELECTS), needs=FORWARD)
def maximum_commutes_with_increasing_maps(context: Context) -> Law:
    """A maximum stays where it is if all entries are moved, below 0 as well, or mapped in increasing order."""
    rng = context.rng()
    layer = context.layer(rng)
    rounded = context.precision().rounded  # to numbers of the type that the layer computes in
    x = rounded(context.data(rng))
    y, moved, cubed = yield from layer.ask(forward(x), forward(rounded(x - 100.0)), forward(rounded(x * x * x)))
    for name, found, expected, rule in (
        ("forward(x - 100)", moved, rounded(y - 100.0), "$0 - 100.0"),
        ("forward(x³)", cubed, rounded(y * y * y), "$0 * $0 * $0"),
    ):
        # Rounding keeps the order, so that both sides are the same numbers.
        exact = Estimate(expected, np.full(y.shape, np.finfo(float).tiny))
        yield agrees(
            name,
            found,
            exact,
            hint="compare the entries of the window with each other only: no zeros around the image, no start value 0",
            as_expected=Expression(rule, (y,)),
        )
