"""LeNet: the network that a submission's `build()` returns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import numpy as np

from ...specs import Array, ModelSpec, all_specs
from ..base import ModelAdapter
from .components import takes_delta
from .probes import BatchFeed


class CourseModel(ModelAdapter):
    """A network of the class API that was built by a function.

    Args:
        spec: the model.
        build: the submission's function.

    Raises:
        TypeError: the function returns no network.
    """

    def __init__(self, spec: ModelSpec, build: Callable[[], Any]) -> None:
        super().__init__(spec)
        self.network = build()
        if not hasattr(self.network, "layers"):
            raise TypeError(f"build() returned {type(self.network).__name__}, but should return a network")
        self._feed = BatchFeed()
        self.network.data_layer = self._feed

    def feed(self, inputs: Array, labels: Array) -> None:
        self._feed.batch = inputs.copy(), labels.copy()

    def forward(self) -> float:
        loss: float = self.network.forward()
        return loss

    def backward(self) -> None:
        self.network.backward()

    def test(self, inputs: Array) -> Array:
        result: Array = self.network.test(inputs)
        return result

    def structure(self) -> list[str]:
        known = {name.lower(): name for name in (*all_specs(), "Conv", "Pooling")}
        names = [type(layer).__name__ for layer in self.network.layers]
        return [known.get(name.replace("_", "").lower(), name) for name in names]

    def steps(self, gradients: list[float]) -> list[list[float]]:
        return [[_first_step(optimizer, gradient) for gradient in gradients] for optimizer in self._optimizers()]

    def penalty_gradients(self, weights: list[float]) -> list[list[float] | None]:
        found: list[list[float] | None] = []
        for optimizer in self._optimizers():
            regularizer = getattr(optimizer, "regularizer", None)
            pull = None if regularizer is None else regularizer.calculate_gradient(np.array(weights))
            found.append(None if pull is None else np.asarray(pull, dtype=float).tolist())
        return found

    def _optimizers(self) -> Iterator[Any]:
        optimizers = (getattr(layer, "optimizer", None) for layer in self.network.layers)
        return (optimizer for optimizer in optimizers if optimizer is not None)


def _first_step(optimizer: Any, gradient: float) -> float:
    """From the weight 0, where a penalty does not pull; on a copy, so that nothing of it stays."""
    fresh = deepcopy(optimizer)
    delta = (1.0,) if takes_delta(fresh) else ()
    return float(np.asarray(fresh.calculate_update(*delta, np.zeros(1), np.full(1, gradient))).item())
