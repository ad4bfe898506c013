"""Recurrent layers of the framework in the spec's layout: each bias is the last row of its stacked weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import framework
from ..specs import Array

_STACKED = {"": "weights", "output_": "output_weights"}  # prefix of the names in the spec: attribute


class RecurrentParts:
    """What a subject of a recurrent layer has beside what all layers have; for a class with the attribute `layer`."""

    layer: Any

    def parameters(self) -> Mapping[str, Array]:
        return self._split("")

    def gradients(self) -> Mapping[str, Array]:
        return self._split("gradient_")

    def assign(self, parameters: Mapping[str, Array]) -> None:
        values = {**self.parameters(), **parameters}
        for prefix, attribute in _STACKED.items():
            setattr(self.layer, attribute, np.vstack([values[f"{prefix}weights"], values[f"{prefix}bias"]]))

    def memorize(self, on: bool) -> None:
        self.layer.memorize = on

    def attach_penalty(self, alpha: float) -> None:
        optimizer = framework.Sgd(0.0)
        optimizer.add_regularizer(framework.L1_Regularizer(alpha))
        self.layer.optimizer = optimizer

    def regularization_loss(self) -> float:
        result: float = self.layer.calculate_regularization_loss()
        return result

    def _split(self, kind: str) -> dict[str, Array]:
        found: dict[str, Array] = {}
        for prefix, attribute in _STACKED.items():
            stacked = np.array(getattr(self.layer, kind + attribute))
            found |= {f"{prefix}weights": stacked[:-1].copy(), f"{prefix}bias": stacked[-1].copy()}
        return found
