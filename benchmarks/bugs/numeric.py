"""Numerically small errors, and errors of position, in blocks of 24 to 100,000 entries."""

from __future__ import annotations

import numpy as np

from .subject import Array, Subject, bug, right


@right("tanh(x W), weights")
class Dense(Subject):
    """y = tanh(X W) as a function of W, (6, 4)."""

    rows, columns, batch = 6, 4, 5

    def set_up(self) -> None:
        self.inputs = self.normal(self.batch, self.rows) / self.dtype(self.rows**0.5)
        self.x = self.normal(self.rows, self.columns)

    def forward(self, x: Array) -> Array:
        return np.tanh(self.inputs @ x)

    def backward(self, x: Array, dy: Array) -> Array:
        return self.inputs.T @ (dy * (1 - np.tanh(self.inputs @ x) ** 2))


@bug("1 of 24 entries off by 1e-6 of itself")
class OneOff(Dense):
    """One entry is multiplied by 1 + 1e-6."""

    def backward(self, x: Array, dy: Array) -> Array:
        gradient = super().backward(x, dy)
        gradient[2, 1] *= 1 + 1e-6
        return gradient


@bug("1 of 24 entries off by 1e-5 of itself")
class OneMoreOff(Dense):
    """The entry that is largest is multiplied by 1 + 1e-5: which one it is depends on the incoming gradient."""

    def backward(self, x: Array, dy: Array) -> Array:
        gradient = super().backward(x, dy)
        gradient.flat[np.abs(gradient).argmax()] *= 1 + 1e-5
        return gradient


@bug("1 of 24 entries 0")
class OneMissing(Dense):
    """One entry is never filled in."""

    def backward(self, x: Array, dy: Array) -> Array:
        gradient = super().backward(x, dy)
        gradient[2, 1] = 0
        return gradient


@bug("sign reversed")
class Reversed(Dense):
    """Minus the gradient."""

    def backward(self, x: Array, dy: Array) -> Array:
        return -super().backward(x, dy)


@bug("factor 1.00001")
class Factor(Dense):
    """All entries are too large by 1e-5 of themselves."""

    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, dy) * 1.00001


@bug("shifted by one entry")
class Shifted(Dense):
    """Every entry stands where its neighbour belongs."""

    def backward(self, x: Array, dy: Array) -> Array:
        return np.roll(super().backward(x, dy), 1)


@bug("two rows exchanged")
class Exchanged(Dense):
    """The first two rows are exchanged."""

    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, dy)[[1, 0, 2, 3, 4, 5]]


@bug("1e-5 added to every entry")
class Added(Dense):
    """A small constant where there should be none."""

    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, dy) + 1e-5 * np.sign(dy.flat[0])


@bug("rounded to 4 decimals")
class Rounded(Dense):
    """np.round(gradient, 4)."""

    def backward(self, x: Array, dy: Array) -> Array:
        return np.round(super().backward(x, dy), 4)


@bug("computed in half precision")
class Half(Dense):
    """The incoming gradient is cast to float16."""

    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, np.asarray(dy).astype(np.float16).astype(self.dtype))


@bug("detours: difference quotient of step 1e-3")
class Numerical(Dense):
    """The derivative of tanh is itself a one-sided difference quotient with a large step."""

    def backward(self, x: Array, dy: Array) -> Array:
        sums, step = self.inputs @ x, 1e-3
        return self.inputs.T @ (dy * (np.tanh(sums + step) - np.tanh(sums)) / step)


@right("widely scaled, weights")
class Scaled(Dense):
    """The columns of X have sizes from 1 to 1e-5, and so have the rows of the gradient."""

    def set_up(self) -> None:
        super().set_up()
        self.inputs = self.inputs * np.logspace(0, -5, self.rows).astype(self.dtype)


@bug("smallest row of a widely scaled gradient doubled")
class SmallestDoubled(Scaled):
    """The row that is 1e-5 of the largest is twice what it should be: drowned, where errors are added up."""

    def backward(self, x: Array, dy: Array) -> Array:
        gradient = super().backward(x, dy)
        gradient[-1] *= 2
        return gradient


@bug("small rows of a widely scaled gradient reversed")
class SmallReversed(Scaled):
    """The rows below 1e-3 of the largest have the wrong sign."""

    def backward(self, x: Array, dy: Array) -> Array:
        gradient = super().backward(x, dy)
        gradient[-2:] *= -1
        return gradient


@right("tanh(x W), 100,000 weights", large=True)
class Large(Dense):
    """y = tanh(X W) as a function of W, (25000, 4); y has 8 entries."""

    rows, columns, batch = 25_000, 4, 2

    @property
    def entry(self) -> tuple[int, int]:
        """An entry whose inputs are large, so that its gradient is not small by chance."""
        return int(np.abs(self.inputs).sum(axis=0).argmax()), 2


@bug("1 of 100,000 entries off by 1e-6 of the norm")
class LargeOneOff(Large):
    """One entry is off by some millionths of the whole gradient's norm: about 1e-3 of itself."""

    def backward(self, x: Array, dy: Array) -> Array:
        gradient = super().backward(x, dy)
        gradient[self.entry] *= 1 + 5e-6 * gradient.size**0.5
        return gradient


@bug("1 of 100,000 entries off by 1e-6 of itself")
class LargeOneSlightlyOff(Large):
    """One entry is multiplied by 1 + 1e-6: about 1e-8 of the gradient's norm."""

    def backward(self, x: Array, dy: Array) -> Array:
        gradient = super().backward(x, dy)
        gradient[self.entry] *= 1 + 1e-6
        return gradient


@bug("100,000 entries off by 1e-6 in norm")
class LargeSpread(Large):
    """Every entry is off by a normal random share of itself, with a deviation of a millionth."""

    def backward(self, x: Array, dy: Array) -> Array:
        shares = np.random.default_rng(1).normal(size=self.x.shape)
        return super().backward(x, dy) * (1 + 1.05e-6 * shares)


@bug("factor 1.000001, 100,000 entries")
class LargeFactor(Large):
    """All entries are too large by a millionth of themselves."""

    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, dy) * (1 + 1.01e-6)


@bug("half of 100,000 entries 0")
class LargeHalf(Large):
    """The second half is never filled in."""

    def backward(self, x: Array, dy: Array) -> Array:
        gradient = super().backward(x, dy)
        gradient[len(gradient) // 2 :] = 0
        return gradient
