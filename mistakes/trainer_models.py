"""A training loop in NumPy, step by step, so that a mistake can replace one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..specs import Array
from ..specs import Trainer as TrainerSpec


class Trainer:
    """A training loop around a linear network.

    Args:
        spec: the configured component.
    """

    def __init__(self, spec: TrainerSpec) -> None:
        self.spec = spec
        self.training = False
        self.differentiates = True
        self.rate = spec.learning_rate
        self.epoch = 0
        self.record: list[list[float]] = []
        self.passes: list[dict[str, Array | float]] = []
        self.counts: list[tuple[int, Array, Array]] = []

    def run(self, start: Mapping[str, Array], inputs: Array, labels: Array, batch_size: int) -> Mapping[str, Array]:
        """Train."""
        self.weights, self.bias = start["weights"].astype(float), start["bias"].astype(float)
        self.gradient_weights, self.gradient_bias = np.zeros_like(self.weights), np.zeros_like(self.bias)
        count = self.spec.batches + self.spec.validation_batches
        batches = [slice(i * batch_size, (i + 1) * batch_size) for i in range(count)]
        self.data = [(index, inputs[rows], labels[rows]) for index, rows in enumerate(batches)]
        for _ in range(self.spec.epochs):
            self.record.append([self.train_epoch(), self.validate()])
            self.schedule()
        told = {key: np.array([each[key] for each in self.passes]) for key in self.passes[0]}
        final = {"final_weights": self.weights, "final_bias": self.bias}
        return {"record": np.array(self.record, dtype=float), **told, **final}

    def count(self, start: Mapping[str, Array], inputs: Array, labels: Array, batch_size: int) -> Mapping[str, Array]:
        """Train, and tell what was counted."""
        told = self.run(start, inputs, labels, batch_size)
        passes, predictions, targets = zip(*self.counts, strict=True)
        counts = {"counted_predictions": np.stack(predictions), "counted_targets": np.stack(targets)}
        return {**told, "counted_pass": np.array(passes), **counts}

    def train_epoch(self) -> float:
        """Make a step for each training batch; returns what is recorded."""
        self.training = self.differentiates = True
        batches = self.data[: self.spec.batches]
        return self.mean([self.train_batch(*batch) for batch in batches], len(batches[0][2]))

    def train_batch(self, index: int, inputs: Array, labels: Array) -> float:
        """One step; returns the batch's loss."""
        self.zero_gradients()
        loss = self.forward(index, inputs, labels)
        self.backward(inputs, labels)
        self.step()
        self.count_right(labels)
        return loss

    def validate(self) -> float:
        """The loss of the validation batches; returns what is recorded."""
        self.training = self.differentiates = False
        batches = self.data[self.spec.batches :]
        return self.mean([self.validate_batch(*batch) for batch in batches], len(batches[0][2]))

    def validate_batch(self, index: int, inputs: Array, labels: Array) -> float:
        """The loss of a validation batch."""
        loss = self.forward(index, inputs, labels)
        self.count_right(labels)
        return loss

    def count_right(self, labels: Array) -> None:
        """Call the function that counts right predictions."""
        self.counts.append((len(self.passes) - 1, self.predicted, labels))

    def mean(self, losses: list[float], batch_size: int) -> float:
        """What is recorded of an epoch's losses."""
        del batch_size
        return float(np.mean(losses))

    def forward(self, index: int, inputs: Array, labels: Array) -> float:
        """The loss of a batch; notes the pass."""
        rows = self._probabilities(inputs)
        self.predicted = rows.argmax(axis=1)
        loss = float(np.mean(-np.log(rows[np.arange(len(labels)), labels])))
        now = {"batch": index, "training": self.training, "differentiated": self.differentiates}
        places = {"weights": self.weights.copy(), "bias": self.bias.copy()}
        self.passes.append({**now, "loss": loss, "rate": self.rate, **places})
        return loss

    def zero_gradients(self) -> None:
        """Forget the gradients."""
        self.gradient_weights, self.gradient_bias = np.zeros_like(self.weights), np.zeros_like(self.bias)

    def backward(self, inputs: Array, labels: Array) -> None:
        """Add the gradients of a batch."""
        slopes = (self._probabilities(inputs) - np.eye(self.spec.classes)[labels]) / len(labels)
        self.gradient_weights = self.gradient_weights + inputs.T @ slopes + self.pull(self.weights)
        self.gradient_bias = self.gradient_bias + slopes.sum(axis=0) + self.pull(self.bias)

    def pull(self, values: Array) -> Array:
        """The gradient of the penalty."""
        penalty_gradients = {"none": np.zeros_like(values), "L1": np.sign(values), "L2": 2 * values}
        result: Array = self.spec.alpha * penalty_gradients[self.spec.penalty]
        return result

    def step(self) -> None:
        """Gradient descent."""
        self.weights = self.weights - self.rate * self.gradient_weights
        self.bias = self.bias - self.rate * self.gradient_bias

    def schedule(self) -> None:
        """At the end of an epoch."""
        self.epoch += 1
        self.rate = self.spec.learning_rate * self.spec.gamma ** (self.epoch // self.spec.step_size)

    def _probabilities(self, inputs: Array) -> Array:
        scores = inputs @ self.weights + self.bias
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        rows: Array = powers / powers.sum(axis=1, keepdims=True)
        return rows
