"""Contract: data of float32 stays float32."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...sandbox import RemoteSubject
from ...specs import Case, Kind, Unsupported
from ..asking import (
    attach_optimizer,
    backward,
    forward,
    gradients,
    loss_backward,
    loss_forward,
    network_backward,
    network_forward,
    parameters,
    penalty_gradient,
    test,
    update,
)
from ..context import Context
from ..law import Law, Level, check
from ..measurement import Measurement, failed, passed
from ..proof import Expression, Holds
from .contract import BACKWARD
from .network_parts import prepared
from .selection import trainable

HINT = (
    "NumPy promotes float32 where it meets float64 arrays: make new arrays with the dtype of the input "
    "(np.zeros_like(x), np.ones(shape, x.dtype)) and let constants be Python numbers"
)


def _single(case: Case) -> bool:
    return case.dtype == "float32"


def _stays(name: str, value: Any) -> Measurement:
    """`value`, as it has come out of the sandbox, is of float32; a number has no type any more."""
    if not isinstance(value, np.ndarray) or value.dtype == np.float32:
        return passed()
    return failed(
        f"{name} has dtype {value.dtype}, but should have float32 as what it is computed from",
        expected="float32",
        found=str(value.dtype),
        hint=HINT,
        proof=Holds(statement=Expression("$0.dtype == np.float32", (value,)), text=f"{name} should have dtype float32"),
    )


def _latest(subject: RemoteSubject) -> Any:
    """What the latest call returned, before it was widened."""
    return subject.transcript[-1].value


def _all_stay(name: str, values: Any) -> Law:
    if isinstance(values, Mapping):
        for key, value in values.items():
            yield _stays(name.format(key), value)


@check("contract.dtype", Kind.LAYER, when=_single, level=Level.STRICT, needs=BACKWARD)
def float32_stays_float32(context: Context) -> Law:
    """With data and parameters of float32, outputs, gradients and updated parameters are float32 as well."""
    rng = context.rng()
    layer = context.layer(rng)
    yield from layer.ask(forward(context.data(rng)))
    yield _stays("forward(x)", _latest(layer))
    yield from layer.ask(backward(context.incoming(rng)))
    yield _stays("backward(dy)", _latest(layer))
    if not context.layer_spec.parameters():
        return
    yield from layer.ask(gradients())
    yield from _all_stay("the gradient of {}", _latest(layer))
    if not trainable(context.case):
        return
    try:
        yield from layer.ask(attach_optimizer(0.125, 0.75))
    except Unsupported:  # some know plain gradient descent alone
        try:
            yield from layer.ask(attach_optimizer(0.125, 0.0))
        except Unsupported:
            return
    one, two = ((forward(context.data(rng)), backward(context.incoming(rng))) for _ in range(2))
    yield from layer.ask(*one, *two, parameters())
    yield from _all_stay("{} after two steps of an optimizer", _latest(layer))


@check(
    "contract.loss-dtype",
    Kind.LOSS,
    when=_single,
    level=Level.STRICT,
    needs=("contract.loss-backward",),
)
def the_gradient_of_a_loss_stays_float32(context: Context) -> Law:
    """With a prediction and a target of float32, the gradient is float32 as well."""
    rng = context.rng()
    loss, target = context.new(), context.target(rng)
    yield from loss.ask(loss_forward(context.data(rng), target), loss_backward(target))
    yield _stays("backward(target)", _latest(loss))


@check("contract.optimizer-dtype", Kind.OPTIMIZER, when=_single, level=Level.STRICT, needs=("contract.constructs",))
def updated_weights_stay_float32(context: Context) -> Law:
    """With weights and gradients of float32, the new weights are float32 as well, also in later steps."""
    rng = context.rng()
    optimizer, weights = context.new(), np.asarray(context.data(rng))
    for step in range(3):
        weights = yield from optimizer.ask(update(weights, np.asarray(context.data(rng))))
        yield _stays(f"the result of update {step + 1}", _latest(optimizer))


@check("contract.regularizer-dtype", Kind.REGULARIZER, when=_single, level=Level.STRICT, needs=("contract.constructs",))
def the_gradient_of_a_penalty_stays_float32(context: Context) -> Law:
    """With weights of float32, the penalty's gradient is float32 as well."""
    regularizer = context.new()
    yield from regularizer.ask(penalty_gradient(context.data(context.rng())))
    yield _stays("calculate_gradient(w)", _latest(regularizer))


@check("contract.network-dtype", Kind.NETWORK, when=_single, level=Level.STRICT, needs=("contract.network",))
def networks_stay_float32(context: Context) -> Law:
    """With data and parameters of float32, predictions, gradients and updated parameters are float32 as well."""
    network, x, _, _ = yield from prepared(context, context.rng())
    step = network_forward(), network_backward()
    yield from network.ask(*step, *step, gradients())
    yield from _all_stay("the gradient of {}", _latest(network))
    yield from network.ask(parameters())
    yield from _all_stay("{} after two steps of the optimizer", _latest(network))
    yield from network.ask(test(x))
    yield _stays("test(x)", _latest(network))
