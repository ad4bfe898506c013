"""Softmax of every row. Adding a number to a row changes nothing: all ones is a null direction."""

from __future__ import annotations

import numpy as np

from .subject import Array, Subject, bug, right


def softmax(x: Array) -> Array:
    """The softmax of every row."""
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@right("softmax")
class SoftMax(Subject):
    """Rows of 6."""

    def set_up(self) -> None:
        self.x = self.normal(4, 6)

    def forward(self, x: Array) -> Array:
        return softmax(x)

    def backward(self, x: Array, dy: Array) -> Array:
        y = softmax(x)
        return y * (dy - (dy * y).sum(axis=1, keepdims=True))


@bug("softmax: wrong along all ones")
class AlongOnes(SoftMax):
    """A number is added to every row of the gradient: wrong in the null space."""

    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, dy) + 0.05 * dy.mean(axis=1, keepdims=True)


@bug("softmax: diagonal only")
class Diagonal(SoftMax):
    """y (1 − y), as if the outputs did not depend on each other's inputs."""

    def backward(self, x: Array, dy: Array) -> Array:
        y = softmax(x)
        return dy * y * (1 - y)


@bug("softmax: sum over the batch")
class WrongAxis(SoftMax):
    """The sum runs over the samples instead of the classes."""

    def backward(self, x: Array, dy: Array) -> Array:
        y = softmax(x)
        return y * (dy - (dy * y).sum(axis=0, keepdims=True))


@bug("softmax: sign of the sum")
class WrongSign(SoftMax):
    """The sum is added instead of taken away."""

    def backward(self, x: Array, dy: Array) -> Array:
        y = softmax(x)
        return y * (dy + (dy * y).sum(axis=1, keepdims=True))
