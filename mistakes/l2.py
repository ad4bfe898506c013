"""L2 regularizer: mistakes."""

from __future__ import annotations

import numpy as np

from ..framework import L2_Regularizer
from ..framework.validation import Tensor, Weights
from .registry import Declare

POSITIVE = ("matrix", "kernels", "vector")  # the cases with alpha > 0

mistake = Declare(families=("regularization",), cases=POSITIVE)


@mistake(hint="self.alpha * weights", cases=())
class GradientWithoutAlpha(L2_Regularizer):
    """The gradient lacks alpha.

    The weights themselves are subtracted, whatever alpha says.
    """

    def calculate_gradient(self, weights: Weights) -> Weights:
        return +weights


@mistake(hint="self.alpha * np.sum(weights**2)", cases=())
class NormWithoutAlpha(L2_Regularizer):
    """The norm lacks alpha.

    The loss then contains the full sum of squares, whatever alpha says.
    """

    def norm(self, weights: Tensor) -> float:
        return float(np.sum(weights**2))


@mistake(hint="self.alpha * weights")
class GradientAlphaSquared(L2_Regularizer):
    """The gradient contains alpha twice.

    alpha² * w is far too weak for the usual small alpha.
    """

    def calculate_gradient(self, weights: Weights) -> Weights:
        return self.alpha * self.alpha * weights


@mistake(hint="self.alpha * weights")
class GradientOfL1(L2_Regularizer):
    """The gradient is that of the L1 penalty.

    alpha * sign(w) does not depend on the size of the weight; the derivative of a square does.
    """

    def calculate_gradient(self, weights: Weights) -> Weights:
        gradient: Weights = self.alpha * np.sign(weights)
        return gradient


@mistake(hint="self.alpha * weights")
class GradientSquared(L2_Regularizer):
    """The gradient contains the square of the weights.

    alpha * w² is the norm's term, not its derivative; it is never negative, so negative weights are pushed away from
    0.
    """

    def calculate_gradient(self, weights: Weights) -> Weights:
        return self.alpha * weights * weights


@mistake(hint="self.alpha * weights: an array of the shape of the weights", cases=())
class GradientIsOneNumber(L2_Regularizer):
    """The gradient is one number for all weights.

    It returns the norm of the weights; every weight needs a derivative of its own.
    """

    def calculate_gradient(self, weights: Weights) -> Weights:
        norm: Weights = self.alpha * np.linalg.norm(np.ravel(weights))  # type: ignore[assignment]  # the mistake
        return norm


@mistake(hint="self.alpha * weights", cases=())
class GradientNormalised(L2_Regularizer):
    """The gradient is divided by the norm of the weights.

    w / ‖w‖ is the derivative of the norm, not of its square, and is 0 / 0 at weights that are all 0.
    """

    def calculate_gradient(self, weights: Weights) -> Weights:
        gradient: Weights = self.alpha * weights / float(np.linalg.norm(np.ravel(weights)))
        return gradient


@mistake(hint="np.sum(weights**2), not np.sum(weights)**2")
class NormSquaresTheSum(L2_Regularizer):
    """The norm squares the sum instead of summing the squares.

    Positive and negative weights cancel before they are squared.
    """

    def norm(self, weights: Tensor) -> float:
        return float(self.alpha * np.sum(weights) ** 2)


@mistake(hint="weights**2, not np.abs(weights)")
class NormOfL1(L2_Regularizer):
    """The norm is that of the L1 penalty.

    It adds up sizes instead of squares.
    """

    def norm(self, weights: Tensor) -> float:
        return float(self.alpha * np.sum(np.abs(weights)))


@mistake(hint="self.alpha * np.sum(weights**2), not np.mean")
class NormMean(L2_Regularizer):
    """The norm is a mean.

    The mean of the squares is smaller than their sum by the number of weights, and no longer belongs to the gradient.
    """

    def norm(self, weights: Tensor) -> float:
        return float(self.alpha * np.mean(weights**2))


@mistake(
    hint="return self.alpha * weights, which makes a new array, not weights *= self.alpha",
    families=("contract",),
    cases=(),
)
class WritesIntoWeights(L2_Regularizer):
    """The gradient is written into the weights.

    weights *= alpha changes the array of the caller: the layer's weights are gone.
    """

    def calculate_gradient(self, weights: Weights) -> Weights:
        weights *= self.alpha
        return +weights
