"""Fully connected layer: y = x W + b, and the gradients of x and of the stacked (W, b)."""

from __future__ import annotations

import numpy as np

from .subject import Array, Subject, bug, right

BATCH, SIZE = 6, 4


@right("fully connected, input")
class Input(Subject):
    """y = x W + b as a function of x, (6, 4); W is square, so that a missing transpose keeps the shape."""

    def set_up(self) -> None:
        self.weights, self.bias = self.normal(SIZE, SIZE), self.normal(SIZE)
        self.x = self.normal(BATCH, SIZE)

    def forward(self, x: Array) -> Array:
        return x @ self.weights + self.bias

    def backward(self, x: Array, dy: Array) -> Array:
        return dy @ self.weights.T


@bug("affine: W not transposed")
class Untransposed(Input):
    """The incoming gradient is multiplied by W instead of its transpose."""

    def backward(self, x: Array, dy: Array) -> Array:
        return dy @ self.weights


@bug("affine: input gradient averaged")
class InputAveraged(Input):
    """The input gradient is divided by the batch size."""

    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, dy) / len(dy)


@bug("affine: last sample skipped")
class LastSampleSkipped(Input):
    """A loop over the samples ends one too early."""

    def backward(self, x: Array, dy: Array) -> Array:
        gradient = super().backward(x, dy)
        gradient[-1] = 0
        return gradient


@bug("affine: mean over batch removed")
class Centred(Input):
    """The mean over the batch is taken from the gradient, as if the layer normalised."""

    def backward(self, x: Array, dy: Array) -> Array:
        gradient = super().backward(x, dy)
        return gradient - gradient.mean(axis=0)


@right("fully connected, weights")
class Weights(Subject):
    """y = x W + b as a function of W and b, stacked to (5, 4)."""

    def set_up(self) -> None:
        self.inputs = np.hstack([self.normal(BATCH, SIZE), np.ones((BATCH, 1), self.dtype)])
        self.x = self.normal(SIZE + 1, SIZE)

    def forward(self, x: Array) -> Array:
        return self.inputs @ x

    def backward(self, x: Array, dy: Array) -> Array:
        return self.inputs.T @ dy


@bug("affine: gradient of W averaged")
class WeightsAveraged(Weights):
    """The gradient is divided by the batch size, though the loss has done so already."""

    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, dy) / len(dy)


@bug("affine: gradient of W transposed")
class WeightsTransposed(Weights):
    """The gradient of the square W is transposed."""

    def backward(self, x: Array, dy: Array) -> Array:
        gradient = super().backward(x, dy)
        return np.vstack([gradient[:-1].T, gradient[-1:]])


@bug("affine: reshaped instead of transposed")
class WeightsReshaped(Weights):
    """reshape makes the shape fit, and leaves the entries in their old order."""

    def backward(self, x: Array, dy: Array) -> Array:
        return (dy.T @ self.inputs).reshape(self.x.shape)


@bug("affine: gradient of b missing")
class BiasMissing(Weights):
    """The bias never learns."""

    def backward(self, x: Array, dy: Array) -> Array:
        gradient = super().backward(x, dy)
        gradient[-1] = 0
        return gradient


@bug("affine: gradient of b averaged")
class BiasAveraged(Weights):
    """The bias gets the mean over the batch, the weights the sum."""

    def backward(self, x: Array, dy: Array) -> Array:
        gradient = super().backward(x, dy)
        gradient[-1] = dy.mean(axis=0)
        return gradient


@bug("affine: last unit skipped")
class LastUnitSkipped(Weights):
    """A loop over the units ends one too early."""

    def backward(self, x: Array, dy: Array) -> Array:
        gradient = super().backward(x, dy)
        gradient[:, -1] = 0
        return gradient
