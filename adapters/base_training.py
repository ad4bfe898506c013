"""Base classes for adapters of networks that are trained by epochs, and of training loops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..specs import Array
from .base import SubjectAdapter
from .seeding import reseed


class PerceptronAdapter(SubjectAdapter):
    """A perceptron."""

    def loss(self, inputs: Array, targets: Array) -> float:
        """The loss of a batch."""
        del inputs, targets
        self._unsupported("loss")

    def predict(self, inputs: Array) -> Array:
        """Probabilities where the loss is one of scores, else the outputs."""
        del inputs
        self._unsupported("predict")

    def differentiate(self, inputs: Array, targets: Array) -> Mapping[str, Array]:
        """The gradients of the loss by the parameters' names."""
        del inputs, targets
        self._unsupported("differentiate")

    def input_gradient(self, inputs: Array, targets: Array) -> Array:
        """What comes out of the backward pass at the inputs."""
        del inputs, targets
        self._unsupported("input_gradient")

    def epoch(self, inputs: Array, targets: Array, learning_rate: float, batch_size: int) -> None:
        """One epoch; a batch size of 0 asks for gradient descent on everything."""
        del inputs, targets, learning_rate, batch_size
        self._unsupported("epoch")

    def train(self, inputs: Array, labels: Array, learning_rate: float, batch_size: int) -> None:
        """Some epochs, with numbers of classes as labels."""
        del inputs, labels, learning_rate, batch_size
        self._unsupported("train")

    def error_rate(self, inputs: Array, labels: Array) -> float:
        """The share of samples that are not predicted to be of their class."""
        del inputs, labels
        self._unsupported("error_rate")

    def check_gradients(self, inputs: Array, targets: Array, layer: int, factor: float) -> Mapping[str, Any]:
        """The implementation's own check of its gradients; see `specs.subject.PerceptronSubject`."""
        del inputs, targets, layer, factor
        self._unsupported("check_gradients")

    def parameters(self) -> Mapping[str, Array]:
        """Copies of all parameters, named `INDEX.NAME`."""
        self._unsupported("parameters")

    def assign(self, parameters: Mapping[str, Array]) -> None:
        """Set the parameters named."""
        del parameters
        self._unsupported("assign")

    def reseed(self, seed: int) -> None:
        """Seed `numpy.random` and `random`; override to seed a generator of the implementation's own."""
        reseed(seed)


class TrainerAdapter(SubjectAdapter):
    """A training loop."""

    def run(self, start: Mapping[str, Array], inputs: Array, labels: Array, batch_size: int) -> Mapping[str, Array]:
        """Train, and tell what has happened; see `specs.subject.TrainerSubject`."""
        del start, inputs, labels, batch_size
        self._unsupported("run")

    def count(self, start: Mapping[str, Array], inputs: Array, labels: Array, batch_size: int) -> Mapping[str, Array]:
        """Train with a function that counts right predictions; see `specs.subject.TrainerSubject`."""
        del start, inputs, labels, batch_size
        self._unsupported("count")


class EvaluatorAdapter(SubjectAdapter):
    """What tests a trained network, and predicts with it."""

    def test(
        self,
        stored: Mapping[str, Array],
        fresh: Mapping[str, Array],
        inputs: Array,
        labels: Array,
        batch_size: int,
    ) -> Mapping[str, Any]:
        """Load and test a network; see `specs.subject.EvaluatorSubject`."""
        del stored, fresh, inputs, labels, batch_size
        self._unsupported("test")

    def predict(self, stored: Mapping[str, Array], fresh: Mapping[str, Array], inputs: Array) -> Mapping[str, Any]:
        """Make a predictor and use it; see `specs.subject.EvaluatorSubject`."""
        del stored, fresh, inputs
        self._unsupported("predict")
