"""NeuralNetwork: the submission's network, made of the submission's layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...specs import Activation, Array, FullyConnected, MultilayerPerceptron, Unsupported
from ..base import PerceptronAdapter
from ..calls import call, call_named, forget_gradients
from ..seeding import reseed
from .components import Find, FreiburgFullyConnected, fully_connected, input_layer
from .own_check import check_gradients

EPOCHS = 20


class FreiburgPerceptron(PerceptronAdapter):
    """A network of the exercise's API. Every layer has an activation of its own, also where one is shared by default.

    Args:
        spec: the configured component.
        find: the submission's classes.

    Raises:
        Unsupported: the submission has no such output.
    """

    spec: MultilayerPerceptron

    def __init__(self, spec: MultilayerPerceptron, find: Find) -> None:
        super().__init__(spec)
        output = find(spec.loss.name())
        if output is None:
            raise Unsupported(f"the submission has no {spec.loss.name()}")
        layers = [input_layer(find, spec.widths[0])]
        self._dense: list[FreiburgFullyConnected] = []
        parts = [*spec.layers(), Activation(function="linear")]
        for part, above in zip(parts[::2], parts[1::2], strict=True):
            if isinstance(part, FullyConnected) and isinstance(above, Activation):
                layers.append(fully_connected(find, layers[-1], part.output_size, above.function))
                self._dense.append(FreiburgFullyConnected(part, layers[-1]))
        layers.append(call(output, layers[-1]))
        self.network = call(find("NeuralNetwork"), layers)
        self._layers = layers

    def loss(self, inputs: Array, targets: Array) -> float:
        """The loss of a batch."""
        result: float = call(self.network._loss, inputs, targets)
        return result

    def predict(self, inputs: Array) -> Array:
        """Probabilities or outputs."""
        result: Array = call(self.network.predict, inputs)
        return result

    def differentiate(self, inputs: Array, targets: Array) -> Mapping[str, Array]:
        """The gradients by name, as grad_params() of the layers has them."""
        self._backpropagated(inputs, targets)
        return {f"{i}.{name}": value for i, part in enumerate(self._dense) for name, value in part.gradients().items()}

    def input_gradient(self, inputs: Array, targets: Array) -> Array:
        """What backpropagate returns."""
        found = self._backpropagated(inputs, targets)
        if np.shape(found) != inputs.shape:
            raise Unsupported("backpropagate does not return the gradient at the input")
        return np.asarray(found)

    def epoch(self, inputs: Array, targets: Array, learning_rate: float, batch_size: int) -> None:
        """One epoch; a batch size of 0 asks for gd_epoch."""
        forget_gradients(self.network, *self._layers)
        if batch_size:
            call(self.network.sgd_epoch, inputs, targets, learning_rate, batch_size)
        else:
            call(self.network.gd_epoch, inputs, targets, learning_rate)

    def train(self, inputs: Array, labels: Array, learning_rate: float, batch_size: int) -> None:
        """Some epochs, with the data for validation as well."""
        forget_gradients(self.network, *self._layers)
        call_named(
            self.network.train,
            inputs,
            labels,
            inputs.copy(),
            labels.copy(),
            learning_rate=learning_rate,
            max_epochs=EPOCHS,
            batch_size=batch_size or len(inputs),
            descent_type="sgd" if batch_size else "gd",
            y_one_hot=True,
        )

    def error_rate(self, inputs: Array, labels: Array) -> float:
        """The classification error; the classes are numbers as handed out, or one-hot rows."""
        return self._error(inputs, self._one_hot(labels) if self._wants_one_hot(inputs) else labels)

    def check_gradients(self, inputs: Array, targets: Array, layer: int, factor: float) -> Mapping[str, Any]:
        """The network's own check of its gradients; see `specs.PerceptronSubject`."""
        forget_gradients(self.network, *self._layers)
        dense = [part.layer for part in self._dense]
        return check_gradients(self.network, dense, self.parameters, (inputs, targets), (layer, factor))

    def parameters(self) -> Mapping[str, Array]:
        """Copies of the parameters by name."""
        return {f"{i}.{name}": value for i, part in enumerate(self._dense) for name, value in part.parameters().items()}

    def assign(self, parameters: Mapping[str, Array]) -> None:
        """Set the parameters named."""
        for name, value in parameters.items():
            index, _, own = name.partition(".")
            self._dense[int(index)].assign({own: value})

    def reseed(self, seed: int) -> None:
        """Seed `numpy.random`, `random`, and generators of the network's own."""
        reseed(seed, self.network, *self._layers)

    def _backpropagated(self, inputs: Array, targets: Array) -> Any:
        forget_gradients(self.network, *self._layers)
        return call(self.network.backpropagate, targets, self.predict(inputs))

    def _error(self, inputs: Array, labels: Array) -> float:
        result: float = call(self.network.classification_error, inputs, labels)
        return result

    def _one_hot(self, labels: Array) -> Array:
        rows: Array = np.eye(self.spec.widths[-1])[labels]
        return rows

    def _wants_one_hot(self, inputs: Array) -> bool:
        """Tell whether one-hot rows, and not numbers, give 0 where all are right and 1 where none is."""
        best = self.predict(inputs).argmax(axis=1)
        wrong = (best + 1) % self.spec.widths[-1]
        if self._errors(inputs, best, wrong) == [0, 1]:
            return False
        return self._errors(inputs, self._one_hot(best), self._one_hot(wrong)) == [0, 1]

    def _errors(self, inputs: Array, *labels: Array) -> list[float]:
        try:
            return [float(self._error(inputs, each)) for each in labels]
        except Exception:  # perhaps it takes the other form; else it will raise again
            return []
