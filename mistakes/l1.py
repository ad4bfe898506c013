"""L1 regularizer: mistakes."""

from __future__ import annotations

import numpy as np

from ..framework import L1_Regularizer
from ..framework.validation import Tensor, Weights
from .registry import Declare

POSITIVE = ("matrix", "kernels", "vector")  # the cases with alpha > 0

mistake = Declare(families=("regularization",), cases=POSITIVE)


@mistake(hint="self.alpha * np.sign(weights)", cases=())
class GradientWithoutAlpha(L1_Regularizer):
    """The gradient lacks alpha.

    sign(w) alone pulls with full strength, whatever alpha says.
    """

    def calculate_gradient(self, weights: Weights) -> Weights:
        gradient: Weights = np.sign(weights)
        return gradient


@mistake(hint="self.alpha * np.sum(np.abs(weights))", cases=())
class NormWithoutAlpha(L1_Regularizer):
    """The norm lacks alpha.

    The loss then contains the full sum of the weights' sizes, whatever alpha says.
    """

    def norm(self, weights: Tensor) -> float:
        return float(np.sum(np.abs(weights)))


@mistake(hint="self.alpha * np.sign(weights)")
class GradientOfL2(L1_Regularizer):
    """The gradient is that of the L2 penalty.

    alpha * w gets smaller with the weight. The derivative of |w| is the sign: small weights are pulled to 0 as
    strongly as large ones.
    """

    def calculate_gradient(self, weights: Weights) -> Weights:
        return self.alpha * weights


@mistake(hint="np.sign(weights), not np.abs(weights)")
class GradientOfSize(L1_Regularizer):
    """The gradient takes the weights' sizes for their signs.

    alpha * |w| is never negative, so negative weights are pushed away from 0.
    """

    def calculate_gradient(self, weights: Weights) -> Weights:
        gradient: Weights = self.alpha * np.abs(weights)
        return gradient


@mistake(hint="self.alpha * np.sign(weights)")
class GradientConstant(L1_Regularizer):
    """The gradient is alpha for all weights.

    The sign is missing: negative weights are pushed away from 0.
    """

    def calculate_gradient(self, weights: Weights) -> Weights:
        return self.alpha * (weights * 0 + 1)


@mistake(hint="np.sign(weights), which is 0 at 0", cases=())
class DivisionAtZero(L1_Regularizer):
    """The gradient is NaN where a weight is 0.

    w / |w| is the sign, but 0 / 0 at 0, and weights are 0 often: L1 makes them so, and biases start there.
    """

    def calculate_gradient(self, weights: Weights) -> Weights:
        gradient: Weights = self.alpha * weights / np.abs(weights)
        return gradient


@mistake(hint="self.alpha * np.sum(np.abs(weights))")
class NormWithoutSizes(L1_Regularizer):
    """The norm adds up the weights, not their sizes.

    Positive and negative weights cancel, and the loss can become negative.
    """

    def norm(self, weights: Tensor) -> float:
        return float(self.alpha * np.sum(weights))


@mistake(hint="np.abs(weights), not weights**2")
class NormOfL2(L1_Regularizer):
    """The norm is that of the L2 penalty.

    It adds up squares instead of sizes.
    """

    def norm(self, weights: Tensor) -> float:
        return float(self.alpha * np.sum(weights**2))


@mistake(hint="self.alpha * np.sum(np.abs(weights)), not np.mean")
class NormMean(L1_Regularizer):
    """The norm is a mean.

    The mean of the sizes is smaller than their sum by the number of weights, and no longer belongs to the gradient.
    """

    def norm(self, weights: Tensor) -> float:
        return float(self.alpha * np.mean(np.abs(weights)))


@mistake(
    hint="self.alpha * np.sum(np.abs(weights)), or np.linalg.norm(weights.ravel(), 1)", cases=("matrix", "kernels")
)
class MatrixNorm(L1_Regularizer):
    """The norm is a matrix norm.

    np.linalg.norm(weights, 1) is the largest column sum of a matrix, not the sum over all entries. It is right for
    vectors only and fails for kernels.
    """

    def norm(self, weights: Tensor) -> float:
        return float(self.alpha * np.linalg.norm(weights, 1))


@mistake(hint="np.sign(weights), which makes a new array", families=("contract",), cases=())
class WritesIntoWeights(L1_Regularizer):
    """The gradient is written into the weights.

    weights[weights > 0] = 1 and its like change the array of the caller: the layer's weights are gone.
    """

    def calculate_gradient(self, weights: Weights) -> Weights:
        gradient = super().calculate_gradient(weights)
        weights *= 0
        weights += gradient
        return +weights
