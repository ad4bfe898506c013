"""A submission's layers without parameters, and what the others have in common with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...specs import Array, LayerSpec, Phase
from ..base import LayerAdapter
from ..seeding import reseed
from .attributes import give_optimizer, inherits, initialize_constant
from .phases import layer_phase, set_layer_phase
from .probes import ProbeOptimizer


class CourseLayer(LayerAdapter):
    """A layer of the course's API; arrays go straight through.

    Args:
        spec: the configured component.
        layer: the submission's object.
    """

    def __init__(self, spec: LayerSpec, layer: Any) -> None:
        super().__init__(spec)
        self.layer = layer

    def set_phase(self, phase: Phase) -> None:
        set_layer_phase(self.layer, phase)

    def forward(self, x: Array) -> Array:
        result: Array = self.layer.forward(x)
        return result

    def backward(self, dy: Array) -> Array:
        result: Array = self.layer.backward(dy)
        return result

    def reseed(self, seed: int) -> None:
        reseed(seed, self.layer)

    def declared(self) -> Mapping[str, Any]:
        # Editions before 2021 have no `trainable`: None.
        trainable = getattr(self.layer, "trainable", None)
        return {
            "base": inherits(self.layer, "base"),
            "testing_phase": layer_phase(self.layer) is Phase.TEST,
            "trainable": None if trainable is None else bool(trainable),
        }

    def reformat(self, tensor: Array) -> Array | None:
        method = getattr(self.layer, "reformat", None)
        result: Array | None = method(tensor) if callable(method) else None
        return result


class TrainableLayer(CourseLayer):
    """A layer with parameters; a subclass says how they are stored."""

    def attach_optimizer(self, learning_rate: float, momentum: float) -> None:
        give_optimizer(self.layer, ProbeOptimizer(learning_rate, momentum))

    def initialize(self, weights_value: float, bias_value: float) -> Mapping[str, Any]:
        return {"fans": initialize_constant(self.layer, weights_value, bias_value)}
