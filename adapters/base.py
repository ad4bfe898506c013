"""Base classes for adapters: what is not overridden is `Unsupported`, with a sentence that says so.

A user's adapter module needs one function, `build(spec)`, which returns an object of one of these classes (or
any object that follows the protocol in `specs.subject`), or None where the implementation lacks the component.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from ..specs import Array, LayerSpec, Phase, Spec, Trait, Unsupported
from .seeding import reseed


class SubjectAdapter:
    """One implementation of one spec.

    Args:
        spec: the configured component.
    """

    def __init__(self, spec: Spec) -> None:
        self.spec = spec

    def _unsupported(self, method: str) -> NoReturn:
        raise Unsupported(
            f"the adapter of {self.spec.name()} does not offer {method}; "
            f"override {type(self).__name__}.{method} to have it checked"
        )


class LayerAdapter(SubjectAdapter):
    """A layer; override `forward` and `backward`, and the rest where the layer has parameters or phases."""

    spec: LayerSpec

    def set_phase(self, phase: Phase) -> None:
        """Switch the phase; nothing to do for a layer whose phases do not differ."""
        del phase
        if Trait.PHASE_DEPENDENT in self.spec.traits:
            self._unsupported("set_phase")

    def forward(self, x: Array) -> Array:
        """Y = f(x; parameters)."""
        del x
        self._unsupported("forward")

    def backward(self, dy: Array) -> Array:
        """The gradient with respect to the latest forward's input."""
        del dy
        self._unsupported("backward")

    def parameters(self) -> Mapping[str, Array]:
        """Copies of the parameters in the spec's layout; empty for a layer without."""
        if self.spec.parameters():
            self._unsupported("parameters")
        return {}

    def assign(self, parameters: Mapping[str, Array]) -> None:
        """Set the parameters named; nothing to do for a layer without."""
        if parameters:
            self._unsupported("assign")

    def gradients(self) -> Mapping[str, Array]:
        """Copies of the parameters' gradients; empty for a layer without."""
        if self.spec.parameters():
            self._unsupported("gradients")
        return {}

    def reseed(self, seed: int) -> None:
        """Seed `numpy.random` and `random`; override to seed a generator of the implementation's own."""
        reseed(seed)

    def attach_optimizer(self, learning_rate: float, momentum: float) -> None:
        """Give the layer an optimizer; nothing to do for a layer without parameters."""
        del learning_rate, momentum
        if self.spec.parameters():
            self._unsupported("attach_optimizer")

    def initialize(self, weights_value: float, bias_value: float) -> Mapping[str, Any]:
        """Initialise with constants; nothing to do for a layer without parameters."""
        del weights_value, bias_value
        if self.spec.parameters():
            self._unsupported("initialize")
        return {"fans": []}

    def memorize(self, on: bool) -> None:
        """Keep the state from one sequence to the next; nothing to do for a layer that has none."""
        del on
        if Trait.RECURRENT in self.spec.traits:
            self._unsupported("memorize")

    def attach_penalty(self, alpha: float) -> None:
        """Give the layer an optimizer with learning rate 0 and the penalty alpha sum |w|."""
        del alpha
        self._unsupported("attach_penalty")

    def regularization_loss(self) -> float:
        """The penalty that the layer reports."""
        self._unsupported("regularization_loss")

    def declared(self) -> Mapping[str, Any]:
        """What the layer says of itself; nothing."""
        return {}

    def reformat(self, tensor: Array) -> Array | None:
        """Images to rows of channels and back; None for a layer that cannot."""
        del tensor
        return None


class LossAdapter(SubjectAdapter):
    """A loss."""

    def forward(self, prediction: Array, target: Array) -> float:
        """The loss."""
        del prediction, target
        self._unsupported("forward")

    def backward(self, target: Array) -> Array:
        """Its gradient with respect to the latest forward's prediction."""
        del target
        self._unsupported("backward")

    def predict(self, prediction: Array) -> Array:
        """What a network that ends with a loss of scores predicts: probabilities."""
        del prediction
        self._unsupported("predict")


