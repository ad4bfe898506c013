"""Recurrence: the gradient of a sequence that begins with a carried state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ...specs import Case, Kind
from ..context import Context
from ..law import Level, check
from ..measurement import Measurement
from ..numerics.gradient import BlockChecker
from ..proof import Derivative
from .contract import BACKWARD
from .gradient import factors, judge
from .recurrence_parts import (
    Array,
    Step,
    beginning,
    flattened,
    incoming,
    layer_with,
    parameters,
    sequence,
    with_several_steps,
)


def _blocks(case: Case) -> tuple[str, ...]:
    del case
    return ("input", "parameters")


@check(
    "recurrence.truncated",
    Kind.LAYER,
    when=with_several_steps,
    level=Level.CORE,
    needs=("contract.gradients", *BACKWARD, "recurrence.halves"),
    quantities=_blocks,
)
def gradient_stops_at_the_boundary(context: Context, quantity: str) -> Iterator[Measurement]:
    """With memorize on, backward is the derivative of the latest sequence alone, with the carried state held fixed."""
    rng = context.rng()
    earlier, x = sequence(context, rng)[:2], sequence(context, rng)
    start, apart, together = flattened(parameters(context))

    # A fresh layer each time, so that all begin with the same state: that of the earlier sequence.
    opening: list[Step] = [*beginning(context, memory=True), ("forward", (earlier,))]
    remembering = [*opening, ("backward", (incoming(context, rng, earlier),)), ("forward", (x,))]

    def outputs(points: Sequence[Array]) -> list[Array]:
        """The latter part of both sequences in one piece: there the state is carried as well."""
        calls = [("forward", (np.concatenate([earlier, point]),)) for point in points]
        return [y[len(earlier) :] for y in layer_with(context).many(calls)]

    def outputs_with(points: Sequence[Array]) -> list[Array]:
        return [context.new().many([*opening, ("assign", (apart(point),)), ("forward", (x,))])[-1] for point in points]

    def of_input(v: Array) -> Array:
        gradient: Array = context.new().many([*remembering, ("backward", (v,))])[-1]
        return gradient

    def of_parameters(v: Array) -> Array:
        return together(context.new().many([*remembering, ("backward", (v,)), ("gradients", ())])[-1])

    def prove(v: Array, found: Array, expected: Array) -> Derivative:
        name = ""
        if quantity == "parameters":  # a snippet shows the one that is wrong by most
            pieces, slopes = apart(found), apart(expected)
            name = max(pieces, key=lambda each: float(np.abs(pieces[each] - slopes[each]).max()))
            found, expected = pieces[name], slopes[name]
        return Derivative(
            block=name, arguments=(x,), cotangent=v, target=None, found=found, expected=expected, continues=True
        )

    if quantity == "input":
        checker = BlockChecker(outputs, of_input, x, rng)
    else:
        checker = BlockChecker(outputs_with, of_parameters, start, rng)
    yield from judge(f"the gradient of the {quantity} after a carried state", checker, factors(context.case), prove)
