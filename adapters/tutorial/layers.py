"""The tutorial's layers: plain phases, the learning rate inside of the layer, gradients from methods."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from ...specs import Array, Conv, FullyConnected, LayerSpec, Phase, Unsupported
from ..class_api.attributes import GRADIENT_WEIGHTS, inherits
from ..class_api.conv import CourseConv
from ..class_api.fully_connected import CourseFullyConnected
from ..class_api.layers import CourseLayer
from ..seeding import preserved_random_state
from .initializing import RecordingShapes
from .phases import read_phase, set_phase

Make = Callable[[float], Any]
"""Constructs the submission's layer with a learning rate."""


class PlainLayer(CourseLayer):
    """A layer without parameters.

    The course's hand-out has constructors that do not call the base class's; the network sets the phase later. Such a
    layer gets the train phase here.
    """

    def __init__(self, spec: LayerSpec, *arguments: Any) -> None:
        super().__init__(spec, *arguments)
        if not hasattr(self.layer, "phase"):
            set_phase(self.layer, Phase.TRAIN)

    def set_phase(self, phase: Phase) -> None:
        set_phase(self.layer, phase)

    def declared(self) -> Mapping[str, Any]:
        return {"base": inherits(self.layer, "base"), "testing_phase": read_phase(self.layer) is Phase.TEST}

    def code_templates(self) -> dict[str, str]:
        """None: what is defined in cells cannot be imported."""
        return {}


class Learning(PlainLayer):
    """What the two layers with parameters share: they are constructed with their learning rate."""

    spec: LayerSpec
    he: Any = None
    _make: Make

    def attach_optimizer(self, learning_rate: float, momentum: float) -> None:
        """A new layer with the learning rate takes the place of this one, with its parameters and its phase.

        Whatever the layer calls its learning rate inside, the constructor is where the course lets one set it.
        """
        if momentum:
            raise Unsupported("the tutorial's layers update by plain gradient descent: they know no momentum")
        values, phase = self.parameters(), read_phase(self.layer)
        with preserved_random_state():
            self.layer = self._make(learning_rate)
        self.assign(values)
        set_phase(self.layer, phase)

    def initialize(self, weights_value: float, bias_value: float) -> Mapping[str, Any]:
        method = getattr(self.layer, "initialize", None)
        if not callable(method):
            raise Unsupported(f"{type(self.layer).__name__} has no method initialize")
        weights, bias = RecordingShapes(weights_value), RecordingShapes(bias_value)
        method(weights, bias)
        parameter = self.spec.parameters()["weights"]
        inputs, outputs = parameter.fan_in, parameter.fan_out
        fans = [weights.fan_in(shape, self.he) for shape in weights.shapes]
        # The course's initializers know the number of inputs alone; a bias beside the weights counts as one of them.
        return {"fans": [[inputs if fan == (inputs or 0) + 1 else fan, outputs] for fan in fans]}


class TutorialFullyConnected(Learning, CourseFullyConnected):
    """FullyConnectedLayer: the weights' layout is inferred; see `CourseFullyConnected`."""

    spec: FullyConnected

    def __init__(self, spec: FullyConnected, make: Make, he: Any) -> None:
        super().__init__(spec, partial(make, 0.0))
        self._make, self.he = make, he

    def gradients(self) -> Mapping[str, Array]:
        """`get_gradient_weights()` covers weights and bias, wherever the layer keeps its bias."""
        storage = self._known_storage()
        if storage.bias != "separate":
            return super().gradients()
        value = _result(self.layer, GRADIENT_WEIGHTS)
        if isinstance(value, list | tuple) and len(value) == 2:
            return {"weights": _oriented(value[0], storage.transposed), "bias": np.array(value[1]).reshape(-1)}
        rows = _oriented(value, storage.transposed)
        if rows.shape == (self.spec.input_size + 1, self.spec.output_size):
            return {"weights": rows[:-1].copy(), "bias": rows[-1].copy()}
        return super().gradients()


class TutorialConv(Learning, CourseConv):
    """ConvolutionalLayer: images only."""

    spec: Conv

    def __init__(self, spec: Conv, make: Make, he: Any) -> None:
        if len(spec.stride_shape) != 2:
            raise Unsupported("the tutorial's convolution is one of images; it has none of sequences")
        super().__init__(spec, partial(make, 0.0))
        self._make, self.he = make, he

    def gradients(self) -> Mapping[str, Array]:
        value = _result(self.layer, GRADIENT_WEIGHTS)
        if isinstance(value, list | tuple) and len(value) == 2:
            return {"weights": np.array(value[0]), "bias": np.array(value[1]).reshape(-1)}
        return super().gradients()


def _result(layer: Any, names: tuple[str, ...]) -> Any:
    """The gradient as the layer hands it out; None if it does not."""
    name = next((name for name in names if getattr(layer, name, None) is not None), None)
    value = None if name is None else getattr(layer, name)
    return value() if callable(value) else value


def _oriented(value: Any, transposed: bool) -> Array:
    array = np.array(value)
    return array.T if transposed and array.ndim == 2 else array
