"""Recurrence: the gradient of a sequence that begins with a carried state."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ...sandbox import Asking
from ...specs import Case, Kind
from .. import definitions
from ..asking import assign, backward, forward, gradients
from ..context import Context
from ..law import Law, Level, check
from ..numerics.compare import Estimate
from ..proof import Derivative
from .contract import BACKWARD
from .gradient import factors
from .gradient_claim import Claim
from .gradient_judging import Gradient, Prove, Reference, judge
from .recurrence_parts import (
    Array,
    flattened,
    incoming,
    layer_with,
    parameters,
    sequence,
    with_several_steps,
)
from .value import defined, is_defined


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
def gradient_stops_at_the_boundary(context: Context, quantity: str) -> Law:
    """With memorize on, backward is the derivative of the latest sequence alone, with the carried state held fixed."""
    rng = context.rng()
    earlier, x = sequence(context, rng)[:2], sequence(context, rng)
    start, apart, together = flattened(parameters(context))

    # A fresh layer each time, so that all begin with the same state: that of the earlier sequence.
    first, of_first, later = forward(earlier), backward(incoming(context, rng, earlier)), forward(x)
    of_input = quantity == "input"

    def passes(cotangents: Sequence[Array]) -> Asking[list[tuple[Array, Array]]]:
        found = []
        for v in cotangents:
            layer = layer_with(context, memory=True)
            _, _, y, dx, slopes = yield from layer.ask(first, of_first, later, backward(v), gradients())
            found.append((y, dx if of_input else together(slopes)))
        return found

    def answers(other: Context, points: Sequence[Array]) -> Asking[list[Array]]:
        if of_input:  # the latter part of both sequences in one piece: there the state is carried as well
            whole = yield from layer_with(other).ask_all([forward(np.concatenate([earlier, each])) for each in points])
            return [y[len(earlier) :] for y in whole]
        found = []
        for point in points:
            layer = layer_with(other, memory=True)
            _, _, y = yield from layer.ask(first, assign(apart(point)), later)
            found.append(y)
        return found

    def decoy(drawn: np.random.Generator) -> Array:
        return sequence(context, drawn) if of_input else together(context.parameters(drawn))

    judged = Gradient(
        name=f"the gradient of the {quantity} after a carried state",
        block=x if of_input else start,
        claim=Claim(passes),
        reference=_reference(context, earlier, x, None if of_input else apart),
        answers=answers,
        decoy=decoy,
        known=factors(context.case),
        prove=_prove(x, None if of_input else apart),
    )
    yield from judge(context, judged, rng)


def _prove(x: Array, apart: Callable[[Array], dict[str, Array]] | None) -> Prove:
    """The proof about the input, or about one parameter: a snippet shows the one that is wrong by most."""

    def prove(v: Array, found: Array, expected: Array) -> Derivative:
        name = ""
        if apart is not None:
            pieces, slopes = apart(found), apart(expected)
            name = max(pieces, key=lambda each: float(np.abs(pieces[each] - slopes[each]).max()))
            found, expected = pieces[name], slopes[name]
        return Derivative(
            block=name, arguments=(x,), cotangent=v, target=None, found=found, expected=expected, continues=True
        )

    return prove


def _reference(
    context: Context, earlier: Array, x: Array, apart: Callable[[Array], dict[str, Array]] | None
) -> Reference | None:
    """The definition of the later sequence as a function of its input, or of all parameters; the state is fixed."""
    spec, values = context.layer_spec, parameters(context)
    if not is_defined(context.case):
        return None
    _, state = definitions.walk(spec, earlier, values, context.conventions)

    def evaluate(points: Sequence[Array]) -> list[Array]:
        pairs = [(point, values) if apart is None else (x, apart(point)) for point in points]
        return [definitions.walk(spec, given, own, context.conventions, state)[0] for given, own in pairs]

    whole = defined(context, np.concatenate([earlier, x]), values)
    expected = Estimate(whole.value[len(earlier) :], whole.error[len(earlier) :])
    return Reference(evaluate=evaluate, expected=expected)
