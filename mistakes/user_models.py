"""What loads, tests and uses a trained network, in NumPy, step by step, so that a mistake can replace one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..specs import Array
from ..specs import NetworkUser as EvaluatorSpec

Values = Mapping[str, Array]


class NetworkUser:
    """Loads a linear network.

    Args:
        spec: the configured component.
    """

    def __init__(self, spec: EvaluatorSpec) -> None:
        self.spec = spec
        self.training = True
        self.differentiates = True
        self.passes: list[dict[str, Any]] = []

    def test(self, stored: Values, fresh: Values, inputs: Array, labels: Array, batch_size: int) -> Mapping[str, Any]:
        """Test the network on batches."""
        self.load(stored, fresh)
        self.evaluate(testing=True)
        losses, rights, sizes = [], [], []
        for index, start in enumerate(range(0, len(inputs), batch_size)):
            rows = slice(start, start + batch_size)
            loss, right = self.test_batch(index, inputs[rows], labels[rows])
            losses.append(loss)
            rights.append(right)
            sizes.append(len(labels[rows]))
        values = self.loss(losses, sizes), self.accuracy(rights, sizes, batch_size)
        numbers = np.array([[value, 1e-6 * abs(value)] for value in values])
        return {**self._told(), "numbers": numbers, "labels": ["loss", "accuracy"]}

    def predict(self, stored: Values, fresh: Values, inputs: Array) -> Mapping[str, Any]:
        """The classes of samples."""
        self.load(stored, fresh)
        self.evaluate(testing=False)
        classes = np.array([self.choice(self.forward(-1, row[None])[0]) for row in inputs])
        return {**self._told(), "classes": classes}

    def load(self, stored: Values, fresh: Values) -> None:
        """Set the parameters to those that are stored."""
        del fresh
        self.weights, self.bias = stored["weights"].astype(float), stored["bias"].astype(float)

    def evaluate(self, *, testing: bool) -> None:
        """Switch to the test phase, and for a test, gradients off; whoever calls the predictor decides on them."""
        self.training = False
        self.differentiates = not testing

    def test_batch(self, index: int, inputs: Array, labels: Array) -> tuple[float, int]:
        """The mean loss of a batch, and how many predictions are right."""
        scores = self.forward(index, inputs)
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        rows = powers / powers.sum(axis=1, keepdims=True)
        loss = float(np.mean(-np.log(rows[np.arange(len(labels)), labels])))
        return loss, int(np.sum(rows.argmax(axis=1) == labels))

    def forward(self, index: int, inputs: Array) -> Array:
        """The scores of a batch; notes the pass."""
        now = {"batch": index, "training": self.training, "differentiated": self.differentiates}
        self.passes.append({**now, "weights": self.weights.copy(), "bias": self.bias.copy()})
        result: Array = inputs @ self.weights + self.bias
        return result

    def loss(self, losses: list[float], sizes: list[int]) -> float:
        """What is told of the batches' losses."""
        return float(np.average(losses, weights=sizes))

    def accuracy(self, rights: list[int], sizes: list[int], batch_size: int) -> float:
        """What is told of the right predictions."""
        del batch_size
        return sum(rights) / sum(sizes)

    def choice(self, scores: Array) -> int:
        """The class that is predicted."""
        return int(scores.argmax())

    def _told(self) -> dict[str, Any]:
        told = {key: np.array([each[key] for each in self.passes]) for key in self.passes[0]}
        return {**told, "final_weights": self.weights, "final_bias": self.bias}