class RegularizerAdapter(SubjectAdapter):
    """A regularizer."""

    def norm(self, weights: Array) -> float:
        """The loss that it adds."""
        del weights
        self._unsupported("norm")

    def gradient(self, weights: Array) -> Array:
        """The (sub-)gradient that it adds."""
        del weights
        self._unsupported("gradient")


class OptimizerAdapter(SubjectAdapter):
    """An optimizer."""

    def update(self, weights: Array, gradient: Array) -> Array:
        """The new weights."""
        del weights, gradient
        self._unsupported("update")

    def declared(self) -> Mapping[str, Any]:
        """What the optimizer says of itself; nothing."""
        return {}


class InitializerAdapter(SubjectAdapter):
    """An initializer."""

    def initialize(self, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        """An array of `shape`."""
        del shape, fan_in, fan_out
        self._unsupported("initialize")

    def reseed(self, seed: int) -> None:
        """Seed `numpy.random` and `random`; override to seed a generator of the implementation's own."""
        reseed(seed)


class NetworkAdapter(SubjectAdapter):
    """A network."""

    def feed(self, inputs: Array, labels: Array) -> None:
        """Set the batch that the data layer hands out."""
        del inputs, labels
        self._unsupported("feed")

    def forward(self) -> float:
        """The loss of one forward pass."""
        self._unsupported("forward")

    def backward(self) -> None:
        """One backward pass, with the optimizer's update."""
        self._unsupported("backward")

    def train(self, iterations: int) -> list[float]:
        """Train; the losses recorded so far."""
        del iterations
        self._unsupported("train")

    def test(self, inputs: Array) -> Array:
        """The prediction in the test phase."""
        del inputs
        self._unsupported("test")

    def set_phase(self, phase: Phase) -> None:
        """Set the network's phase."""
        del phase
        self._unsupported("set_phase")

    def seen_phases(self) -> list[str]:
        """The phase that each layer was in during its latest forward."""
        self._unsupported("seen_phases")

    def parameters(self) -> Mapping[str, Array]:
        """Copies of all parameters, named `INDEX.NAME`."""
        self._unsupported("parameters")

    def assign(self, parameters: Mapping[str, Array]) -> None:
        """Set the parameters named."""
        del parameters
        self._unsupported("assign")

    def gradients(self) -> Mapping[str, Array]:
        """Copies of all gradients of the latest backward."""
        self._unsupported("gradients")

    def reseed(self, seed: int) -> None:
        """Seed `numpy.random` and `random`; override to seed a generator of the implementation's own."""
        reseed(seed)


class ModelAdapter(SubjectAdapter):
    """A network that a function builds."""

    def feed(self, inputs: Array, labels: Array) -> None:
        """Set the batch that the data layer hands out."""
        del inputs, labels
        self._unsupported("feed")

    def forward(self) -> float:
        """The loss of one forward pass."""
        self._unsupported("forward")

    def backward(self) -> None:
        """One backward pass, with the optimizers' updates."""
        self._unsupported("backward")

    def test(self, inputs: Array) -> Array:
        """The prediction in the test phase."""
        del inputs
        self._unsupported("test")

    def structure(self) -> list[str]:
        """The layers in order, by the names of their specs."""
        self._unsupported("structure")

    def steps(self, gradients: list[float]) -> list[list[float]]:
        """The first step of every layer's optimizer, for each of the gradients."""
        del gradients
        self._unsupported("steps")

    def penalty_gradients(self, weights: list[float]) -> list[list[float] | None]:
        """The gradient of every layer's penalty at the weights."""
        del weights
        self._unsupported("penalty_gradients")


class CheckpointAdapter(NetworkAdapter):
    """A network that can be saved."""

    def save_and_load(self) -> Mapping[str, bool]:
        """Save the network, load it, and go on with what was loaded."""
        self._unsupported("save_and_load")
