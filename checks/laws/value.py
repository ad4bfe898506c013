"""Value: forward equals the mathematical definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ...sandbox import Asking, SubjectRaised
from ...specs import Case, Kind, LayerSpec, Phase, Trait, Unsupported
from .. import definitions
from ..asking import backward, forward
from ..context import Context
from ..law import Law, Level, check
from ..measurement import agrees
from ..numerics.compare import Array, Estimate, estimate
from .contract import FORWARD, array_of_shape
from .selection import deterministic


def is_defined(case: Case) -> bool:
    """Cases with a definition of the output as a function of input and parameters (running statistics are neither)."""
    spec = case.spec
    if not isinstance(spec, LayerSpec) or not deterministic(case) or not definitions.is_defined(spec):
        return False
    return not (spec.has(Trait.BATCH_STATISTICS, Phase.TRAIN) and case.phase is Phase.TEST)


def without_mask(case: Case) -> bool:
    """Cases with such a definition that draw no mask."""
    return is_defined(case) and Trait.RANDOM_MASK not in case.spec.traits  # which the family `phase` looks at


def defined(context: Context, x: Array, parameters: Mapping[str, Array]) -> Estimate:
    """The definition of forward, by the conventions that the subject follows."""
    expected = definitions.forward(context.layer_spec, x, parameters, context.conventions)
    through = context.conventions.get(f"{context.case.spec.name()} output", "linear")
    return definitions.through_sigmoid(expected) if through == "sigmoid" else expected


@check("value.forward", Kind.LAYER, when=without_mask, level=Level.CORE, needs=FORWARD)
def forward_equals_the_definition(context: Context) -> Law:
    """Forward equals the mathematical definition at ordinary inputs."""
    for salt in range(2):
        rng = context.rng(salt)
        parameters = context.parameters(context.rng(salt))
        layer = context.layer(rng)
        x = context.data(rng) * (1.0, 3.0)[salt]
        expected = defined(context, x, parameters)
        y = yield from layer.ask(forward(x))
        yield agrees("forward(x)", y, expected, hint=f"the definition is: {context.case.spec.definition}")


class Extreme(NamedTuple):
    """What a layer answers at inputs of one size; of a backward that raises, the error."""

    where: str
    x: Array
    y: Any
    dx: Any


def at_extremes(context: Context) -> Asking[list[Extreme]]:
    """Passes at very large, very small and zero inputs, for all checks that look at them."""

    def ask(context: Context) -> Asking[list[Extreme]]:
        answers = []
        for salt, (low, high) in enumerate(((-1e4, 1e4), (-50.0, 50.0), (-1e-8, 1e-8))):
            rng = context.rng(salt)
            layer = context.layer(rng)
            x = rng.uniform(low, high, size=context.case.input_shape)
            if not context.layer_spec.has(Trait.NORMALISES, context.case.phase):
                x.ravel()[: x.size // 4] = 0.0
            elif high < 1:
                continue  # an input without variance: epsilon decides, which the definition leaves open
            y = yield from layer.ask(forward(x))
            try:
                dx: Any = yield from layer.ask(backward(context.incoming(rng)))
            except (SubjectRaised, Unsupported) as error:
                dx = error
            answers.append(Extreme(f"for entries of x in [{low:g}, {high:g}]", x, y, dx))
        return answers

    return context.once("value.extreme", ask)


@check("value.extreme", Kind.LAYER, when=without_mask, needs=("value.forward",))
def forward_is_right_at_extreme_inputs(context: Context) -> Law:
    """Forward is finite and equals the definition at very large, very small and zero inputs."""
    hint = "rearrange the formula so that no intermediate result overflows (softmax: subtract the row's maximum first)"
    for salt, one in enumerate((yield from at_extremes(context))):
        name = f"forward(x) {one.where}"
        yield array_of_shape(name, one.y, context.layer_spec.output_shape(one.x.shape), hint=hint)
        yield agrees(name, np.asarray(one.y), defined(context, one.x, context.parameters(context.rng(salt))), hint=hint)


def _normalises(case: Case) -> bool:
    return isinstance(case.spec, LayerSpec) and case.spec.has(Trait.BATCH_STATISTICS, case.phase)


@check("value.constant", Kind.LAYER, when=_normalises, needs=("value.forward",))
def constant_channel_becomes_the_bias(context: Context) -> Law:
    """A channel that is constant over the batch becomes the bias, and backward stays finite."""
    rng = context.rng()
    bias = context.parameters(context.rng())["bias"][0]
    layer = context.layer(rng)
    x = context.data(rng)
    x[:, 0] = 0.0
    hint = "add an epsilon to the variance, so that a variance of 0 does not divide by 0"
    found = yield from layer.ask(forward(x))
    yield array_of_shape("forward(x) with a constant channel", found, x.shape, hint=hint)
    expected = np.full(found[:, 0].shape, bias)
    yield agrees("forward(x)[:, 0]", found[:, 0], estimate(expected, expected, 4), hint=hint)
    dx = yield from layer.ask(backward(context.incoming(rng)))
    yield array_of_shape("backward(dy) with a constant channel", dx, x.shape, hint=hint)
