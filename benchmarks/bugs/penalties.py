"""L1 and L2 penalties of weights: scalar functions."""

from __future__ import annotations

import numpy as np

from .subject import Array, Subject, bug, right

ALPHA = 0.1


@right("L2 penalty")
class L2(Subject):
    """α Σ w², as a function of w, (4, 5)."""

    def set_up(self) -> None:
        self.x = self.normal(4, 5)

    def forward(self, x: Array) -> Array:
        return np.asarray(self.dtype(ALPHA) * (x**2).sum())

    def backward(self, x: Array, dy: Array) -> Array:
        return 2 * dy * self.dtype(ALPHA) * x


@bug("L2: factor 2 missing")
class FactorMissing(L2):
    """α w belongs to α/2 Σ w²."""

    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, dy) / 2


@bug("L2: divided by the norm")
class OfNorm(L2):
    """The gradient is that of α ‖w‖."""

    def backward(self, x: Array, dy: Array) -> Array:
        return dy * ALPHA * x / np.linalg.norm(x)


@right("L1 penalty")
class L1(Subject):
    """α Σ |w|, as a function of w, (4, 5)."""

    def set_up(self) -> None:
        self.x = self.normal(4, 5)

    def forward(self, x: Array) -> Array:
        return np.asarray(self.dtype(ALPHA) * np.abs(x).sum())

    def backward(self, x: Array, dy: Array) -> Array:
        return dy * self.dtype(ALPHA) * np.sign(x)


@bug("L1: sign missing")
class SignMissing(L1):
    """Every weight gets α."""

    def backward(self, x: Array, dy: Array) -> Array:
        return dy * ALPHA * np.ones_like(x)


@bug("L1: gradient of L2")
class Quadratic(L1):
    """2 α w belongs to the other penalty."""

    def backward(self, x: Array, dy: Array) -> Array:
        return 2 * dy * ALPHA * x
