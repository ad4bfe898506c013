"""Adam."""

from typing import Any

import numpy as np

from ..validation import Weights, checked_number
from .base import Optimizer


class Adam(Optimizer):
    """Adaptive moment estimation (Kingma & Ba, ICLR 2015, algorithm 1), with bias correction.

    Args:
        learning_rate: Step size, at least 0.
        mu: Decay of the mean of the gradients (β₁ in the paper), in [0, 1).
        rho: Decay of the mean of their squares (β₂ in the paper), in [0, 1).

    Attributes:
        first_moment: As the weights; None before the first update.
        second_moment: As the weights; None before the first update.
        updates: Number of updates so far.
        epsilon: Added to the root, outside of it.

    Raises:
        ValueError: If an argument is outside its interval.
    """

    epsilon = float(np.finfo(float).eps)

    def __init__(self, learning_rate: float, mu: float, rho: float) -> None:
        super().__init__(learning_rate)
        self.mu = checked_number("mu", mu, "[0, 1)")
        self.rho = checked_number("rho", rho, "[0, 1)")
        self.first_moment: Any = None
        self.second_moment: Any = None
        self.updates = 0

    def _displacement(self, gradient: Weights) -> Weights:
        mu, rho = self.mu, self.rho
        self.first_moment = mu * self._previous(self.first_moment, gradient) + (1 - mu) * gradient
        self.second_moment = rho * self._previous(self.second_moment, gradient) + (1 - rho) * gradient**2
        self.updates += 1
        mean = self.first_moment / (1 - mu**self.updates)
        mean_square = self.second_moment / (1 - rho**self.updates)
        displacement: Weights = -self.learning_rate * mean / (np.sqrt(mean_square) + self.epsilon)
        return displacement
