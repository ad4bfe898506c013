"""Contract: backward, the gradients of parameters included, is linear in the incoming gradient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...specs import Kind
from ..context import Context
from ..definitions import Normalised
from ..law import Law, check
from ..measurement import agrees
from ..numerics.compare import Array, Estimate
from ..numerics.linearity import Linear, combined, nearby, noise_of, size_of_terms
from ..proof import Expression
from ..results import Verdict
from .contract import BACKWARD, array_of_shape
from .contract_state import GRADIENT, gradient_of, passes
from .gradient_judging import agrees_with
from .selection import core_in_training, deterministic, trainable
from .value import defined, is_defined


@check("contract.linear", Kind.LAYER, when=deterministic, level=core_in_training, needs=BACKWARD)
def backward_is_linear(context: Context) -> Law:
    """Backward and the gradients of parameters are linear in the incoming gradient: b(2 v + 3 w) = 2 b(v) + 3 b(w)."""
    rng = context.rng()
    layer = context.layer(rng)
    x, v, w = context.data(rng), context.incoming(rng), context.incoming(rng)
    answers = yield from passes(layer, context.seed, *((x, dy) for dy in (v, w, combined(v, w))))
    y = next(call.value for call in layer.transcript if call.method == "forward")
    parameters = context.parameters(context.rng())
    blocks = {GRADIENT: x} | {gradient_of(name): value for name, value in parameters.items()}
    cancelling = _cancelling(context, x, parameters, y)
    laws = {}
    for block, name in zip(("", *parameters), blocks, strict=True):
        first, *others = (array_of_shape(name, answer.get(name), blocks[name].shape) for answer in answers)
        if block and first.verdict is not Verdict.PASSED:
            continue  # as in `contract.gradients`
        yield from others
        of_v, of_w, of_both = (answer[name] for answer in answers)
        rounding = _rounding(cancelling, block, (2.0 * v, 3.0 * w, combined(v, w)), y)
        law = Linear(of_v, of_w, of_both, rounding=rounding)
        if name == GRADIENT or not trainable(context.case) or law.of_calls_alone().broken():
            laws[name] = law  # a sum over the calls is the matter of `contract.accumulation`
    if any(law.broken() for law in laws.values()):  # seldom: only then is it measured how exact backward is
        again, *near = yield from passes(layer, context.seed, *((x, other) for other in (v, *nearby(v, rng))))
        for name, law in laws.items():
            if np.all(np.abs(again[name] - law.of_v) <= law.bound):  # else it depends on what was asked before
                noise = noise_of([other[name] for other in near], law.of_v)
                laws[name] = law.allowing(noise, size_of_terms(y, v, w, blocks[name]))
    for name, law in laws.items():
        yield agrees(
            "backward(2 v + 3 w)" if name == GRADIENT else f"{name} after backward(2 v + 3 w)",
            law.of_both,
            Estimate(law.expected, np.zeros_like(law.of_v), law.bound),
            hint="the incoming gradient must enter backward as a factor of every term, and only once",
            as_expected=Expression("2.0 * $0 + 3.0 * $1", (law.of_v, law.of_w)),
        )


def _cancelling(context: Context, x: Array, parameters: Mapping[str, Array], y: Array) -> Normalised | None:
    """The definition, where large terms cancel in its gradients."""
    if not is_defined(context.case):
        return None
    expected = defined(context, x, parameters)
    return expected if isinstance(expected, Normalised) and agrees_with(y, expected) else None


def _rounding(cancelling: Normalised | None, block: str, cotangents: Sequence[Array], y: Array) -> Array | None:
    """By how much right gradients of a block for these incoming gradients may be off together."""
    if cancelling is None:
        return None
    error: Array = np.sum([cancelling.gradient_error(block, v, y) for v in cotangents], axis=0)
    return error
