"""Regularization: the penalty that a layer with parts of its own reports."""

from __future__ import annotations

import numpy as np

from ...specs import Kind, Trait
from ..asking import attach_penalty, backward, forward, parameters, regularization_loss
from ..context import Context
from ..law import Law, check
from ..measurement import failed, number, passed
from ..numerics.precision import current
from ..proof import Expression, Holds
from .contract import BACKWARD
from .loss import finite_number
from .selection import has

# What may count: the course's `weights` are those of the cell alone, and where a bias is stacked it counts too.
COUNTED = tuple(
    (*cell, *output)
    for output in ((), ("output_weights",), ("output_weights", "output_bias"))
    for cell in (("weights",), ("weights", "bias"))
)
ALPHA = 0.375


@check("regularization.layer", Kind.LAYER, when=has(Trait.RECURRENT), needs=BACKWARD)
def layer_reports_its_penalty_once(context: Context) -> Law:
    """calculate_regularization_loss is the norm of the layer's weights, each counted once."""
    rng = context.rng()
    layer = context.layer(rng)
    x, dy = context.data(rng), context.incoming(rng)
    *_, found = yield from layer.ask(attach_penalty(ALPHA), forward(x), backward(dy), regularization_loss())
    yield finite_number("calculate_regularization_loss()", found)
    value = float(np.asarray(found, dtype=float).item())
    weights = yield from layer.ask(parameters())
    sums = {name: ALPHA * float(np.abs(array).sum()) for name, array in weights.items()}
    totals = {names: sum(sums[name] for name in names) for names in COUNTED}
    bound = 1e3 * current().eps * sum(sums.values())
    if any(abs(value - total) <= bound for total in totals.values()):
        yield passed()
        return
    twice = any(abs(value - 2 * total) <= bound for total in totals.values())
    reading = ": every weight counts twice" if twice else ": it contains no penalty" if abs(value) <= bound else ""
    expected = " or ".join(number(total) for total in dict.fromkeys(totals.values()))
    yield failed(
        f"calculate_regularization_loss() = {number(value)}, but should be {expected}{reading}",
        expected=expected,
        found=number(value),
        hint="return optimizer.regularizer.norm(weights), of the cell's weights, or of the cell's and the output's",
        proof=Holds(
            statement=Expression(f"np.isclose($0, {sorted(set(totals.values()))}, rtol=1e-9).any()", (found,)),
            text="the loss should be the penalty of the weights, each counted once",
        ),
    )
