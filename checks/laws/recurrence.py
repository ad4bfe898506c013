"""Recurrence: time passes in one direction, and what was reaches what comes, forward and backward."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...specs import Kind
from ..asking import assign, backward, forward, gradients
from ..context import Context
from ..law import Law, Level, check
from ..measurement import agrees, failed, number, passed, same
from ..numerics.precision import current
from ..proof import Expression, Holds
from .contract import BACKWARD, FORWARD
from .recurrence_parts import Array, gently, incoming, layer_with, recurrent, sequence, telling, with_rounding


@check("recurrence.causal", Kind.LAYER, when=recurrent, level=Level.CORE, needs=FORWARD)
def outputs_do_not_know_the_future(context: Context) -> Law:
    """An output does not depend on later inputs, nor on how many there are."""
    rng = context.rng()
    layer = layer_with(context)
    x = sequence(context, rng, 2)
    y = with_rounding(context, (yield from layer.ask(forward(x))), x)
    for step in range(1, len(x)):
        changed = np.concatenate([x[:step], sequence(context, rng, 2)[step:]])
        for name, given in (("with other inputs after it", changed), ("without the inputs after it", x[:step])):
            found = yield from layer.ask(forward(given))
            yield agrees(
                f"the output up to step {step - 1}, {name},",
                found[:step],
                type(y)(y.value[:step], y.error[:step]),
                hint="output t may use the inputs 0 to t; walk through the sequence from its beginning",
                as_found=Expression(f"$0[:{step}]", (found,)),
                as_expected=Expression(f"$0[:{step}]", (y.value,)),
            )


@check("recurrence.state", Kind.LAYER, when=recurrent, level=Level.CORE, needs=FORWARD)
def the_past_matters(context: Context) -> Law:
    """Equal inputs at different steps give different outputs, and the first input reaches the last output."""
    layer = layer_with(context)
    drawn, x, other = telling(context)
    _, y = yield from layer.ask(assign(drawn), forward(x))
    hint = "carry the hidden state from each step to the next: it belongs to what the next step multiplies by weights"
    if _equal(y[1], y[0]):
        yield failed(
            "the outputs of the first two steps are equal for equal inputs, but should differ by the hidden state",
            expected="different outputs",
            found=f"{number(float(y[0].flat[0]))} twice",
            hint=hint,
            proof=Holds(
                statement=Expression("not np.allclose($0[1], $0[0], rtol=1e-12, atol=0)", (y,)),
                text="equal inputs at different steps should give different outputs",
            ),
        )
    changed = yield from layer.ask(forward(other))
    if _equal(changed[2], y[2]):
        yield failed(
            "the third output does not change with the first input, but should through the hidden state",
            expected="another output",
            found="the same output",
            hint=hint,
            proof=Holds(
                statement=Expression("not np.allclose($0[2], $1[2], rtol=1e-12, atol=0)", (changed, y)),
                text="the third output should change with the first input",
            ),
        )
    yield passed()


def _equal(one: np.ndarray[tuple[int, ...], np.dtype[np.float64]], other: object) -> bool:
    return same("", one, other, meaning="").verdict is passed().verdict


@check("recurrence.through-time", Kind.LAYER, when=recurrent, level=Level.CORE, needs=BACKWARD)
def errors_travel_back_in_time(context: Context) -> Law:
    """An error at one step reaches the inputs at and before that step, and none after it."""
    rng = context.rng()
    layer = layer_with(context)
    gently(context, layer)
    x = sequence(context, rng, 2)
    everywhere = incoming(context, rng, x)
    for step in range(len(x)):
        dy = np.where(np.arange(len(x))[:, None] == step, everywhere, 0.0)
        _, dx = yield from layer.ask(forward(x), backward(dy))
        largest = np.abs(dx).max(axis=1)
        wrong = np.flatnonzero(largest[step + 1 :] > 1e3 * current().eps * largest.max())
        if wrong.size:
            later = int(step + 1 + wrong[0])
            yield failed(
                f"an error at step {step} alone gives the input of step {later} a gradient of size "
                f"{number(float(largest[later]))}, but should give it 0",
                expected="0",
                found=number(float(largest[later])),
                hint="walk back from the last step; what a step hands to the one before must not reach those after it",
                proof=Holds(
                    statement=Expression(f"np.allclose($0[{later}], 0, atol=1e-12)", (dx,)),
                    text=f"an error at step {step} should not reach the input of step {later}",
                ),
            )
        if not largest[: step + 1].all():
            earlier = int(np.flatnonzero(largest[: step + 1] == 0)[0])
            yield failed(
                f"an error at step {step} gives the input of step {earlier} no gradient, but should",
                expected="a gradient other than 0",
                found="0",
                hint="add the gradient that comes back from the hidden state of the next step to the one of the output",
                proof=Holds(
                    statement=Expression(f"np.any($0[{earlier}] != 0)", (dx,)),
                    text=f"an error at step {step} should reach the input of step {earlier}",
                ),
            )
    yield passed()


@check("recurrence.lengths", Kind.LAYER, when=recurrent, needs=BACKWARD)
def lengths_may_vary(context: Context) -> Law:
    """The length of the sequence may change from call to call; a single step is a sequence as well."""
    rng = context.rng()
    used = layer_with(context)
    for steps in (context.case.input_shape[0] + 2, 1, context.case.input_shape[0] + 1, 1):
        x = sequence(context, rng, 2)[:steps]
        dy, fresh = incoming(context, rng, x), layer_with(context)
        asked = (forward(x), backward(dy), gradients())
        y, dx, found = yield from used.ask(*asked)
        expected_y, expected_dx, expected = yield from fresh.ask(*asked)
        results: dict[str, tuple[Any, Array]] = {"forward(x)": (y, expected_y), "backward(dy)": (dx, expected_dx)}
        results |= {f"the gradient of {name}": (found.get(name), value) for name, value in expected.items()}
        for name, (one, other) in results.items():
            yield same(
                f"{name} of {steps} step{'s' if steps > 1 else ''}",
                one,
                other,
                meaning="a sequence depends on the length of an earlier one",
                hint="take the number of steps from the input in every forward; begin lists and caches anew",
            )
