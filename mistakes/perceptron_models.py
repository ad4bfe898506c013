"""A perceptron that is trained by epochs, assembled from the framework so that a mistake can replace a step of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from .. import framework
from ..specs import Array
from ..specs import MultilayerPerceptron as PerceptronSpec

EPOCHS = 20


class MultilayerPerceptron:
    """Fully connected layers and activations in turn; the output is linear.

    Args:
        spec: the configured component.
    """

    def __init__(self, spec: PerceptronSpec) -> None:
        self.layers: list[Any] = []
        for inputs, units in pairwise(spec.widths):
            self.layers += [framework.FullyConnected(inputs, units), framework.Activation(spec.function)]
        self.layers.pop()
        self.output: Any = getattr(framework, spec.loss.name())()
        self.classifies = spec.loss.name() == "SoftmaxOutput"

    @property
    def dense(self) -> list[Any]:
        """The layers with parameters."""
        return [layer for layer in self.layers if isinstance(layer, framework.FullyConnected)]

    def scores(self, inputs: Array) -> Array:
        """The output of the last layer."""
        for layer in self.layers:
            inputs = layer.forward(inputs)
        return inputs

    def loss(self, inputs: Array, targets: Array) -> float:
        """The loss of a batch."""
        result: float = self.output.forward(self.scores(inputs), targets)
        return result

    def predict(self, inputs: Array) -> Array:
        """Probabilities, or outputs."""
        scores = self.scores(inputs)
        result: Array = self.output.predict(scores) if self.classifies else scores
        return result

    def backpropagate(self, inputs: Array, targets: Array) -> Array:
        """Set the gradients of all layers; returns that of the input."""
        self.output.forward(self.scores(inputs), targets)
        error = self.error(targets)
        for layer in reversed(self.layers):
            error = layer.backward(error)
        return error

    def error(self, targets: Array) -> Array:
        """What enters the last layer backward."""
        result: Array = self.output.backward(targets)
        return result

    def differentiate(self, inputs: Array, targets: Array) -> Mapping[str, Array]:
        """The gradients by name."""
        self.backpropagate(inputs, targets)
        return self.gradients()

    def gradients(self) -> Mapping[str, Array]:
        """The gradients of the latest backward pass."""
        return {name: value for i, part in enumerate(self.dense) for name, value in _named(i, part.gradient_weights)}

    def input_gradient(self, inputs: Array, targets: Array) -> Array:
        """The gradient at the input, in the scale of the output's."""
        return self.backpropagate(inputs, targets)

    def step(self, inputs: Array, targets: Array, learning_rate: float) -> None:
        """One step of gradient descent on a batch."""
        self.backpropagate(inputs, targets)
        for layer in (layer for layer in self.layers if layer.trainable):
            layer.weights = layer.weights - learning_rate * layer.gradient_weights
            if hasattr(layer, "bias"):
                layer.bias = layer.bias - learning_rate * layer.gradient_bias

    def sgd_epoch(self, inputs: Array, targets: Array, learning_rate: float, batch_size: int) -> None:
        """One step for every batch, in order."""
        for start in range(0, len(inputs) - batch_size + 1, batch_size):
            rows = slice(start, start + batch_size)
            self.step(inputs[rows], targets[rows], learning_rate)

    def gd_epoch(self, inputs: Array, targets: Array, learning_rate: float) -> None:
        """One step for everything."""
        self.step(inputs, targets, learning_rate)

    def epoch(self, inputs: Array, targets: Array, learning_rate: float, batch_size: int) -> None:
        """One epoch."""
        if batch_size:
            self.sgd_epoch(inputs, targets, learning_rate, batch_size)
        else:
            self.gd_epoch(inputs, targets, learning_rate)

    def train(self, inputs: Array, labels: Array, learning_rate: float, batch_size: int) -> None:
        """Some epochs."""
        targets = np.eye(labels.max() + 1)[labels]
        for _ in range(EPOCHS):
            self.epoch(inputs, targets, learning_rate, batch_size)

    def error_rate(self, inputs: Array, labels: Array) -> float:
        """The share of samples that are predicted wrongly."""
        return float(np.mean(self.predict(inputs).argmax(axis=1) != labels))

    def check_gradients(self, inputs: Array, targets: Array, layer: int, factor: float) -> Mapping[str, Any]:
        """Compare the gradients of every layer with central differences, and tell their distance."""
        self.tried: set[str] = set()
        self.passes = 0
        start, said, raised = self.parameters(), list[str](), ""
        for index, part in enumerate(self.dense):

            def loss(weights: Array, part: Any = part) -> float:
                part.weights = weights
                self.passes += 1
                self.tried |= {name for name, value in self.parameters().items() if np.any(value != start[name])}
                return self.loss(inputs, targets)

            numeric = self.differences(loss, part)
            gradient = self.claimed(inputs, targets, index) * (factor if index == layer else 1.0)
            distance = float(np.linalg.norm(gradient - numeric))
            said.append(f"{distance:.2e}")
            if not self.accepts(distance):
                raised = f"AssertionError: layer {index}"
        return {"passes": self.passes, "raised": raised, "said": said, "tried": sorted(self.tried)}

    def differences(self, loss: Callable[[Array], float], part: Any) -> Array:
        """The gradient of the loss with respect to a layer's weights, from central differences."""
        start, step = part.weights, 1e-5
        numeric: Array = np.zeros_like(start)
        for place in np.ndindex(start.shape):
            shift = np.zeros_like(start)
            shift[place] = step
            numeric[place] = (loss(start + shift) - loss(start - shift)) / (2 * step)
        part.weights = start
        return numeric

    def claimed(self, inputs: Array, targets: Array, index: int) -> Array:
        """The gradient that the backward pass sets for a layer."""
        self.backpropagate(inputs, targets)
        result: Array = self.dense[index].gradient_weights
        return result

    def accepts(self, distance: float) -> bool:
        """Whether a gradient at this distance is right; the distance is told, no more."""
        del distance
        return True

    def parameters(self) -> Mapping[str, Array]:
        """Copies of the parameters by name."""
        return {name: value for index, part in enumerate(self.dense) for name, value in _named(index, part.weights)}

    def assign(self, parameters: Mapping[str, Array]) -> None:
        """Set the parameters named."""
        values = {**self.parameters(), **parameters}
        for index, layer in enumerate(self.dense):
            layer.weights = np.vstack([values[f"{index}.weights"], values[f"{index}.bias"]])

    def reseed(self, seed: int) -> None:
        """Nothing is drawn."""
        del seed


