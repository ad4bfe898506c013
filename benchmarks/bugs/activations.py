"""ReLU (away from 0, near 0 and at 0), sigmoid, tanh."""

from __future__ import annotations

import numpy as np

from .subject import Array, Subject, bug, right


class _Elementwise(Subject):
    def set_up(self) -> None:
        self.x = self.normal(4, 6)


@right("ReLU")
class ReLU(_Elementwise):
    """max(x, 0); entries are as near to 0 as a normal distribution has them."""

    def forward(self, x: Array) -> Array:
        return np.maximum(x, 0)

    def backward(self, x: Array, dy: Array) -> Array:
        return dy * self.slope(x)

    def slope(self, x: Array) -> Array:
        """The derivative per entry."""
        return (x > 0).astype(x.dtype)


@bug("ReLU: mask of the incoming gradient")
class WrongMask(ReLU):
    """What is masked by is the incoming gradient's sign instead of the input's."""

    def backward(self, x: Array, dy: Array) -> Array:
        return dy * (dy > 0)


@bug("ReLU: guided")
class Guided(ReLU):
    """Negative incoming gradients are masked as well."""

    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, dy) * (dy > 0)


@bug("ReLU: identity in backward")
class Unmasked(ReLU):
    """The mask is missing."""

    def slope(self, x: Array) -> Array:
        return np.ones_like(x)


@right("ReLU, near 0")
class Near(ReLU):
    """A quarter of the entries lies within ±0.009, of both signs."""

    def set_up(self) -> None:
        super().set_up()
        sizes = self.rng.uniform(0.002, 0.009, size=6)
        self.x[0] = sizes * np.array([1, -1, 1, -1, 1, -1])


@bug("ReLU: threshold moved to 0.01")
class Moved(Near):
    """Backward masks by x > 0.01, forward by x > 0."""

    def slope(self, x: Array) -> Array:
        return (x > 0.01).astype(x.dtype)


@right("ReLU, at 0", tied=True)
class AtZero(ReLU):
    """A third of the entries is exactly 0; backward takes 0 as the derivative there."""

    def set_up(self) -> None:
        super().set_up()
        self.x[:, ::3] = 0


@bug("ReLU: derivative 2 at 0")
class TwoAtZero(AtZero):
    """(x >= 0) is added to (x == 0): no subgradient."""

    def slope(self, x: Array) -> Array:
        return np.where(x == 0, x.dtype.type(2), super().slope(x))


@bug("ReLU: derivative -1 at 0")
class NegativeAtZero(AtZero):
    """A difference of two signs gives −1 at 0: no subgradient."""

    def slope(self, x: Array) -> Array:
        return np.where(x == 0, x.dtype.type(-1), super().slope(x))


@right("sigmoid")
class Sigmoid(_Elementwise):
    """1 / (1 + exp(−x))."""

    def forward(self, x: Array) -> Array:
        return 1 / (1 + np.exp(-x))

    def backward(self, x: Array, dy: Array) -> Array:
        y = self.forward(x)
        return dy * y * (1 - y)


@bug("sigmoid: derivative taken of the input")
class OfInput(Sigmoid):
    """x (1 − x) instead of y (1 − y)."""

    def backward(self, x: Array, dy: Array) -> Array:
        return dy * x * (1 - x)


@bug("sigmoid: factor y missing")
class FactorMissing(Sigmoid):
    """1 − y instead of y (1 − y)."""

    def backward(self, x: Array, dy: Array) -> Array:
        return dy * (1 - self.forward(x))


@right("tanh")
class TanH(_Elementwise):
    """The hyperbolic tangent."""

    def forward(self, x: Array) -> Array:
        return np.tanh(x)

    def backward(self, x: Array, dy: Array) -> Array:
        return dy * (1 - np.tanh(x) ** 2)


@bug("tanh: square missing")
class SquareMissing(TanH):
    """1 − y instead of 1 − y²."""

    def backward(self, x: Array, dy: Array) -> Array:
        return dy * (1 - np.tanh(x))


@bug("tanh: slightly wrong derivative")
class Approximate(TanH):
    """The derivative is that of a rational approximation, right to about four digits."""

    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, dy) * (1 + 1e-4 * x**2)
