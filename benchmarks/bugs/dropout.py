"""Inverted dropout; the mask is drawn from the same seed in every forward."""

from __future__ import annotations

import numpy as np

from .subject import Array, Subject, bug, right

KEEP = 0.75


@right("dropout")
class Dropout(Subject):
    """x · mask / keep; (5, 6), keep 0.75."""

    def set_up(self) -> None:
        self.seed = int(self.rng.integers(2**31))
        self.x = self.normal(5, 6)

    def mask(self, salt: int = 0) -> Array:
        """What is kept, scaled by 1 / keep; at least one entry is kept and one is not."""
        kept = np.random.default_rng([self.seed, salt]).uniform(size=self.x.shape) < KEEP
        kept.flat[0], kept.flat[1] = True, False
        return (kept / KEEP).astype(self.dtype)

    def forward(self, x: Array) -> Array:
        return x * self.mask()

    def backward(self, x: Array, dy: Array) -> Array:
        return dy * self.mask()


@bug("dropout: backward not scaled")
class Unscaled(Dropout):
    """Backward lacks 1 / keep."""

    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, dy) * KEEP


@bug("dropout: backward scaled twice")
class ScaledTwice(Dropout):
    """Backward divides by keep twice."""

    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, dy) / KEEP


@bug("dropout: another mask in backward")
class OtherMask(Dropout):
    """Backward draws a mask of its own."""

    def backward(self, x: Array, dy: Array) -> Array:
        return dy * self.mask(salt=1)


@bug("dropout: mask inverted")
class Inverted(Dropout):
    """What was dropped gets the gradient."""

    def backward(self, x: Array, dy: Array) -> Array:
        return dy * (self.mask() == 0) / KEEP


@bug("dropout: no mask in backward")
class Maskless(Dropout):
    """The gradient passes everywhere."""

    def backward(self, x: Array, dy: Array) -> Array:
        return dy / KEEP
