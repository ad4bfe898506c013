"""Gradient: layers whose outputs are selected from their inputs, such as maxima."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...specs import Kind, Trait
from .. import definitions
from ..asking import backward, forward
from ..context import Context
from ..law import Law, check
from ..measurement import Measurement, agrees, failed, number, passed
from ..numerics.compare import EPS, Estimate
from ..numerics.precision import current
from ..proof import Expression, Holds
from .contract import BACKWARD
from .gradient_judging import agrees_with
from .selection import full_in_training, has
from .value import defined, is_defined

Array = NDArray[np.float64]
PLACES = 6  # outputs looked at one by one


@check("gradient.conserved", Kind.LAYER, when=has(Trait.SELECTS), level=full_in_training, needs=BACKWARD)
def gradient_is_passed_on(context: Context) -> Law:
    """The input gradient of each sample and channel adds up to the incoming gradient, also where inputs are equal."""
    rng = context.rng()
    layer = context.layer(rng)
    for name, x in (("", context.data(rng)), (" for equal inputs", np.zeros(context.case.input_shape))):
        dy = context.incoming(rng)
        _, dx = yield from layer.ask(forward(x), backward(dy))
        axes = tuple(range(2, x.ndim))
        bound = 8 * EPS * (x[0, 0].size + dy[0, 0].size) * np.abs(dy).sum(axis=axes)
        yield agrees(
            f"the sum of backward(dy) by sample and channel{name}",
            dx.sum(axis=axes),
            Estimate(dy.sum(axis=axes), bound),
            hint="every output passes its gradient on once: add where windows overlap, and share it among equal maxima",
            as_found=Expression(f"$0.sum(axis={axes})", (dx,)),
            as_expected=Expression(f"$0.sum(axis={axes})", (dy,)),
        )


@check("gradient.ties", Kind.LAYER, when=has(Trait.SELECTS), level=full_in_training, needs=BACKWARD)
def gradient_stays_at_the_maxima(context: Context) -> Law:
    """Among equal maxima the gradient goes to one of them, or each one gets a share; the shares add up to 1."""
    rng = context.rng()
    layer = context.layer(rng)
    x = rng.integers(-2, 0, size=context.case.input_shape).astype(float)
    values = context.parameters(context.rng())
    y = yield from layer.ask(forward(x))
    trusted = is_defined(context.case) and agrees_with(y, defined(context, x, values))
    for flat in rng.permutation(y.size)[:PLACES]:
        place = np.unravel_index(flat, y.shape)
        dy = np.zeros(y.shape)
        dy[place] = 1.0
        _, dx = yield from layer.ask(forward(x), backward(dy))
        where = f"backward(1 at {[int(i) for i in place]}, else 0)"
        slack = 8 * current().eps * x[0, 0].size
        if (dx < 0).any() or abs(float(dx.sum()) - 1) > slack:
            yield _no_shares(where, dx, slack)
            return
        receivers = [tuple(int(i) for i in index) for index in np.argwhere(dx)]
        points = [_raised(x, index) for index in receivers]
        raised = (
            [definitions.value(context.layer_spec, point, values, context.conventions) for point in points]
            if trusted
            else (yield from layer.ask_all(forward(point) for point in points))
        )
        for index, risen in zip(receivers, raised, strict=True):
            # Raising a maximum of the window raises the output; raising anything else that is no larger does not.
            if not risen[place] > y[place]:
                yield failed(
                    f"{where} is {number(dx[index])} at {list(index)}, which is no maximum of the window",
                    expected="0 but for the window's maxima",
                    found=number(dx[index]),
                    hint="look for the maximum inside of the window, and remember its place for every window",
                    proof=Holds(
                        statement=Expression(
                            f"$0[{_text(index)}] == 0 or $1[{_text(place)}] > $2[{_text(place)}]", (dx, risen, y)
                        ),
                        text="an entry that is no maximum of the window should get no gradient",
                    ),
                )
                return
    yield passed()


def _no_shares(where: str, dx: Array, slack: float) -> Measurement:
    total, smallest = float(dx.sum()), float(dx.min())
    return failed(
        f"the entries of {where} add up to {number(total)}, the smallest one is {number(smallest)}, but should be "
        "shares of 1",
        expected="shares, none negative, that add up to 1",
        found=f"sum {number(total)}, smallest {number(smallest)}",
        hint="of several equal maxima choose one (np.argmax), or divide the gradient by their number",
        measured=abs(total - 1),
        tolerance=slack,
        proof=Holds(
            statement=Expression(f"np.all($0 >= 0) and abs($0.sum() - 1) <= {slack}", (dx,)),
            text="the input gradient should be shares of 1, none negative",
        ),
    )


def _text(index: tuple[Any, ...]) -> str:
    return ", ".join(str(int(i)) for i in index)


def _raised(x: Array, index: tuple[int, ...]) -> Array:
    higher = x.copy()
    higher[index] += 0.5
    return higher