class NormalizedPerceptron(MultilayerPerceptron):
    """The same with batch normalisation before each activation, in place of the bias."""

    def __init__(self, spec: PerceptronSpec) -> None:
        super().__init__(spec)
        *hidden, last = self.dense
        pairs = [
            (part, framework.BatchNormalization(units)) for part, units in zip(hidden, spec.widths[1:], strict=False)
        ]
        self.normalizing = [normal for _, normal in pairs]
        self.layers = [each for part, normal in pairs for each in (*self.hidden(part, normal, spec.function),)]
        self.layers.append(last)
        for part in hidden:
            part.weights[-1] = 0.0

    def hidden(self, dense: Any, normalizing: Any, function: str) -> list[Any]:
        """The layers of one hidden layer, in order."""
        return [dense, normalizing, framework.Activation(function)]

    def gradients(self) -> Mapping[str, Array]:
        """The gradients of the latest backward pass."""
        return self._without_bias(super().gradients(), "gradient_weights", "gradient_bias")

    def parameters(self) -> Mapping[str, Array]:
        """Copies of the parameters by name."""
        return self._without_bias(super().parameters(), "weights", "bias")

    def assign(self, parameters: Mapping[str, Array]) -> None:
        """Set the parameters named."""
        values = {**self.parameters(), **parameters}
        for index, normal in enumerate(self.normalizing):
            normal.weights, normal.bias = values[f"{index}.scale"].copy(), values[f"{index}.shift"].copy()
            values[f"{index}.bias"] = np.zeros_like(normal.bias)
        super().assign(values)

    def _without_bias(self, found: Mapping[str, Array], scale: str, shift: str) -> Mapping[str, Array]:
        values = dict(found)
        for index, normal in enumerate(self.normalizing):
            del values[f"{index}.bias"]
            values[f"{index}.scale"] = np.array(getattr(normal, scale))
            values[f"{index}.shift"] = np.array(getattr(normal, shift))
        return values


def _named(index: int, stacked: Array) -> list[tuple[str, Array]]:
    """The framework keeps the bias as the last row of the weights."""
    return [(f"{index}.weights", stacked[:-1].copy()), (f"{index}.bias", stacked[-1].copy())]
