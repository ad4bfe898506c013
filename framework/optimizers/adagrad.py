"""AdaGrad."""

from typing import Any

import numpy as np

from ..validation import Weights
from .base import Optimizer


class AdaGrad(Optimizer):
    """Adaptive gradient: ``s ← s + g²``, then ``w ← w - learning_rate * g / (sqrt(s) + epsilon)``.

    Source: Duchi, Hazan & Singer, JMLR 12, 2011, with diagonal matrices.

    Args:
        learning_rate: Step size, at least 0.

    Attributes:
        sum_of_squares: As the weights; None before the first update.
        epsilon: Added to the root, outside of it.

    Raises:
        ValueError: If the learning rate is negative or infinite.
    """

    epsilon = float(np.finfo(float).eps)

    def __init__(self, learning_rate: float) -> None:
        super().__init__(learning_rate)
        self.sum_of_squares: Any = None

    def _displacement(self, gradient: Weights) -> Weights:
        self.sum_of_squares = self._previous(self.sum_of_squares, gradient) + gradient**2
        displacement: Weights = -self.learning_rate * gradient / (np.sqrt(self.sum_of_squares) + self.epsilon)
        return displacement
