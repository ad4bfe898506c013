"""Stochastic gradient descent."""

from ..validation import Weights
from .base import Optimizer


class Sgd(Optimizer):
    """``w ← w - learning_rate * g``."""

    def _displacement(self, gradient: Weights) -> Weights:
        return -self.learning_rate * gradient
