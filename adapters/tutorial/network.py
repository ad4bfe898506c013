"""NeuralNetwork of the tutorial: it has no optimizer, and ends with the fused loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...specs import NetworkSpec, Phase, Unsupported
from ..base import NetworkAdapter
from ..class_api.layers import CourseLayer
from ..class_api.network import CourseNetwork
from ..class_api.probes import SmallRandom
from ..signatures import call_with_up_to
from .phases import phase_value, read_phase


class TutorialNetwork(CourseNetwork):
    """A network of the tutorial's API; the spec's last layer, the softmax, is a part of the loss.

    Args:
        spec: the configured component.
        network_class: the submission's NeuralNetwork.
        layers: the submission's layers, in order, without the softmax.
        loss: the submission's fused loss.
    """

    def __init__(self, spec: NetworkSpec, network_class: Any, layers: Sequence[CourseLayer], loss: Any) -> None:
        NetworkAdapter.__init__(self, spec)
        self._fill(call_with_up_to(network_class, SmallRandom(1), SmallRandom(2)), layers, loss, read_phase)

    def _append(self, layer: CourseLayer) -> None:
        kind = "trainable" if layer.spec.parameters() else "fixed"
        append = getattr(self.network, f"append_{kind}_layer", None) or getattr(self.network, "append_layer", None)
        if append is None:
            raise AttributeError(f"NeuralNetwork has no method append_{kind}_layer, but should have one")
        append(layer.layer)

    def set_phase(self, phase: Phase) -> None:
        """Through `set_phase` or `phase` of the network, if it has one.

        Raises:
            Unsupported: it has none; the course asks for none.
        """
        value = phase_value(self._layers[0].layer, phase)
        if callable(setter := getattr(self.network, "set_phase", None)):
            setter(value)
        elif hasattr(type(self.network), "phase"):
            self.network.phase = value
        else:
            raise Unsupported("the tutorial's network sets phases in train and test alone")

    def seen_phases(self) -> list[str]:
        """Those of the layers; the softmax in the loss has none of its own, and gets that of the layer before it."""
        seen = super().seen_phases()
        return [*seen, *seen[-1:]]

    def code_templates(self) -> dict[str, str]:
        """None: what is defined in cells cannot be imported."""
        return {}
