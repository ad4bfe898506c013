"""Phase: the distribution of random masks, with stated false-alarm rates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...sandbox import Asking
from ...specs import Case, Kind, Trait
from ..asking import forward, reseed
from ..context import Context
from ..law import Law, check
from ..measurement import failed, number, passed
from ..numerics.precision import current
from .chance import mean_square_bound, share_bound
from .contract import FORWARD
from .selection import has, mask_keeps

ROWS, COLUMNS = 200, 150


def _random(case: Case) -> bool:
    return has(Trait.RANDOM_MASK)(case)


def _kept(context: Context, shape: tuple[int, ...], salt: int = 0) -> Asking[NDArray[np.bool_]]:
    """Which entries of a new layer's output are not dropped."""
    layer = context.layer(context.rng(salt))
    _, y = yield from layer.ask(reseed(context.seed + salt), forward(np.ones(shape)))
    kept: NDArray[np.bool_] = y != 0
    return kept


@check("phase.mask-values", Kind.LAYER, when=_random, needs=FORWARD)
def mask_is_zero_or_scaled(context: Context) -> Law:
    """In the train phase every entry is either 0 or the input divided by the probability to keep it."""
    keep = mask_keeps(context.case.spec)
    rng = context.rng()
    layer = context.layer(rng)
    x = context.data(rng, (60, 40))
    y = yield from layer.ask(forward(x))
    right = x / keep
    wrong = (y != 0) & (np.abs(y - right) > 16 * current().eps * np.abs(right))
    if not wrong.any():
        yield passed()
        return
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    yield failed(
        f"forward(x){list(place)} = {number(y[place])} for an input of {number(x[place])}, "
        f"but should be 0 or {number(right[place])}",
        expected=f"0 or {number(right[place])}",
        found=number(y[place]),
        hint=f"kept entries are divided by the probability to keep a unit, {keep:g}",
        evidence={"factor": float(y[place] / x[place]), "expected factor": 1 / keep},
    )


@check("phase.mask-rate", Kind.LAYER, when=_random, needs=FORWARD)
def mask_keeps_the_declared_fraction(context: Context) -> Law:
    """Every unit is kept with the declared probability (false-alarm rate 1e-12)."""
    keep = mask_keeps(context.case.spec)
    kept = yield from _kept(context, (ROWS, COLUMNS))
    bound = share_bound(keep, kept.size)
    share = float(kept.mean())
    if abs(share - keep) <= bound:
        yield passed(abs(share - keep), bound)
        return
    swapped = abs(share - (1 - keep)) <= bound
    yield failed(
        f"{share:.1%} of the units are kept, but should be {keep:.1%}"
        + (": keep and drop are swapped" if swapped else ""),
        expected=f"{keep:.1%}",
        found=f"{share:.1%}",
        hint="the argument is the probability to keep a unit"
        if swapped
        else "compare a uniform random number with keep",
        measured=abs(share - keep),
        tolerance=bound,
    )


@check("phase.mask-elementwise", Kind.LAYER, when=_random, needs=("phase.mask-rate",))
def mask_is_drawn_per_entry(context: Context) -> Law:
    """Every entry has a mask of its own: rows, columns and channels are not dropped together."""
    keep = mask_keeps(context.case.spec)
    spread = keep * (1 - keep)
    for shape in ((ROWS, COLUMNS), (20, 15, 10, 10)):
        kept = (yield from _kept(context, shape, salt=1)).astype(float)
        for axis in range(len(shape)):
            # The mean of a line of n independent entries has variance keep (1-keep) / n; shared masks do not shrink it.
            line = kept.mean(axis=axis)
            variance, n = float(np.mean((line - keep) ** 2)), shape[axis]
            bound = mean_square_bound(keep, n, line.size)
            if variance > bound:
                yield failed(
                    f"entries along axis {axis} of an input of shape {shape} are dropped together",
                    expected=f"the kept share of such a line varies by {np.sqrt(spread / n):.2g}",
                    found=f"it varies by {np.sqrt(variance):.2g}",
                    hint="draw the mask with the shape of the input: np.random.rand(*input.shape) < keep",
                    measured=variance,
                    tolerance=bound,
                )
    yield passed()


@check("phase.mask-fresh", Kind.LAYER, when=_random, needs=FORWARD)
def every_forward_draws_a_new_mask(context: Context) -> Law:
    """Every forward in the train phase draws a new mask."""
    layer = context.layer(context.rng())
    ones = np.ones((ROWS, COLUMNS))
    first, second = yield from layer.ask(forward(ones), forward(ones))
    if np.array_equal(first, second):
        yield failed(
            "two forward passes drop the same units",
            expected="a new mask in every forward",
            found="the same mask twice",
            hint="draw the mask in forward, without seeding, and not in __init__",
        )
    yield passed()
