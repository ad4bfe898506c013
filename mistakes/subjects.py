"""Components of the framework as subjects: what the classes of subjects in `specs` ask, in the spec's layout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import framework
from ..specs import (
    Array,
    FullyConnected,
    Kind,
    LayerSpec,
    MultilayerPerceptron,
    NetworkSpec,
    NetworkUser,
    Phase,
    Spec,
    Trainer,
    Trait,
    Unsupported,
)
from .recurrent_subject import RecurrentParts

Parts = Mapping[str, type]


def build(spec: Spec, parts: Parts | None = None) -> Any:
    """A subject of the spec's kind, made of the framework's components: right, apart from what `parts` replaces.

    Args:
        spec: the configured component.
        parts: classes that take the place of the framework's, by the name of their spec.

    Raises:
        Unsupported: the framework does not have the component.
    """
    parts = parts or {}
    if isinstance(spec, NetworkSpec):
        return NetworkSubject(spec, parts)
    if isinstance(spec, MultilayerPerceptron):
        from . import perceptron_models  # noqa: PLC0415 - only where it is needed

        return parts.get(spec.name(), getattr(perceptron_models, spec.name()))(spec)
    if isinstance(spec, Trainer):
        from .trainer_models import Trainer as Loop  # noqa: PLC0415 - only where it is needed

        return parts.get(spec.name(), Loop)(spec)
    if isinstance(spec, NetworkUser):
        from .user_models import NetworkUser as User  # noqa: PLC0415 - only where it is needed

        return parts.get(spec.name(), User)(spec)
    if spec.kind in {Kind.MODEL, Kind.CHECKPOINT}:
        from .model_subjects import build_model  # noqa: PLC0415 - it is made of what is defined here

        return build_model(spec, parts)
    return _SUBJECTS[spec.kind](spec, component(spec, parts)) if spec.kind is not Kind.LAYER else _layer(spec, parts)


def component(spec: Spec, parts: Parts) -> Any:
    """The framework's object for a spec, or the one that `parts` has instead; an optimizer has its regularizer."""
    cls = _class_of(spec, parts)
    given = spec.arguments()
    regularizer = given.pop("regularizer", None)
    made = cls(*given.values())
    if regularizer is not None:
        made.add_regularizer(component(regularizer, parts))
    return made


def _class_of(spec: Spec, parts: Parts) -> type:
    cls: type | None = parts.get(spec.name(), getattr(framework, spec.name(), None))
    if cls is None:
        raise Unsupported(f"the reference framework has no {spec.name()}")
    return cls


class RecordingConstant(framework.Constant):
    """Fills with one value and records the fans it is called with."""

    def __init__(self, value: float) -> None:
        super().__init__(value)
        self.fans: list[list[int]] = []

    def initialize(self, weights_shape: Any, fan_in: int, fan_out: int) -> Array:
        self.fans.append([fan_in, fan_out])
        return super().initialize(weights_shape, fan_in, fan_out)


class LayerSubject:
    """A layer whose parameters `NAME` and their gradients `gradient_NAME` are attributes."""

    def __init__(self, spec: LayerSpec, layer: Any) -> None:
        self.layer = layer
        self._names = tuple(spec.parameters())

    def set_phase(self, phase: Phase) -> None:
        self.layer.testing_phase = phase is Phase.TEST

    def forward(self, x: Array) -> Array:
        result: Array = self.layer.forward(x)
        return result

    def backward(self, dy: Array) -> Array:
        result: Array = self.layer.backward(dy)
        return result

    def parameters(self) -> Mapping[str, Array]:
        return {name: np.array(getattr(self.layer, name)) for name in self._names}

    def assign(self, parameters: Mapping[str, Array]) -> None:
        for name, value in parameters.items():
            setattr(self.layer, name, np.array(value))

    def gradients(self) -> Mapping[str, Array]:
        return {name: np.array(getattr(self.layer, f"gradient_{name}")) for name in self._names}

    def reseed(self, seed: int) -> None:
        reseed(np.random.RandomState(seed), self.layer)

    def attach_optimizer(self, learning_rate: float, momentum: float) -> None:
        # Plain gradient descent has no state: one object may serve several parameters.
        descent = framework.SgdWithMomentum(learning_rate, momentum) if momentum else framework.Sgd(learning_rate)
        self.layer.optimizer = descent

    def initialize(self, weights_value: float, bias_value: float) -> Mapping[str, Any]:
        weights_initializer = RecordingConstant(weights_value)
        self.layer.initialize(weights_initializer, RecordingConstant(bias_value))
        return {"fans": weights_initializer.fans}

    def declared(self) -> Mapping[str, Any]:
        base = isinstance(self.layer, framework.BaseLayer)
        return {"base": base, "testing_phase": self.layer.testing_phase, "trainable": self.layer.trainable}

    def reformat(self, tensor: Array) -> Array | None:
        method = getattr(self.layer, "reformat", None)
        result: Array | None = None if method is None else method(tensor)
        return result


class FullyConnectedSubject(LayerSubject):
    """The bias is the last row of the framework's weights."""

    def parameters(self) -> Mapping[str, Array]:
        return _split(self.layer.weights)

    def assign(self, parameters: Mapping[str, Array]) -> None:
        values = {**self.parameters(), **parameters}
        self.layer.weights = np.vstack([values["weights"], values["bias"]])

    def gradients(self) -> Mapping[str, Array]:
        return _split(self.layer.gradient_weights)


class RecurrentSubject(RecurrentParts, LayerSubject):
    """A recurrent layer."""


def _split(stacked: Array) -> dict[str, Array]:
    return {"weights": stacked[:-1].copy(), "bias": stacked[-1].copy()}


