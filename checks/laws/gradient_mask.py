"""Gradient: random masks, judged by the mask that forward has shown."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...specs import Kind, Question, Trait
from ..asking import backward, forward, reseed
from ..context import Context
from ..law import Law, Level, check
from ..measurement import agrees, failed, number, passed
from ..numerics.precision import current
from ..proof import Equal, Expression
from .contract import BACKWARD, close_to
from .gradient import factors
from .selection import has

Array = NDArray[np.float64]


@check("gradient.mask", Kind.LAYER, when=has(Trait.RANDOM_MASK), level=Level.CORE, needs=BACKWARD)
def backward_uses_the_mask_of_forward(context: Context) -> Law:
    """Backward multiplies the incoming gradient by the very mask, scaled alike, that forward has applied."""
    for salt in range(3):
        rng = context.rng(salt)
        layer = context.layer(rng)
        x, dy = context.data(rng), context.incoming(rng)
        y, dx = yield from layer.ask(forward(x), backward(dy))
        mask = np.where(y == 0, 0.0, y / x)
        expected = close_to(dy * mask, 16)
        rule = Expression("$0 * np.where($1 == 0, 0.0, $1 / $2)", (dy, y, x))
        proof = Equal(found=dx, expected=rule, value=dx, wanted=expected.value, bound=expected.bound)
        wrong_place = (dx == 0) != (mask == 0)
        if wrong_place.any():
            place = tuple(int(i) for i in np.argwhere(wrong_place)[0])
            yield failed(
                f"backward drops other units than forward: at {list(place)} forward's factor is {mask[place]:.6g}, "
                f"backward's {dx[place] / dy[place]:.6g}; {int(wrong_place.sum())} of {mask.size} entries differ",
                expected=f"{mask[place]:.6g}",
                found=f"{dx[place] / dy[place]:.6g}",
                hint="store the mask in forward and use the stored one in backward",
                proof=proof,
            )
        ratio = _shared_ratio(dx, expected.value)
        for name, value in {**factors(context.case), "-1": -1.0}.items():
            if ratio is not None and abs(ratio - value) < _sharp() * abs(value):
                yield failed(
                    f"backward(dy) is {name} times what it should be: it lacks or repeats the scaling of forward",
                    expected=number(float(np.abs(mask).max())),
                    found=number(float(np.abs(dx / dy).max())),
                    hint="forward multiplies by mask / keep, so backward must multiply by the same mask / keep",
                    evidence={"ratio": {"value": ratio, "reads": f"{name} times what it should be"}},
                    proof=proof,
                )
        difference = np.abs(dx - expected.value)
        if not (difference <= expected.bound).all():
            place = tuple(int(i) for i in np.unravel_index(int(difference.argmax()), difference.shape))
            yield failed(
                f"backward(dy){list(place)} = {dx[place]:.6g}, but dy times forward's factor is "
                f"{expected.value[place]:.6g}",
                expected=number(float(expected.value[place])),
                found=number(float(dx[place])),
                hint="backward must multiply the incoming gradient by the factor that forward has applied",
                proof=proof,
            )
    yield passed()
    yield from _mask_is_stored(context)


def _mask_is_stored(context: Context) -> Law:
    """Inputs that are 0 are kept or dropped like others; a mask read off the output's zeros gets them wrong."""
    rng = context.rng(3)
    layer = context.layer(rng)
    x, dy = context.data(rng), context.incoming(rng)
    x.ravel()[::2] = 0.0
    anew, draw = reseed(context.seed), forward(np.ones_like(x))
    asked: list[Question[Any]] = [anew, draw, anew, draw, anew, forward(x), backward(dy)]
    _, first, _, again, _, _, dx = yield from layer.ask_all(asked)
    if np.array_equal(first, again):  # else its generator cannot be reseeded from outside
        hint = "store the mask in forward; do not derive it from the zeros of the output"
        yield agrees(
            "backward(dy) where inputs are 0",
            dx,
            close_to(dy * first, 16),
            hint=hint,
            as_expected=Expression("$0 * $1", (dy, again)),
        )


def _shared_ratio(found: Array, expected: Array) -> float | None:
    """Found / expected, if it is one number but 1."""
    kept = expected != 0
    if not kept.any():
        return None
    ratios = found[kept] / expected[kept]
    shared = bool(np.ptp(ratios) <= _sharp() * np.abs(ratios).max())
    return float(ratios[0]) if shared and abs(ratios[0] - 1) > _sharp() else None


def _sharp() -> float:
    """Relative difference below which two ratios are the same."""
    return max(1e-9, 32 * current().eps)
