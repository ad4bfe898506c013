"""Cross-entropy of probabilities, and fused with softmax: scalar losses."""

from __future__ import annotations

import numpy as np

from .softmax import softmax
from .subject import Array, Subject, bug, right

BATCH, CLASSES = 5, 4


@right("cross-entropy of probabilities")
class CrossEntropy(Subject):
    """−Σ label ln(y), as a function of probabilities, (5, 4)."""

    def set_up(self) -> None:
        self.labels = np.eye(CLASSES, dtype=self.dtype)[self.rng.integers(CLASSES, size=BATCH)]
        raw = self.rng.uniform(0.2, 1.0, size=(BATCH, CLASSES))
        self.x = (raw / raw.sum(axis=1, keepdims=True)).astype(self.dtype)

    def forward(self, x: Array) -> Array:
        return np.asarray(-(self.labels * np.log(x)).sum())

    def backward(self, x: Array, dy: Array) -> Array:
        return -dy * self.labels / x


@bug("cross-entropy: sign")
class Sign(CrossEntropy):
    """The minus is missing."""

    def backward(self, x: Array, dy: Array) -> Array:
        return -super().backward(x, dy)


@bug("cross-entropy: averaged in backward")
class Averaged(CrossEntropy):
    """Forward sums over the batch, backward averages."""

    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, dy) / len(x)


@bug("cross-entropy: ε in backward only")
class EpsilonInBackward(CrossEntropy):
    """Backward divides by y + 1e-4, forward takes ln(y)."""

    def backward(self, x: Array, dy: Array) -> Array:
        return -dy * self.labels / (x + 1e-4)


@right("softmax and cross-entropy, fused")
class Fused(CrossEntropy):
    """−mean over the batch of ln softmax(x)[label], as a function of (5, 4) logits."""

    def set_up(self) -> None:
        super().set_up()
        self.x = self.normal(BATCH, CLASSES)

    def forward(self, x: Array) -> Array:
        return np.asarray(-(self.labels * np.log(softmax(x))).sum() / self.dtype(BATCH))

    def backward(self, x: Array, dy: Array) -> Array:
        return dy * (softmax(x) - self.labels) / self.dtype(BATCH)


@bug("fused cross-entropy: averaged twice")
class AveragedTwice(Fused):
    """Divided by the batch size once more."""

    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, dy) / BATCH


@bug("fused cross-entropy: a label forgotten")
class LabelForgotten(Fused):
    """The label is not subtracted at the class of the first sample."""

    def backward(self, x: Array, dy: Array) -> Array:
        labels = self.labels.copy()
        labels[:, int(self.labels[0].argmax())] = 0
        return dy * (softmax(x) - labels) / BATCH
