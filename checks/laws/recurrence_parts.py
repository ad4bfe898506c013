"""What the laws about recurrent layers share: layers with a memory, sequences, comparisons."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from ...sandbox import RemoteSubject
from ...specs import Case, Trait
from ..asking import assign, memorize, set_phase
from ..context import Context
from ..measurement import SEEN
from ..numerics.compare import Estimate
from ..numerics.precision import current
from .selection import has
from .value import defined

Array = NDArray[np.float64]

recurrent = has(Trait.RECURRENT)
"""Cases of recurrent layers."""


def with_several_steps(case: Case) -> bool:
    """Cases of recurrent layers in which time passes."""
    return recurrent(case) and case.input_shape[0] > 1


def parameters(context: Context) -> dict[str, Array]:
    """The parameters of every layer that `layer_with` makes."""
    return context.parameters(context.rng(1))


def layer_with(context: Context, *, memory: bool | None = None) -> RemoteSubject:
    """A fresh layer, always with the same drawn parameters; None leaves the memory as constructed."""
    layer = context.new()
    layer.begin_with([assign(parameters(context)), set_phase(context.case.phase)])
    if memory is not None:
        layer.begin_with([memorize(memory)])
    return layer


def sequence(context: Context, rng: np.random.Generator, more: int = 0) -> Array:
    """A sequence with so many steps more than the case's."""
    return context.data(rng, (context.case.input_shape[0] + more, *context.case.input_shape[1:]))


def incoming(context: Context, rng: np.random.Generator, x: Array) -> Array:
    """An incoming gradient for the output of the sequence."""
    return context.incoming(rng, context.layer_spec.output_shape(x.shape))


def with_rounding(context: Context, found: Array, x: Array) -> Estimate:
    """What forward returned for the whole of `x`, with the rounding that another way to compute it may show."""
    return Estimate(found, 2.0 * defined(context, x, parameters(context)).error)


def gently(context: Context, layer: RemoteSubject) -> None:
    """Let a layer begin with halved parameters, so that no activation saturates."""
    layer.begin_with([assign({name: 0.5 * value for name, value in parameters(context).items()})])


def telling(context: Context) -> tuple[dict[str, Array], Array, Array]:
    """Gentle parameters, a sequence of three equal steps, and the same with another first step.

    What was fades, in float32 now and then below what rounding hides. So the data is drawn again until the definition
    shows the past ten times as clearly as `same` can see. In float32 one draw in eight fails at that: twenty never do.
    """
    shown: list[tuple[float, dict[str, Array], Array, Array]] = []
    for salt in range(20):
        drawn = {name: 0.5 * value for name, value in context.parameters(context.rng(2 * salt + 1)).items()}
        x = np.repeat(sequence(context, context.rng(2 * salt))[:1], 3, axis=0)
        other = np.concatenate([x[:1] + 1.0, x[1:]])
        y, changed = (defined(context, each, drawn).value for each in (x, other))
        past = min(float(np.abs(y[1] - y[0]).max()), float(np.abs(changed[2] - y[2]).max()))
        shown.append((past / float(np.abs(y).max()), drawn, x, other))
        if shown[-1][0] > 10 * SEEN * current().eps:
            break
    _, drawn, x, other = max(shown, key=lambda item: item[0])
    return drawn, x, other


Blocks = tuple[Array, Callable[[Array], dict[str, Array]], Callable[[Mapping[str, Array]], Array]]


def flattened(values: dict[str, Array]) -> Blocks:
    """All parameters as one vector; the way back to the parameters; the way from gradients to a vector."""
    names, ends = list(values), np.cumsum([value.size for value in values.values()])[:-1]

    def apart(vector: Array) -> dict[str, Array]:
        pieces = zip(names, np.split(vector, ends), strict=True)
        return {name: piece.reshape(values[name].shape) for name, piece in pieces}

    def together(found: Mapping[str, Array]) -> Array:
        return np.concatenate([found[name].ravel() for name in names])

    return together(values), apart, together
