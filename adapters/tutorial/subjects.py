"""From a spec to a subject of the tutorial's classes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ...specs import (
    Constant,
    Conv,
    Dropout,
    FullyConnected,
    InitializerSpec,
    LayerSpec,
    LossSpec,
    NeuralNetwork,
    Pooling,
    Sgd,
    SoftMax,
    Spec,
    Unsupported,
)
from ..class_api.components import CourseLoss
from ..class_api.layers import CourseLayer
from ..seeding import preserved_random_state
from .dropout import TutorialDropout
from .initializing import TutorialInitializer
from .layers import PlainLayer, TutorialConv, TutorialFullyConnected
from .network import TutorialNetwork

Find = Callable[[str], Any]
"""From a component's name to the submission's class; None where there is none."""


class TutorialLoss(CourseLoss):
    """The fused loss."""

    def code_templates(self) -> dict[str, str]:
        """None: what is defined in cells cannot be imported."""
        return {}


def build(spec: Spec, find: Find) -> Any:  # noqa: PLR0911 - one for each kind
    """The subject of a spec, or None where the submission lacks the component.

    Raises:
        Unsupported: the course does not have what the configuration needs.
    """
    cls = find(spec.name())
    if cls is None:
        return None
    if isinstance(spec, NeuralNetwork):
        return _network(spec, cls, find)
    match spec:
        case LayerSpec():
            return layer_subject(spec, cls, find)
        case LossSpec():
            return TutorialLoss(spec, cls())
        case Constant():
            return TutorialInitializer(spec, cls(spec.value))
        case InitializerSpec():
            return TutorialInitializer(spec, cls())
    return None


def layer_subject(spec: LayerSpec, cls: Any, find: Find, learning_rate: float | None = None) -> CourseLayer:
    """A layer; with a learning rate from the start, if one is given."""
    match spec:
        case FullyConnected():
            layer: TutorialFullyConnected | TutorialConv = TutorialFullyConnected(
                spec, partial(cls, spec.input_size, spec.output_size), find("He")
            )
        case Conv():
            stride: Any = _stride_that_works(spec, cls)
            layer = TutorialConv(spec, partial(cls, stride, spec.convolution_shape, spec.num_kernels), find("He"))
        case Pooling():
            return PlainLayer(spec, _pooling(spec, cls)())
        case Dropout():
            return TutorialDropout(spec, cls)
        case _:
            return PlainLayer(spec, cls())
    if learning_rate is not None:
        layer.attach_optimizer(learning_rate, 0.0)
    return layer


def _network(spec: NeuralNetwork, network_class: Any, find: Find) -> TutorialNetwork:
    """A network that ends with softmax and cross-entropy: together they are the fused loss."""
    *inner, last = spec.layers
    optimizer = spec.optimizer
    if not isinstance(last, SoftMax) or not isinstance(optimizer, Sgd) or optimizer.regularizer is not None:
        raise Unsupported("the tutorial's networks end with a softmax and update by plain gradient descent")
    parts = {name: find(name) for name in (*(layer.name() for layer in inner), "SoftMaxCrossEntropyLoss")}
    missing = [name for name, part in parts.items() if part is None]
    if missing:
        raise Unsupported(f"the submission has no {missing[0]}, which this configuration needs")
    layers = [layer_subject(layer, parts[layer.name()], find, optimizer.learning_rate) for layer in inner]
    return TutorialNetwork(spec, network_class, layers, parts["SoftMaxCrossEntropyLoss"]())


def _stride_that_works(spec: Conv, cls: Any) -> Any:
    """A pair; a single number where the layer takes no pair and both are equal."""
    if len(spec.stride_shape) != 2:
        return spec.stride_shape
    first, last = spec.stride_shape
    x = np.zeros((1, spec.convolution_shape[0], 8, 9))
    with preserved_random_state():
        try:
            cls(spec.stride_shape, spec.convolution_shape, spec.num_kernels, 0.0).forward(x)
        except Exception:  # what a layer raises in either form will be seen again when it is checked
            if first == last and _runs(lambda: cls(first, spec.convolution_shape, spec.num_kernels, 0.0).forward(x)):
                return first
    return spec.stride_shape


def _pooling(spec: Pooling, cls: Any) -> partial[Any]:
    """The constructor's call: by the parameters' names, or as the course has them; an early edition swaps the two."""
    windows, stride = spec.pooling_shape, spec.stride_shape
    try:
        names = [name.lower() for name in list(inspect.signature(cls).parameters)[:2]]
    except (TypeError, ValueError):
        names = []
    if names and "strid" in names[0]:
        return partial(cls, stride, windows)
    return partial(cls, windows, stride)


def _runs(call: Callable[[], Any]) -> bool:
    try:
        call()
    except Exception:  # the submission may raise anything
        return False
    return True
