"""BatchNormalization: gamma and beta may be (C,) or (1, C)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...specs import Array, BatchNormalization
from .attributes import BIAS, GRADIENT_BIAS, GRADIENT_WEIGHTS, WEIGHTS, array_of, name_of, require_shape
from .layers import TrainableLayer
from .phrasing import attribute


class CourseBatchNormalization(TrainableLayer):
    """A batch normalisation layer of the course's API."""

    spec: BatchNormalization

    def parameters(self) -> Mapping[str, Array]:
        return {"weights": self._vector(WEIGHTS), "bias": self._vector(BIAS)}

    def gradients(self) -> Mapping[str, Array]:
        when = " after backward"
        return {"weights": self._vector(GRADIENT_WEIGHTS, when), "bias": self._vector(GRADIENT_BIAS, when)}

    def assign(self, parameters: Mapping[str, Array]) -> None:
        for key, names in (("weights", WEIGHTS), ("bias", BIAS)):
            if key in parameters:
                shape = array_of(self.layer, names).shape
                setattr(self.layer, name_of(self.layer, names) or names[0], np.array(parameters[key]).reshape(shape))

    def stored(self) -> dict[str, str]:
        said: dict[str, str] = {}
        lines = []
        for key, names, of_gradient in (("weights", WEIGHTS, GRADIENT_WEIGHTS), ("bias", BIAS, GRADIENT_BIAS)):
            place, gradient = attribute(self.layer, names), attribute(self.layer, of_gradient)
            shape = array_of(self.layer, names).shape
            flat = len(shape) == 1
            lines.append(f"{place} = $p_{key}.copy()" if flat else f"{place} = $p_{key}.reshape({shape})")
            said |= {f"block {key}": place, f"block gradient {key}": gradient}
            said[f"parameter {key}"] = f"{place}.reshape(-1)" if not flat else place
            said[f"gradient {key}"] = f"np.reshape({gradient}, -1)"
        return {**said, "assign": "\n".join(lines)}

    def _vector(self, names: tuple[str, ...], when: str = "") -> Array:
        value = array_of(self.layer, names, when).reshape(-1)
        require_shape(self.layer, names[0], value, (self.spec.channels,))
        return value
