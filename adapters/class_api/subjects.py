"""From a spec to a subject: one table of classes and constructor arguments for every framework of the class API."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from ...specs import (
    Conv,
    FullyConnected,
    InitializerSpec,
    LayerSpec,
    LossSpec,
    ModelSpec,
    NetworkFile,
    NetworkSpec,
    OptimizerSpec,
    RecurrentSpec,
    RegularizerSpec,
    SoftMax,
    Spec,
    Unsupported,
)
from ..signatures import least_arguments
from .components import CourseInitializer, CourseLoss, CourseOptimizer, CourseRegularizer
from .conv import CourseConv
from .fully_connected import CourseFullyConnected
from .layers import CourseLayer
from .model import CourseModel
from .network import CourseNetwork
from .network_file import CourseNetworkFile
from .parameters import CourseParameters
from .recurrent import CourseRecurrent

Find = Callable[[str], Any]
"""From a component's name to the submission's class; None where there is none."""

ToLayer = Callable[[LayerSpec, "partial[Any]"], CourseLayer]
"""From a spec, and what constructs the submission's layer, to the subject."""

# Constructor arguments in the course's order; parameters are called differently by everybody, so they go by position.
# What is not listed takes the spec's arguments in their order.
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "Activation": ("function",),
    "AdaGrad": ("learning_rate",),
    "Adam": ("learning_rate", "mu", "rho"),
    "BatchNormalization": ("channels",),
    "Constant": ("value",),
    "Conv": ("stride_shape", "convolution_shape", "num_kernels"),
    "CrossEntropyLoss": (),
    "Dropout": ("keep",),
    "Flatten": (),
    "FullyConnected": ("input_size", "output_size"),
    "He": (),
    "Identity": (),
    "L2Loss": (),
    "L1_Regularizer": ("alpha",),
    "L2_Regularizer": ("alpha",),
    "LinearOutput": (),
    "MeanSquaredError": (),
    "Normal": ("stddev",),
    "Pooling": ("stride_shape", "pooling_shape"),
    "LSTM": ("input_size", "hidden_size", "output_size"),
    "RNN": ("input_size", "hidden_size", "output_size"),
    "ReLU": (),
    "Sgd": ("learning_rate",),
    "SgdWithMomentum": ("learning_rate", "momentum_rate"),
    "Sigmoid": (),
    "SoftMax": (),
    "SoftMaxCrossEntropyLoss": (),
    "SoftmaxOutput": (),
    "TanH": (),
    "UniformRandom": (),
    "Xavier": (),
}


def to_layer(spec: LayerSpec, make: partial[Any]) -> CourseLayer:
    """A layer whose parameters may be stored in any of the ways met in practice."""
    if isinstance(spec, FullyConnected):
        return CourseFullyConnected(spec, make)
    if isinstance(spec, Conv):
        return CourseConv(spec, make)
    if isinstance(spec, RecurrentSpec):
        return CourseRecurrent(spec, make)
    layer = make()
    if isinstance(spec, SoftMax) and least_arguments(layer.forward) > 1:
        raise Unsupported("SoftMax.forward takes the labels as well: in the edition of 2018/19 it is a loss")
    return (CourseParameters if spec.parameters() else CourseLayer)(spec, layer, _arguments(spec))


def build(spec: Spec, find: Find, layer: ToLayer = to_layer) -> Any:  # noqa: PLR0911 - one for each kind
    """The subject of a spec, or None where the submission lacks the component.

    Args:
        spec: the configured component.
        find: where the submission's classes are.
        layer: makes the subjects of layers.

    Raises:
        Unsupported: a part that the spec needs is missing, or the edition's component is another thing.
    """
    if isinstance(spec, NetworkSpec):
        return _network(spec, find, layer)
    if isinstance(spec, NetworkFile):
        return _network_file(spec, find, layer)
    if isinstance(spec, ModelSpec):
        function = find(spec.name())
        return None if function is None else CourseModel(spec, function)
    make = _constructor(spec, find)
    if make is None:
        return None
    match spec:
        case LayerSpec():
            return layer(spec, make)
        case LossSpec():
            return CourseLoss(spec, make())
        case RegularizerSpec():
            return CourseRegularizer(spec, make())
        case OptimizerSpec():
            regularizer = getattr(spec, "regularizer", None)
            return CourseOptimizer(spec, make(), None if regularizer is None else _regularizer(regularizer, find))
        case InitializerSpec():
            return CourseInitializer(spec, make())
    return None


def _constructor(spec: Spec, find: Find) -> partial[Any] | None:
    cls = find(spec.name())
    return None if cls is None else partial(cls, *_arguments(spec))


def _arguments(spec: Spec) -> list[Any]:
    return [getattr(spec, name) for name in ARGUMENTS.get(spec.name(), tuple(spec.arguments()))]


def _part(spec: Spec, find: Find) -> partial[Any]:
    """The constructor of something that another component needs."""
    make = _constructor(spec, find)
    if make is None:
        raise Unsupported(f"the submission has no {spec.name()}, which this configuration needs")
    return make


def _regularizer(spec: RegularizerSpec, find: Find) -> CourseRegularizer:
    return CourseRegularizer(spec, _part(spec, find)())


def _network(spec: NetworkSpec, find: Find, layer: ToLayer) -> CourseNetwork | None:
    network_class = find("NeuralNetwork")
    if network_class is None:
        return None
    optimizer = build(spec.optimizer, find)
    if optimizer is None:
        raise Unsupported(f"the submission has no {spec.optimizer.name()}, which this configuration needs")
    layers = [layer(each, _part(each, find)) for each in spec.layers]
    return CourseNetwork(spec, network_class, layers, _part(spec.loss, find)(), optimizer)


def _network_file(spec: NetworkFile, find: Find, layer: ToLayer) -> CourseNetworkFile | None:
    save = find(spec.name())
    inner = None if save is None else _network(spec.network, find, layer)
    if inner is None:
        return None
    beside = getattr(save, "__self__", sys.modules[save.__module__])  # a method, or a function
    load = getattr(beside, "load", None)
    if not callable(load):
        raise AttributeError("there is a function save, but no load(filename, data_layer) beside it")
    return CourseNetworkFile(spec, inner, save, load)
