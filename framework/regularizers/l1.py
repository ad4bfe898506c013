"""L1 regularizer."""

import numpy as np

from ..validation import Tensor, Weights
from .base import Regularizer


class L1_Regularizer(Regularizer):  # noqa: N801 - the name the exercises prescribe
    """``alpha * sum(|w|)``: favours sparse weights."""

    def calculate_gradient(self, weights: Weights) -> Weights:
        """Return the subgradient ``alpha * sign(w)``, with sign(0) = 0."""
        gradient: Weights = self.alpha * np.sign(weights)
        return gradient

    def norm(self, weights: Tensor) -> float:
        """Return ``alpha * sum(|w|)``."""
        return float(self.alpha * np.sum(np.abs(weights)))
