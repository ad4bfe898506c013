"""NeuralNetwork: the submission's network, made of the submission's own parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

import numpy as np

from ...specs import Array, NetworkSpec, Phase
from ..base import NetworkAdapter
from ..seeding import preserved_random_state, reseed
from ..signatures import call_with_up_to, most_arguments
from ..spoken import said_by, spoken
from .code_templates import RANDOM, merged, origin
from .layers import CourseLayer, TrainableLayer
from .phases import layer_phase, set_network_phase, speaks_of_testing_phase
from .probes import BatchFeed, SmallRandom
from .recurrent_templates import WATCHED
from .watching import unwatch, watch


class _PhaseRecorder:
    """Notes the phase that a layer is in whenever its `forward` is called."""

    def __init__(self, read_phase: Callable[[Any], Phase]) -> None:
        self._read_phase = read_phase
        self.phase: Phase | None = None

    def __call__(self, layer: Any, *_: Any) -> None:
        self.phase = self._read_phase(layer)


class CourseNetwork(NetworkAdapter):
    """A network of the class API.

    Args:
        spec: the configured component.
        network_class: the submission's NeuralNetwork.
        layers: the submission's layers, in order.
        loss: the submission's loss.
        optimizer: the submission's.
    """

    def __init__(
        self, spec: NetworkSpec, network_class: Any, layers: Sequence[CourseLayer], loss: Any, optimizer: Any
    ) -> None:
        super().__init__(spec)
        self._optimizer = optimizer
        # Exercise 1 has no initializers.
        network = call_with_up_to(network_class, optimizer.own, SmallRandom(1), SmallRandom(2))
        self._fill(network, layers, loss, layer_phase)

    def _fill(self, network: Any, layers: Sequence[CourseLayer], loss: Any, read_phase: Callable[[Any], Phase]) -> None:
        """Give the network its parts; layers note from now on in which phase they are run."""
        self.network = network
        self._feed = BatchFeed()
        self.network.data_layer = self._feed
        self.network.loss_layer = loss
        self._layers = layers
        for layer in layers:
            self._append(layer)
        self._recorders = []
        for index, layer in enumerate(layers):
            layer.layer = self.network.layers[index]  # the network may have taken a copy
            layer.observe()
            self._recorders.append(_PhaseRecorder(read_phase))
            watch(layer.layer, "forward", self._recorders[-1])

    def _append(self, layer: CourseLayer) -> None:
        """Append as the edition does; before 2021 only trainable layers had a method for it."""
        append = getattr(self.network, "append_layer", None)
        if append is None:
            trainable = bool(layer.spec.parameters())
            append = self.network.append_trainable_layer if trainable else self.network.layers.append
        append(layer.layer)

    def stop_recording(self) -> None:
        """Take out of the layers what notes their phases."""
        for layer in self._layers:
            unwatch(layer.layer, "forward")

    def go_on_with(self, network: Any) -> None:
        """Put another network in place of this one, with layers of the same kinds."""
        self.network = network
        for layer, own in zip(self._layers, network.layers, strict=True):
            layer.layer = own

    def feed(self, inputs: Array, labels: Array) -> None:
        self._feed.batch = inputs.copy(), labels.copy()

    @property
    def own(self) -> Any:
        """The submission's object."""
        return self.network

    _forward = spoken("$self.forward()")

    def forward(self) -> float:
        random_state = np.random.get_state()  # noqa: NPY002 - submissions draw from the global state
        loss: float = self._forward()
        if np.ndim(loss) == 0:
            return loss
        # An edition whose forward returns the predictions: the loss appears in the record of train alone.
        trial = deepcopy(self.network)
        trial.data_layer = self._feed  # the exercise's __getstate__ drops it
        with preserved_random_state():
            np.random.set_state(random_state)  # noqa: NPY002 - as above
            trial.train(1)
        losses: list[float] = trial.loss
        return losses[-1]

    backward = spoken("$self.backward()")
    train = spoken("($self.train($0), list($self.loss))[1]")
    test = spoken("$self.test($0)")

    def set_phase(self, phase: Phase) -> None:
        set_network_phase(self.network, phase)

    def seen_phases(self) -> list[str]:
        return ["" if recorder.phase is None else recorder.phase.value for recorder in self._recorders]

    def parameters(self) -> Mapping[str, Array]:
        return {
            f"{index}.{name}": value
            for index, layer in enumerate(self._layers)
            for name, value in layer.parameters().items()
        }

    def gradients(self) -> Mapping[str, Array]:
        return {
            f"{index}.{name}": value
            for index, layer in enumerate(self._layers)
            for name, value in layer.gradients().items()
        }

    def assign(self, parameters: Mapping[str, Array]) -> None:
        for index, layer in enumerate(self._layers):
            prefix = f"{index}."
            own = {name.removeprefix(prefix): value for name, value in parameters.items() if name.startswith(prefix)}
            if own:
                layer.assign(own)

    def reseed(self, seed: int) -> None:
        reseed(seed, self.network)

    def code_templates(self) -> dict[str, str]:
        """How its calls read as code."""
        optimizer = {
            key: text for key, text in self._optimizer.code_templates().items() if key in {"imports", "construct"}
        }
        arguments = ["optimizer", "Fill(0.1)", "Fill(0.1)"][: int(min(3, most_arguments(type(self.network))))]
        lines = [
            optimizer.pop("construct").replace("$self", "optimizer"),
            f"$self = {type(self.network).__name__}({', '.join(arguments)})",
            f"$self.loss_layer = {type(self.network.loss_layer).__name__}()",
        ]
        by_kind = not hasattr(self.network, "append_layer")
        assignments: list[str] = []
        said: dict[str, str] = {}
        for index, layer in enumerate(self._layers):
            method = "append_layer"
            if by_kind:
                method = "append_trainable_layer" if layer.spec.parameters() else "layers.append"
            lines.append(f"$self.{method}({layer.construction()})")
            own = layer.stored() if isinstance(layer, TrainableLayer) else {}
            place = f"$self.layers[{index}]"
            assignments += [own["assign"].replace("$self", place).replace("$p_", f"$p_{index}_")] if own else []
            for key, text in own.items():
                kind, _, name = key.rpartition(" ")
                if kind in {"parameter", "gradient", "block", "block gradient"} and WATCHED not in text:
                    said[f"{kind} {index}.{name}"] = text.replace("$self", place)
        said |= {"construct": "\n".join(lines), "assign": "\n".join(assignments), "uses": "Fill Batch"}
        said |= {"feed": "$self.data_layer = Batch($0, $1)", "reseed": RANDOM, **said_by(self)}
        if all(speaks_of_testing_phase(layer.layer) for layer in self._layers):
            said["seen_phases"] = '["test" if layer.testing_phase else "train" for layer in $self.layers]'
        layers = [origin(layer.layer) for layer in self._layers]
        return merged(origin(self.network, self.network.loss_layer), *layers, optimizer, said)