def _layer(spec: Spec, parts: Parts) -> LayerSubject:
    if not isinstance(spec, LayerSpec):
        raise TypeError(f"{spec.name()} is no layer")
    subject = RecurrentSubject if Trait.RECURRENT in spec.traits else LayerSubject
    if isinstance(spec, FullyConnected):
        subject = FullyConnectedSubject
    return subject(spec, component(spec, parts))


class LossSubject:
    """A loss."""

    def __init__(self, spec: Spec, loss: Any) -> None:
        del spec
        self._loss = loss

    def forward(self, prediction: Array, target: Array) -> float:
        result: float = self._loss.forward(prediction, target)
        return result

    def backward(self, target: Array) -> Array:
        result: Array = self._loss.backward(target)
        return result

    def predict(self, prediction: Array) -> Array:
        result: Array = self._loss.predict(prediction)
        return result


class OptimizerSubject:
    """An optimizer, which has its regularizer already."""

    def __init__(self, spec: Spec, optimizer: Any) -> None:
        del spec
        self._optimizer = optimizer

    def update(self, weights: Array, gradient: Array) -> Array:
        result: Array = self._optimizer.calculate_update(weights, gradient)
        return result

    def declared(self) -> Mapping[str, Any]:
        kept = isinstance(self._optimizer.regularizer, framework.Regularizer)
        return {"base": isinstance(self._optimizer, framework.Optimizer), "regularizer": kept}


class RegularizerSubject:
    """A regularizer."""

    def __init__(self, spec: Spec, regularizer: Any) -> None:
        del spec
        self._regularizer = regularizer

    def norm(self, weights: Array) -> float:
        result: float = self._regularizer.norm(weights)
        return result

    def gradient(self, weights: Array) -> Array:
        result: Array = self._regularizer.calculate_gradient(weights)
        return result


class InitializerSubject:
    """An initializer."""

    def __init__(self, spec: Spec, initializer: Any) -> None:
        del spec
        self._initializer = initializer

    def initialize(self, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        result: Array = self._initializer.initialize(shape, fan_in, fan_out)
        return result

    def reseed(self, seed: int) -> None:
        reseed(np.random.RandomState(seed), self._initializer)


_SUBJECTS: dict[Kind, type] = {
    Kind.LOSS: LossSubject,
    Kind.OPTIMIZER: OptimizerSubject,
    Kind.REGULARIZER: RegularizerSubject,
    Kind.INITIALIZER: InitializerSubject,
}


def reseed(rng: np.random.RandomState, *components: Any) -> None:
    """Give all components that draw the same generator.

    It is the global generator's kind, so that the draws equal those of `np.random.rand` and its like after
    `np.random.seed`: what most submissions use.
    """
    for part in components:
        if hasattr(part, "rng"):
            part.rng = rng


class Feed:
    """A data layer that hands out copies of one batch for ever."""

    def __init__(self) -> None:
        self.batch: tuple[Array, Array] | None = None

    def next(self) -> tuple[Array, Array]:
        if self.batch is None:
            raise RuntimeError("the data layer has no batch; call feed(inputs, labels) first")
        inputs, labels = self.batch
        return inputs.copy(), labels.copy()


class _NotingForward:
    """Stands for the `forward` of one layer: notes the layer's phase, then calls it."""

    def __init__(self, layer: Any) -> None:
        self._layer, self._forward, self.phase = layer, layer.forward, ""

    def __call__(self, input_tensor: Array) -> Array:
        self.phase = str(Phase.TEST if self._layer.testing_phase else Phase.TRAIN)
        result: Array = self._forward(input_tensor)
        return result


class NetworkSubject:
    """A network of the framework's layers, loss and optimizer."""

    def __init__(self, spec: NetworkSpec, parts: Parts) -> None:
        initializers = framework.UniformRandom(seed=1), framework.UniformRandom(seed=2)
        self._network = _class_of(spec, parts)(component(spec.optimizer, parts), *initializers)
        self._network.loss_layer = component(spec.loss, parts)
        self._network.data_layer = self._feed = Feed()
        self._layers = [_layer(layer_spec, parts) for layer_spec in spec.layers]
        for subject in self._layers:
            self._network.append_layer(subject.layer)
        self._note_phases()

    def _note_phases(self) -> None:
        self._noting = [_NotingForward(subject.layer) for subject in self._layers]
        for subject, noting in zip(self._layers, self._noting, strict=True):
            subject.layer.forward = noting

    def feed(self, inputs: Array, labels: Array) -> None:
        self._feed.batch = inputs.copy(), labels.copy()

    def forward(self) -> float:
        result: float = self._network.forward()
        return result

    def backward(self) -> None:
        self._network.backward()

    def train(self, iterations: int) -> list[float]:
        self._network.train(iterations)
        return list(self._network.loss)

    def test(self, inputs: Array) -> Array:
        result: Array = self._network.test(inputs)
        return result

    def set_phase(self, phase: Phase) -> None:
        self._network.phase = phase is Phase.TEST

    def seen_phases(self) -> list[str]:
        return [noting.phase for noting in self._noting]

    def parameters(self) -> Mapping[str, Array]:
        return {f"{i}.{name}": v for i, part in enumerate(self._layers) for name, v in part.parameters().items()}

    def gradients(self) -> Mapping[str, Array]:
        return {f"{i}.{name}": v for i, part in enumerate(self._layers) for name, v in part.gradients().items()}

    def assign(self, parameters: Mapping[str, Array]) -> None:
        for index, part in enumerate(self._layers):
            prefix = f"{index}."
            own = {name.removeprefix(prefix): v for name, v in parameters.items() if name.startswith(prefix)}
            if own:
                part.assign(own)

    def reseed(self, seed: int) -> None:
        reseed(np.random.RandomState(seed), *(subject.layer for subject in self._layers))
