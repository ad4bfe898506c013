"""A deep network of rectified units: the gradient of its first weights, for all outputs and for a scalar loss.

A scalar loss sees the kinks of all units at once. So this is what gradient checkers find hardest to judge in float32.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .softmax import softmax
from .subject import Array, Subject, bug, right

BATCH, INPUTS, HIDDEN, DEPTH, CLASSES = 6, 8, 12, 3, 4


@right("deep ReLU network, logits")
class Logits(Subject):
    """Three hidden layers of 12 rectified units; (6, 4) logits as a function of the first weights, (8, 12)."""

    def set_up(self) -> None:
        self.inputs = self.normal(BATCH, INPUTS)
        sizes = [*[HIDDEN] * DEPTH, CLASSES]
        self.later = [self.normal(rows, columns) / 3 for rows, columns in pairwise(sizes)]
        self.labels = np.eye(CLASSES, dtype=self.dtype)[self.rng.integers(CLASSES, size=BATCH)]
        self.x = self.normal(INPUTS, HIDDEN) / 3

    def sums(self, x: Array) -> list[Array]:
        """What each layer adds up, before it is rectified; the last are the logits."""
        sums = [self.inputs @ x]
        for weights in self.later:
            sums.append(np.maximum(sums[-1], 0) @ weights)
        return sums

    def forward(self, x: Array) -> Array:
        return self.sums(x)[-1]

    def backward(self, x: Array, dy: Array) -> Array:
        error = dy
        for weights, before in zip(reversed(self.later), reversed(self.sums(x)[:-1]), strict=True):
            error = self.masked(error @ weights.T, before)
        return self.inputs.T @ error

    def masked(self, error: Array, before: Array) -> Array:
        """The gradient of a layer's sums, given that of its outputs."""
        return error * (before > 0)


@bug("deep network: masked by the gradient's sign")
class WrongMask(Logits):
    """Each layer masks by the sign of the gradient, not of its input."""

    def masked(self, error: Array, before: Array) -> Array:
        return error * (error > 0)


@right("deep ReLU network, loss")
class Loss(Logits):
    """The mean cross-entropy of the same network: a scalar."""

    def forward(self, x: Array) -> Array:
        return np.asarray(-(self.labels * np.log(softmax(super().forward(x)))).sum() / self.dtype(BATCH))

    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, dy * (softmax(super().forward(x)) - self.labels) / self.dtype(BATCH))


@bug("deep network: loss not averaged in backward")
class Summed(Loss):
    """Forward averages over the batch, backward sums."""

    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, dy * BATCH)
