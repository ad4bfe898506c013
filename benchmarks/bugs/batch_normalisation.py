"""Batch normalization: γ (x − mean) / √(variance + ε) + β, and the gradients of x and γ.

The output does not change if a column of x is moved or (but for ε) scaled. So along these null directions the right
gradient has no component, and errors along them are invisible to checkers that look along all ones only, or
differentiate ½‖y‖².
"""

from __future__ import annotations

import numpy as np

from .subject import Array, Subject, bug, right

EPSILON = 1e-3


@right("batch normalization, input")
class Input(Subject):
    """As a function of the input, (8, 3)."""

    def set_up(self) -> None:
        self.gamma, self.beta = 1 + self.normal(3) / 4, self.normal(3)
        self.x = self.normal(8, 3) * self.dtype(1.5) + self.dtype(0.5)

    def statistics(self, x: Array) -> tuple[Array, Array]:
        """The normalised input, and the deviation of every column."""
        deviation = np.sqrt(x.var(axis=0) + self.dtype(EPSILON))
        return (x - x.mean(axis=0)) / deviation, deviation

    def forward(self, x: Array) -> Array:
        return self.gamma * self.statistics(x)[0] + self.beta

    def backward(self, x: Array, dy: Array) -> Array:
        normalised, deviation = self.statistics(x)
        dx = self.gamma * dy / deviation
        return dx - dx.mean(axis=0) - normalised * (dx * normalised).mean(axis=0)


@bug("batch norm: way through the mean missing")
class MeanMissing(Input):
    """The mean counts as a constant."""

    def backward(self, x: Array, dy: Array) -> Array:
        normalised, deviation = self.statistics(x)
        dx = self.gamma * dy / deviation
        return dx - normalised * (dx * normalised).mean(axis=0)


@bug("batch norm: way through the variance missing")
class VarianceMissing(Input):
    """The variance counts as a constant."""

    def backward(self, x: Array, dy: Array) -> Array:
        dx = self.gamma * dy / self.statistics(x)[1]
        return dx - dx.mean(axis=0)


@bug("batch norm: wrong along all ones")
class AlongOnes(Input):
    """A twentieth of the mean stays in the gradient: wrong along the null direction, all ones."""

    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, dy) + 0.05 * dy.mean(axis=0)


@bug("batch norm: wrong along the normalised input")
class AlongInput(Input):
    """A twentieth of the covariance stays: wrong along the other null direction."""

    def backward(self, x: Array, dy: Array) -> Array:
        normalised, _ = self.statistics(x)
        return super().backward(x, dy) + 0.05 * normalised * (dy * normalised).mean(axis=0)


@bug("batch norm: γ missing")
class GammaMissing(Input):
    """The input gradient is not multiplied by γ."""

    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, dy) / self.gamma


@bug("batch norm: variance divided by n - 1")
class Unbiased(Input):
    """Forward uses the biased variance, backward the unbiased one."""

    def backward(self, x: Array, dy: Array) -> Array:
        deviation = np.sqrt(x.var(axis=0, ddof=1) + EPSILON)
        normalised = (x - x.mean(axis=0)) / deviation
        dx = self.gamma * dy / deviation
        return dx - dx.mean(axis=0) - normalised * (dx * normalised).mean(axis=0)


@bug("batch norm: ε outside of the root")
class EpsilonOutside(Input):
    """Backward divides by √variance + ε, forward by √(variance + ε)."""

    def backward(self, x: Array, dy: Array) -> Array:
        deviation = np.sqrt(x.var(axis=0)) + EPSILON
        normalised = (x - x.mean(axis=0)) / deviation
        dx = self.gamma * dy / deviation
        return dx - dx.mean(axis=0) - normalised * (dx * normalised).mean(axis=0)


@right("batch normalization, 2 samples")
class TwoSamples(Input):
    """With two samples the output is almost ±γ, whatever the input, and the gradient almost 0."""

    def set_up(self) -> None:
        super().set_up()
        self.x = self.x[:2]


@right("batch normalization, γ")
class Gamma(Input):
    """As a function of γ, (3,)."""

    def set_up(self) -> None:
        super().set_up()
        self.inputs, self.x = self.x, self.gamma

    def forward(self, x: Array) -> Array:
        return x * self.statistics(self.inputs)[0] + self.beta

    def backward(self, x: Array, dy: Array) -> Array:
        return (dy * self.statistics(self.inputs)[0]).sum(axis=0)


@bug("batch norm: γ learns from the raw input")
class RawInput(Gamma):
    """The gradient of γ is taken with x instead of the normalised x."""

    def backward(self, x: Array, dy: Array) -> Array:
        return (dy * self.inputs).sum(axis=0)
