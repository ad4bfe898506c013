"""Contract: data of float32 stays float32."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ...specs import Case, Kind, Unsupported
from ...wall import RemoteSubject
from ..bench import Bench
from ..law import Level, check
from ..measurement import Measurement, failed, passed
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
    """`value`, as it has crossed the wall, is of float32; a number has no type any more."""
    if not isinstance(value, np.ndarray) or value.dtype == np.float32:
        return passed()
    return failed(
        f"{name} has dtype {value.dtype}, but should have float32 as what it is computed from",
        expected="float32",
        found=str(value.dtype),
        hint=HINT,
    )


def _latest(subject: RemoteSubject) -> Any:
    """What the latest call returned, before it was widened."""
    return subject.transcript[-1].value


def _all_stay(name: str, values: Any) -> Iterator[Measurement]:
    if isinstance(values, Mapping):
        for key, value in values.items():
            yield _stays(name.format(key), value)


@check("contract.dtype", Kind.LAYER, when=_single, level=Level.STRICT, needs=BACKWARD)
def float32_stays_float32(bench: Bench) -> Iterator[Measurement]:
    """With data and parameters of float32, outputs, gradients and updated parameters are float32 as well."""
    rng = bench.rng()
    layer = bench.layer(rng)
    layer.forward(bench.data(rng))
    yield _stays("forward(x)", _latest(layer))
    layer.backward(bench.incoming(rng))
    yield _stays("backward(dy)", _latest(layer))
    if not bench.layer_spec.parameters():
        return
    layer.gradients()
    yield from _all_stay("the gradient of {}", _latest(layer))
    if not trainable(bench.case):
        return
    try:
        layer.attach_optimizer(0.125, 0.75)
    except Unsupported:  # some know plain gradient descent alone
        try:
            layer.attach_optimizer(0.125, 0.0)
        except Unsupported:
            return
    for _ in range(2):
        layer.forward(bench.data(rng))
        layer.backward(bench.incoming(rng))
    layer.parameters()
    yield from _all_stay("{} after two steps of an optimizer", _latest(layer))


@check(
    "contract.loss-dtype",
    Kind.LOSS,
    when=_single,
    level=Level.STRICT,
    needs=("contract.loss-backward",),
)
def the_gradient_of_a_loss_stays_float32(bench: Bench) -> Iterator[Measurement]:
    """With a prediction and a target of float32, the gradient is float32 as well."""
    rng = bench.rng()
    loss, target = bench.new(), bench.target(rng)
    loss.forward(bench.data(rng), target)
    loss.backward(target)
    yield _stays("backward(target)", _latest(loss))


@check("contract.optimizer-dtype", Kind.OPTIMIZER, when=_single, level=Level.STRICT, needs=("contract.constructs",))
def updated_weights_stay_float32(bench: Bench) -> Iterator[Measurement]:
    """With weights and gradients of float32, the new weights are float32 as well, also in later steps."""
    rng = bench.rng()
    optimizer, weights = bench.new(), np.asarray(bench.data(rng))
    for step in range(3):
        weights = optimizer.update(weights, np.asarray(bench.data(rng)))
        yield _stays(f"the result of update {step + 1}", _latest(optimizer))


@check("contract.regularizer-dtype", Kind.REGULARIZER, when=_single, level=Level.STRICT, needs=("contract.constructs",))
def the_gradient_of_a_penalty_stays_float32(bench: Bench) -> Iterator[Measurement]:
    """With weights of float32, the penalty's gradient is float32 as well."""
    regularizer = bench.new()
    regularizer.gradient(bench.data(bench.rng()))
    yield _stays("calculate_gradient(w)", _latest(regularizer))


@check("contract.network-dtype", Kind.NETWORK, when=_single, level=Level.STRICT, needs=("contract.network",))
def networks_stay_float32(bench: Bench) -> Iterator[Measurement]:
    """With data and parameters of float32, predictions, gradients and updated parameters are float32 as well."""
    network, x, _, _ = prepared(bench, bench.rng())
    for _ in range(2):
        network.forward()
        network.backward()
    network.gradients()
    yield from _all_stay("the gradient of {}", _latest(network))
    network.parameters()
    yield from _all_stay("{} after two steps of the optimizer", _latest(network))
    network.test(x)
    yield _stays("test(x)", _latest(network))
