"""The same values by whole arrays and without error bounds: for derivatives, which need them at many points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import singledispatch

import numpy as np

from ...specs import (
    LSTM,
    RNN,
    Activation,
    BatchNormalization,
    Conv,
    Flatten,
    FullyConnected,
    LayerSpec,
    RecurrentSpec,
    SoftMax,
)
from ..numerics.compare import Array
from .convolution import paddings_before, turned
from .dispatch import ANY, Conventions, forward
from .normalisation import EPSILON

State = tuple[Array, ...]  # the hidden state first
Step = Callable[[Array, State], State]  # what the units receive, the state before -> the state after


@singledispatch
def value(spec: LayerSpec, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Array:
    """The value that `forward` defines; a definition is written for whole arrays only where it would take long."""
    return forward(spec, x, parameters, conventions).value


@value.register
def _(spec: Activation, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Array:
    return value(spec.equivalent(), x, parameters, conventions)


@value.register
def _(spec: FullyConnected, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Array:
    del spec, conventions
    result: Array = x @ parameters["weights"] + parameters["bias"]
    return result


@value.register
def _(spec: Conv, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Array:
    kernels = turned(parameters["weights"], x, conventions)
    axes = tuple(range(2, x.ndim))
    sizes, counts = kernels.shape[2:], spec.output_shape(x.shape)[2:]
    around = [(0, 0), (0, 0)]
    for axis, before in enumerate(paddings_before(kernels, x, conventions)):
        last = spec.stride_shape[axis] * (counts[axis] - 1) - before + sizes[axis]  # where the last window ends
        around.append((before, max(last - x.shape[2 + axis], 0)))
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(x, around), sizes, axis=axes)
    starts = (slice(0, stride * count, stride) for stride, count in zip(spec.stride_shape, counts, strict=True))
    met = windows[(slice(None), slice(None), *starts)]
    summed = (1, *range(x.ndim, met.ndim)), tuple(range(1, kernels.ndim))
    y = np.moveaxis(np.tensordot(met, kernels, axes=summed), -1, 1)
    result: Array = y + parameters["bias"].reshape(-1, *(1 for _ in axes))
    return result


@value.register
def _(spec: BatchNormalization, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Array:
    del spec
    axes, column = (0, *range(2, x.ndim)), (-1, *(1 for _ in range(2, x.ndim)))
    centred = x - x.mean(axis=axes, keepdims=True)
    variance = np.square(centred).mean(axis=axes, keepdims=True) + float(conventions.get(EPSILON, 0.0))
    normal = centred / np.sqrt(np.where(variance, variance, 1.0))
    result: Array = parameters["weights"].reshape(column) * normal + parameters["bias"].reshape(column)
    return result


@value.register
def _(spec: SoftMax, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Array:
    del spec, parameters, conventions
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    result: Array = powers / powers.sum(axis=-1, keepdims=True)
    return result


@value.register
def _(spec: Flatten, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Array:
    del spec, parameters, conventions
    return x.reshape(len(x), -1)


@value.register
def _(spec: RecurrentSpec, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Array:
    return walk(spec, x, parameters, conventions)[0]


@singledispatch
def walk(
    spec: LayerSpec,
    x: Array,
    parameters: Mapping[str, Array],
    conventions: Conventions = ANY,
    state: State | None = None,
) -> tuple[Array, State]:
    """The outputs for a sequence, and the state after it.

    Args:
        spec: the layer, a recurrent one.
        x: the sequence.
        parameters: in the spec's layout.
        conventions: tell what comes after the affine map of the hidden state.
        state: what an earlier sequence has left; None: all states start from zeros.
    """
    raise NotImplementedError(f"there is no definition of the state of {spec.name()}")


@walk.register
def _(
    spec: RecurrentSpec,
    x: Array,
    parameters: Mapping[str, Array],
    conventions: Conventions = ANY,
    state: State | None = None,
) -> tuple[Array, State]:
    if state is None:
        state = tuple(np.zeros(spec.hidden_size) for _ in range(1 if isinstance(spec, RNN) else 2))
    rows = []
    for element in x:
        units = np.concatenate([element, state[0]]) @ parameters["weights"] + parameters["bias"]
        state = after_step(spec, units, state)
        rows.append(state[0] @ parameters["output_weights"] + parameters["output_bias"])
    outputs = np.array(rows)
    return logistic(outputs) if ends_in_sigmoid(spec, conventions) else outputs, state


def ends_in_sigmoid(spec: LayerSpec, conventions: Conventions) -> bool:
    """Tell whether the outputs of a recurrent layer go through a sigmoid as well."""
    return conventions.get(f"{spec.name()} output", "linear") == "sigmoid"


@singledispatch
def after_step(spec: RecurrentSpec, units: Array, state: State) -> State:
    """The state after one element of a sequence, of which the units receive what `units` says."""
    raise NotImplementedError(f"there is no definition of {spec.name()}")


@after_step.register
def _(spec: RNN, units: Array, state: State) -> State:
    del spec, state
    return (np.tanh(units),)


@after_step.register
def _(spec: LSTM, units: Array, state: State) -> State:
    del spec
    received, forgets, gives, candidate = np.split(units, 4)
    cell = logistic(forgets) * state[1] + logistic(received) * np.tanh(candidate)
    return logistic(gives) * np.tanh(cell), cell


def logistic(x: Array) -> Array:
    """The logistic sigmoid; the exponential of a number above 0 is never taken."""
    power = np.exp(-np.abs(x))
    result: Array = np.where(x >= 0, 1.0, power) / (1.0 + power)
    return result
