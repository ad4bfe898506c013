"""Stochastic gradient descent with momentum."""

from typing import Any

from ..validation import Weights, checked_number
from .base import Optimizer


class SgdWithMomentum(Optimizer):
    """``v ← momentum_rate * v - learning_rate * g``, then ``w ← w + v``.

    Source: Sutskever et al., ICML 2013, equations 1 and 2.

    Args:
        learning_rate: Step size, at least 0.
        momentum_rate: Share of the velocity that is kept, in [0, 1).

    Attributes:
        velocity: As the weights; None before the first update.

    Raises:
        ValueError: If an argument is outside its interval.
    """

    def __init__(self, learning_rate: float, momentum_rate: float) -> None:
        super().__init__(learning_rate)
        self.momentum_rate = checked_number("momentum_rate", momentum_rate, "[0, 1)")
        self.velocity: Any = None

    def _displacement(self, gradient: Weights) -> Weights:
        velocity: Weights = self.momentum_rate * self._previous(self.velocity, gradient) - self.learning_rate * gradient
        self.velocity = velocity
        return velocity
