"""Conv: shapes of weights and bias, and of the stride for sequences, as met in practice."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from ...specs import Array, Conv
from ..seeding import preserved_random_state
from .attributes import BIAS, GRADIENT_BIAS, GRADIENT_WEIGHTS, WEIGHTS, array_of, name_of, require_shape
from .code_templates import attribute
from .layers import TrainableLayer


class CourseConv(TrainableLayer):
    """A convolutional layer of the class API.

    Args:
        spec: the configured component.
        make: constructs the submission's layer; the stride is the first argument.
    """

    spec: Conv

    def __init__(self, spec: Conv, make: partial[Any]) -> None:
        working = _with_stride_that_works(spec, make)
        super().__init__(spec, working(), working.args)
        self._shape = spec.parameters()["weights"].shape
        # For sequences, some keep an axis of size 1 as for images.
        one_row = ((*self._shape, 1), (*self._shape[:2], 1, *self._shape[2:])) if len(self._shape) == 3 else ()
        self._stored = (self._shape, *one_row)

    def parameters(self) -> Mapping[str, Array]:
        bias = array_of(self.layer, BIAS).reshape(-1)
        if bias.size == 1:  # after initialize, some have one number for all kernels
            bias = np.repeat(bias, self.spec.num_kernels)
        return {"weights": self._kernels(WEIGHTS), "bias": self._per_kernel(BIAS[0], bias)}

    def gradients(self) -> Mapping[str, Array]:
        when = " after backward"
        bias = array_of(self.layer, GRADIENT_BIAS, when).reshape(-1)
        return {"weights": self._kernels(GRADIENT_WEIGHTS, when), "bias": self._per_kernel(GRADIENT_BIAS[0], bias)}

    def assign(self, parameters: Mapping[str, Array]) -> None:
        for key, names in (("weights", WEIGHTS), ("bias", BIAS)):
            if key in parameters:
                value, name = np.array(parameters[key]), name_of(self.layer, names)
                shape = np.shape(getattr(self.layer, name)) if name else value.shape
                fits = shape in self._stored if key == "weights" else np.prod(shape) == value.size and shape
                setattr(self.layer, name or names[0], value.reshape(shape) if fits else value)

    def stored(self) -> dict[str, str]:
        said: dict[str, str] = {}
        lines = []
        shapes = {"weights": self._shape, "bias": (self.spec.num_kernels,)}
        for key, names, of_gradient in (("weights", WEIGHTS, GRADIENT_WEIGHTS), ("bias", BIAS, GRADIENT_BIAS)):
            place, gradient = attribute(self.layer, names), attribute(self.layer, of_gradient)
            shape = array_of(self.layer, names).shape
            plain = shape == shapes[key]
            lines.append(f"{place} = $p_{key}.copy()" if plain else f"{place} = $p_{key}.reshape({shape})")
            said |= {f"block {key}": place, f"block gradient {key}": gradient}
            said[f"parameter {key}"] = place if plain else f"{place}.reshape({shapes[key]})"
            said[f"gradient {key}"] = f"np.reshape({gradient}, {shapes[key]})"
        return {**said, "assign": "\n".join(lines)}

    def _kernels(self, names: tuple[str, ...], when: str = "") -> Array:
        value = array_of(self.layer, names, when)
        if value.shape not in self._stored:
            require_shape(self.layer, names[0], value, self._shape)
        return value.reshape(self._shape)

    def _per_kernel(self, name: str, value: Array) -> Array:
        require_shape(self.layer, name, value, (self.spec.num_kernels,))
        return value


def _with_stride_that_works(spec: Conv, make: partial[Any]) -> partial[Any]:
    """The constructor, for sequences with the stride in the form that the layer understands.

    The course passes [2]; some index a second entry, in forward or in backward. The first form with which both run is
    taken, on a layer of its own, before the one under test exists.
    """
    if len(spec.stride_shape) > 1:
        return make
    (stride,) = spec.stride_shape
    forms: tuple[Any, ...] = ([stride], (stride,), (stride, stride), stride)
    with preserved_random_state():
        ranks = [_passes(spec, partial(make.func, forms[0], *make.args[1:]))]
        for form in forms[1:]:
            if ranks[-1] == 2:
                break
            ranks.append(_passes(spec, partial(make.func, form, *make.args[1:])))
    return partial(make.func, forms[ranks.index(max(ranks))], *make.args[1:])


def _passes(spec: Conv, make: partial[Any]) -> int:
    """How many passes, forward and then backward, run and return the right shape."""
    channels, length = spec.convolution_shape
    x = np.zeros((2, channels, length + 3 * spec.stride_shape[0]))
    done = 0
    try:
        layer = make()
        y = layer.forward(x)
        done += np.shape(y) == spec.output_shape(x.shape)
        done += done and np.shape(layer.backward(np.zeros(spec.output_shape(x.shape)))) == x.shape
    except Exception:  # noqa: S110 - what a layer raises in every form will be seen again when it is checked
        pass
    return done
