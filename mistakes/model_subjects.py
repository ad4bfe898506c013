"""LeNet and saved networks as subjects."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np

from ..specs import Array, NetworkFile, Spec
from . import models
from .subjects import Feed, NetworkSubject, Parts


def build_model(spec: Spec, parts: Parts) -> Any:
    """A subject for a model or for a network that can be saved."""
    cls = parts.get(spec.name(), getattr(models, spec.name()))
    return FileSubject(spec, cls(), parts) if isinstance(spec, NetworkFile) else ModelSubject(cls())


class ModelSubject:
    """A network that `build()` has made."""

    def __init__(self, model: models.LeNet) -> None:
        self._network = model.build()
        self._network.data_layer = self._feed = Feed()

    def feed(self, inputs: Array, labels: Array) -> None:
        self._feed.batch = inputs.copy(), labels.copy()

    def forward(self) -> float:
        result: float = self._network.forward()
        return result

    def backward(self) -> None:
        self._network.backward()

    def test(self, inputs: Array) -> Array:
        result: Array = self._network.test(inputs)
        return result

    def structure(self) -> list[str]:
        return [type(layer).__name__ for layer in self._network.layers]

    def steps(self, gradients: list[float]) -> list[list[float]]:
        def step(optimizer: Any, gradient: float) -> float:
            return float(deepcopy(optimizer).calculate_update(np.zeros(1), np.full(1, gradient))[0])

        return [[step(optimizer, gradient) for gradient in gradients] for optimizer in self._optimizers()]

    def penalty_gradients(self, weights: list[float]) -> list[list[float] | None]:
        regularizers = [optimizer.regularizer for optimizer in self._optimizers()]
        return [None if each is None else each.calculate_gradient(np.array(weights)).tolist() for each in regularizers]

    def _optimizers(self) -> list[Any]:
        return [layer.optimizer for layer in self._network.layers if layer.optimizer is not None]


class FileSubject(NetworkSubject):
    """A network that is saved and loaded."""

    def __init__(self, spec: NetworkFile, file: models.NetworkFile, parts: Parts) -> None:
        super().__init__(spec.network, {"NeuralNetwork": file.network, **parts})
        self._file = file

    def save_and_load(self) -> Mapping[str, bool]:
        old, feed = self._network, self._feed
        for subject in self._layers:
            del subject.layer.forward
        dropped = _is_dropped(old)
        old.data_layer = feed
        new_feed = Feed()
        new_feed.batch = feed.batch
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "network.pickle")
            self._file.save(path, old)
            kept = getattr(old, "data_layer", None) is feed
            loaded = self._file.load(path, new_feed)
        self._network, self._feed = loaded, new_feed
        for subject, layer in zip(self._layers, loaded.layers, strict=True):
            subject.layer = layer
        self._note_phases()
        return {"kept": kept, "dropped": dropped, "set": loaded.data_layer is new_feed}


def _is_dropped(network: Any) -> bool:
    network.data_layer = (number for number in range(1))
    try:
        again = pickle.loads(pickle.dumps(network))  # noqa: S301 - our own network
    except TypeError:  # a generator cannot be pickled
        return False
    return hasattr(again, "data_layer") and again.data_layer is None
