"""Gradient: at the ends of the range of inputs."""

from __future__ import annotations

from ...specs import Kind
from ..context import Context
from ..law import Law, check
from .contract import BACKWARD, array_of_shape
from .selection import full_in_training
from .value import at_extremes, without_mask


@check("gradient.extreme", Kind.LAYER, when=without_mask, level=full_in_training, needs=("value.extreme", *BACKWARD))
def backward_is_finite_at_extreme_inputs(context: Context) -> Law:
    """Backward is finite at very large, very small and zero inputs."""
    for one in (yield from at_extremes(context)):
        if isinstance(one.dx, Exception):
            raise one.dx
        yield array_of_shape(
            f"backward(dy) after forward(x) {one.where}",
            one.dx,
            one.x.shape,
            hint="express the derivative by forward's result, as y * (1 - y), where inf / inf cannot occur",
        )
