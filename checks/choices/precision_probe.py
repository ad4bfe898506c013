"""Does a component compute in float32 although it is given float64? Probed before the plan, as conventions are.

Two signs count, and no third: it returns numbers of float32, as such or as float64; or one of its blocks of data may
be rounded to float32 without any change of its output, while a move by a unit of float32 does change it. Noise of any
other form is no sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...sandbox import RemoteSubject, SessionLike
from ...specs import InitializerSpec, LayerSpec, LossSpec, OptimizerSpec, Phase, RegularizerSpec, Spec
from ..asking import (
    assign,
    backward,
    forward,
    gradients,
    loss_backward,
    loss_forward,
    norm,
    penalty_gradient,
    reseed,
    set_phase,
)
from ..numerics.precision import FLOAT32, holds_float32

Array = NDArray[np.float64]
Blocks = Mapping[str, Array]


def computes_in_float32(session: SessionLike, spec_class: type[Spec]) -> bool:
    """Tell whether the component, in the configuration of its first case, computes in float32."""
    case = spec_class.plainest()
    blocks = _blocks(case.spec, case.input_shape)
    if not blocks:
        return False
    subject = session.build(case.spec)
    replies = _replies(subject, blocks)
    if subject.single or any(map(holds_float32, replies)):
        return True
    return any(_is_rounded(session, case.spec, blocks, name, replies[0]) for name in blocks)


def _is_rounded(session: SessionLike, spec: Spec, blocks: Blocks, name: str, first: Array) -> bool:
    """The output does not see what rounding the block takes away, but sees a unit of what is left."""
    rounded = FLOAT32.rounded(blocks[name])
    if not np.array_equal(_replies(session.build(spec), {**blocks, name: rounded})[0], first):
        return False
    moved = _replies(session.build(spec), {**blocks, name: rounded + FLOAT32.spacing(rounded)})[0]
    return first.size > 0 and float(np.mean(moved != first)) > 0.5


def _blocks(spec: Spec, shape: tuple[int, ...]) -> dict[str, Array]:
    """What the component is given, by name: numbers that float32 does not have. Initializers are given none."""
    rng = np.random.default_rng(0)
    if isinstance(spec, InitializerSpec):
        return {}
    blocks = {"x": rng.uniform(0.2, 0.8, size=shape)}
    if isinstance(spec, OptimizerSpec):
        blocks["gradient"] = rng.uniform(0.2, 0.8, size=shape)
    if isinstance(spec, LayerSpec):
        drawn = spec.parameters().items()
        blocks |= {name: rng.uniform(0.2, 0.8, size=parameter.shape) for name, parameter in drawn}
    return blocks


def _replies(subject: RemoteSubject, blocks: Blocks) -> list[Array]:
    """What the subject returns, the output first."""
    spec, rng, x = subject.spec, np.random.default_rng(1), blocks["x"]
    values: list[Any]
    if isinstance(spec, LayerSpec):
        dy = rng.uniform(0.2, 0.8, size=spec.output_shape(x.shape))
        parameters = {name: value for name, value in blocks.items() if name != "x"}
        first = [*([assign(parameters)] if parameters else []), set_phase(Phase.TRAIN), reseed(0)]
        *_, y, back, named = subject.many([*first, forward(x), backward(dy), gradients()])
        values = [y, back, *named.values()]
    elif isinstance(spec, LossSpec):
        target = np.eye(x.shape[-1])[rng.integers(x.shape[-1], size=len(x))]
        values = subject.many([loss_forward(x, target), loss_backward(target)])
    elif isinstance(spec, RegularizerSpec):
        values = subject.many([penalty_gradient(x), norm(x)])
    elif isinstance(spec, OptimizerSpec):
        values = [subject.update(x, blocks["gradient"])]
    else:
        values = [subject.test(x)]
    return [np.asarray(value, dtype=np.float64) for value in values]
