"""Multilayer perceptron: mistakes in its own check of gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..specs import Array
from .perceptron_models import MultilayerPerceptron
from .registry import Declare

SMOOTH = ("regression", "sigmoid", "linear")
COMPARED = "call self.backpropagate, then read self.layers[l].grad_params()[p], and compare that with the differences"

mistake = Declare(families=("gradient",), cases=SMOOTH)


@mistake(hint=COMPARED)
class CheckOfStaleGradients(MultilayerPerceptron):
    """The gradient check looks at gradients of an earlier backward pass.

    It fetches them before it calls backpropagate, which sets dW to a new array. It reports differences where the
    gradients are right, and none where they have become wrong.
    """

    def check_gradients(self, inputs: Array, targets: Array, layer: int, factor: float) -> Any:
        del factor
        self.stale: list[Array] = [part.gradient_weights.copy() for part in self.dense]
        # The gradients at hand are those of before; what happens to new ones is not seen.
        return super().check_gradients(inputs, targets, layer, 1.0)

    def claimed(self, inputs: Array, targets: Array, index: int) -> Array:
        super().claimed(inputs, targets, index)
        return self.stale[index]


@mistake(
    hint="for l, layer in enumerate(self.layers): if isinstance(layer, Parameterized)",
    families=("contract", "gradient"),
)
class CheckSkipsALayer(MultilayerPerceptron):
    """The gradient check leaves out the first layer with parameters.

    Its loop starts one too late. Errors of backpropagation are most likely to show in the first layer.
    """

    def check_gradients(self, inputs: Array, targets: Array, layer: int, factor: float) -> Any:
        first = self.dense[0].weights
        found = dict(super().check_gradients(inputs, targets, layer, factor))
        self.dense[0].weights = first
        return {**found, "said": found["said"][1:], "tried": [name for name in found["tried"] if name[:2] != "0."]}


@mistake(hint="param[:] = start, after the differences have been computed", families=("contract",))
class CheckChangesParameters(MultilayerPerceptron):
    """The gradient check does not take its steps back.

    Every entry that it has looked at stays where its last difference has left it, and the network is another one
    afterwards.
    """

    def differences(self, loss: Callable[[Array], float], part: Any) -> Array:
        numeric = super().differences(loss, part)
        part.weights = part.weights + 1e-5
        return numeric


@mistake(hint="change the layer's own array in place: param[:] = values.reshape(param.shape)", families=("contract",))
class CheckOfACopy(MultilayerPerceptron):
    """The gradient check changes a copy of the parameters.

    The network computes the same loss every time, so that all differences are 0, and right gradients look wrong.
    """

    def differences(self, loss: Callable[[Array], float], part: Any) -> Array:
        loss(part.weights)
        return np.zeros_like(part.weights)


@mistake(hint="compare the gradient of the mean with differences of the mean: self._loss is a mean over the batch")
class CheckOfTheSum(MultilayerPerceptron):
    """The gradient check rejects right gradients.

    It compares the gradient of the mean loss with differences of the sum over the batch, and raises an error.
    """

    def claimed(self, inputs: Array, targets: Array, index: int) -> Array:
        return super().claimed(inputs, targets, index) / len(inputs)

    def accepts(self, distance: float) -> bool:
        return distance < 1e-5
