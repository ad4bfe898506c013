"""Regularizers: mistakes that show in a sequence of calls."""

from __future__ import annotations

from ..framework import L1_Regularizer, L2_Regularizer
from ..framework.validation import Tensor, Weights
from .registry import Declare

mistake = Declare(families=("state",), cases=("matrix",))


@mistake(hint="return self.alpha * np.sum(np.abs(weights)), without +=")
class NormAccumulates(L1_Regularizer):
    """The norms of all calls add up.

    norm adds to an attribute and returns it, so the loss grows in every iteration, even if the weights stay.
    """

    total = 0.0

    def norm(self, weights: Tensor) -> float:
        self.total += super().norm(weights)
        return self.total


@mistake(hint="return self.alpha * weights, computed in every call")
class GradientOfFirstCall(L2_Regularizer):
    """The gradient of the first call is returned for ever.

    It is stored in the regularizer and computed again only if the shape of the weights changes.
    """

    stored: Tensor | None = None

    def calculate_gradient(self, weights: Weights) -> Weights:
        gradient = super().calculate_gradient(weights)
        if not isinstance(gradient, float) and (self.stored is None or self.stored.shape != gradient.shape):
            self.stored = gradient
        return gradient if isinstance(gradient, float) or self.stored is None else self.stored
