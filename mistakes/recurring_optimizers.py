"""Mistakes that recur on several optimizers, regularizers or initializers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..framework import (
    AdaGrad,
    Adam,
    He,
    L1_Regularizer,
    L2_Regularizer,
    Normal,
    Optimizer,
    Sgd,
    SgdWithMomentum,
    UniformRandom,
    Xavier,
)
from ..framework.validation import Tensor, Weights
from .in_front import RightInitializer, RightRegularizer
from .registry import Declare, On

recurring = Declare(families=("regularization",))


@recurring.on(
    On(AdaGrad, hint="weights - learning_rate * regularizer.calculate_gradient(weights)"),
    On(
        Adam,
        hint="w - learning_rate * (regularizer.calculate_gradient(w) + v_hat / (np.sqrt(r_hat) + eps)), at the old w",
    ),
    On(Sgd, hint="w - learning_rate * regularizer.calculate_gradient(w) - learning_rate * gradient, at the old w"),
    On(SgdWithMomentum, hint="w - learning_rate * regularizer.calculate_gradient(w) + velocity, at the old w"),
    cases=("with-L1", "with-L2"),
)
class RegularizerIgnored(Optimizer):
    """The regularizer is never applied.

    add_regularizer stores it, but the update does not ask it for its gradient.
    """

    def calculate_update(self, weight_tensor: Weights, gradient_tensor: Weights) -> Weights:
        return weight_tensor + self._displacement(gradient_tensor)


@recurring.on(
    On(Sgd, hint="w - learning_rate * regularizer.calculate_gradient(w) - learning_rate * gradient, at the old w"),
    On(SgdWithMomentum, hint="w - learning_rate * regularizer.calculate_gradient(w) + velocity, at the old w"),
    cases=("with-L1", "with-L2"),
)
class RegularizerOfNewWeights(Optimizer):
    """The regularizer looks at the new weights.

    Its gradient is taken after the step. Both gradients belong to the same point: the weights before the step.
    """

    def calculate_update(self, weight_tensor: Weights, gradient_tensor: Weights) -> Weights:
        stepped = weight_tensor + self._displacement(gradient_tensor)
        if self.regularizer is None:
            return stepped
        return stepped - self.learning_rate * self.regularizer.calculate_gradient(stepped)


@recurring.on(
    On(
        Adam,
        name="regularizer-in-moments",
        hint="w - learning_rate * (regularizer.calculate_gradient(w) + v_hat / (np.sqrt(r_hat) + eps)), at the old w",
        title="the regularizer's gradient enters the moments",
        explanation=(
            "It is added to the loss's gradient and then divided by the root of the second moment, so the "
            "strength of the penalty depends on the size of the gradients. It shall act on the weights alone."
        ),
    ),
    On(
        SgdWithMomentum,
        name="regularizer-in-velocity",
        hint="w - learning_rate * regularizer.calculate_gradient(w) + velocity, at the old w",
        title="the regularizer's gradient enters the velocity",
        explanation=(
            "It is added to the loss's gradient, so its pull goes on for many steps. The penalty shall act on the "
            "weights alone, outside of the momentum."
        ),
    ),
    cases=("with-L1", "with-L2"),
)
class RegularizerInState(Optimizer):
    """The regularizer's gradient enters the optimizer's state."""

    def calculate_update(self, weight_tensor: Weights, gradient_tensor: Weights) -> Weights:
        pull = 0 if self.regularizer is None else self.regularizer.calculate_gradient(weight_tensor)
        return weight_tensor + self._displacement(gradient_tensor + pull)


@recurring.on(
    On(L1_Regularizer, hint="self.alpha * np.sign(weights), without a minus: the optimizer subtracts it"),
    On(L2_Regularizer, hint="self.alpha * weights, without a minus: the optimizer subtracts it"),
    cases=("matrix", "kernels", "vector"),
)
class GradientSign(RightRegularizer):
    """The gradient has the wrong sign.

    The optimizer subtracts the gradient, so the minus must not be in it: the weights grow.
    """

    def calculate_gradient(self, weights: Weights) -> Weights:
        return -super().calculate_gradient(weights)


@recurring.on(
    On(He),
    On(Normal),
    On(UniformRandom),
    On(Xavier),
    hint="no np.random.seed(...) in an initializer; seed once, at the start of the program",
    families=("initializer",),
)
class Seeded(RightInitializer):
    """Every call draws the same numbers.

    The generator is seeded inside of initialize: all layers of a shape start with the same weights.
    """

    rng: Any

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        self.rng = np.random.RandomState(1337)
        return super().initialize(weights_shape, fan_in, fan_out)
