"""Layers that keep every parameter of the spec in an attribute of its own, such as gamma and beta."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...specs import Array
from .attributes import BIAS, GRADIENT_BIAS, GRADIENT_WEIGHTS, WEIGHTS, array_of, name_of, require_shape
from .code_templates import attribute
from .layers import TrainableLayer

_NAMES = {"weights": (WEIGHTS, GRADIENT_WEIGHTS), "bias": (BIAS, GRADIENT_BIAS)}


class CourseParameters(TrainableLayer):
    """A layer of the class API whose parameters are attributes; a vector may be stored as a row or a column."""

    def parameters(self) -> Mapping[str, Array]:
        return {name: self._array(name, _names(name)[0]) for name in self.spec.parameters()}

    def gradients(self) -> Mapping[str, Array]:
        return {name: self._array(name, _names(name)[1], " after backward") for name in self.spec.parameters()}

    def assign(self, parameters: Mapping[str, Array]) -> None:
        for key, value in parameters.items():
            names = _names(key)[0]
            shape = array_of(self.layer, names).shape
            setattr(self.layer, name_of(self.layer, names) or names[0], np.array(value).reshape(shape))

    def stored(self) -> dict[str, str]:
        said: dict[str, str] = {}
        lines = []
        for key, parameter in self.spec.parameters().items():
            place, gradient = (attribute(self.layer, names) for names in _names(key))
            shape = array_of(self.layer, _names(key)[0]).shape
            plain = shape == parameter.shape
            lines.append(f"{place} = $p_{key}.copy()" if plain else f"{place} = $p_{key}.reshape({shape})")
            said |= {f"block {key}": place, f"block gradient {key}": gradient}
            said[f"parameter {key}"] = place if plain else f"{place}.reshape({parameter.shape})"
            said[f"gradient {key}"] = f"np.reshape({gradient}, {parameter.shape})"
        return {**said, "assign": "\n".join(lines)}

    def _array(self, key: str, names: tuple[str, ...], when: str = "") -> Array:
        value, shape = array_of(self.layer, names, when), self.spec.parameters()[key].shape
        if len(shape) == 1:
            value = value.reshape(-1)
        require_shape(self.layer, names[0], value, shape)
        return value


def _names(key: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The attributes of a parameter, and of its gradient; the first is the usual one."""
    return _NAMES.get(key, ((key,), (f"gradient_{key}",)))
