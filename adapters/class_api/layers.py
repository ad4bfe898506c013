"""A submission's layers without parameters, and what the others have in common with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...specs import Array, LayerSpec, Phase
from ..base import LayerAdapter
from ..seeding import reseed
from ..spoken import said_by, spoken
from .attributes import give_optimizer, inherits, initialize_constant
from .code_templates import RANDOM, call, initialize_phrase, merged, origin, phase_phrases
from .phases import layer_phase, set_layer_phase
from .probes import ProbeOptimizer


class CourseLayer(LayerAdapter):
    """A layer of the class API; arrays go straight through.

    Args:
        spec: the configured component.
        layer: the submission's object.
        arguments: what it was constructed with.
    """

    def __init__(self, spec: LayerSpec, layer: Any, arguments: Sequence[Any] = ()) -> None:
        super().__init__(spec)
        self.layer = layer
        self.arguments = arguments

    @property
    def own(self) -> Any:
        """The submission's object."""
        return self.layer

    forward = spoken("$self.forward($0)")
    backward = spoken("$self.backward($0)")

    def set_phase(self, phase: Phase) -> None:
        set_layer_phase(self.layer, phase)

    def reseed(self, seed: int) -> None:
        reseed(seed, self.layer)

    def observe(self) -> None:
        """Stay informed although somebody else, a network, calls the layer; nothing to do unless a subclass says so."""

    def construction(self) -> str:
        """The constructor's call, as code."""
        return call(type(self.layer), self.arguments)

    def code_templates(self) -> dict[str, str]:
        """How its calls read as code."""
        construct = {"construct": f"$self = {self.construction()}", "reseed": RANDOM}
        return merged(origin(self.layer), construct, said_by(self), phase_phrases(self.layer))

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

    _attached: Sequence[str] = ()

    def attach_optimizer(self, learning_rate: float, momentum: float) -> None:
        self._attached = give_optimizer(self.layer, ProbeOptimizer(learning_rate, momentum))

    def initialize(self, weights_value: float, bias_value: float) -> Mapping[str, Any]:
        return {"fans": initialize_constant(self.layer, weights_value, bias_value)}

    def stored(self) -> dict[str, str]:
        """The code_templates for parameters and gradients; a subclass overrides it where it knows them."""
        return {}

    def code_templates(self) -> dict[str, str]:
        attached = "\n".join(line.replace("$optimizer", "Momentum($0, $1)") for line in self._attached)
        optimizer = {"attach_optimizer": attached, "uses": "Momentum"} if attached else {}
        return merged(super().code_templates(), initialize_phrase(self.layer), self.stored(), optimizer)
