"""L2 regularizer."""

import numpy as np

from ..validation import Tensor, Weights
from .base import Regularizer


class L2_Regularizer(Regularizer):  # noqa: N801 - the name the exercises prescribe
    """``alpha * sum(w²)``: favours small weights.

    By the convention of the exercises, ``calculate_gradient`` is half of the derivative of ``norm``.
    """

    def calculate_gradient(self, weights: Weights) -> Weights:
        """Return ``alpha * w``."""
        return self.alpha * weights

    def norm(self, weights: Tensor) -> float:
        """Return ``alpha * sum(w²)``."""
        return float(self.alpha * np.sum(np.square(weights)))
