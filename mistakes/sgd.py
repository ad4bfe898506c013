"""Gradient descent: mistakes, most of them in how the regularizer is applied."""

from __future__ import annotations

from ..framework import Sgd
from ..framework.validation import Weights
from .registry import Declare

PLAIN = ("matrix", "scalar", "kernels")  # the cases without a regularizer
REGULARIZED = ("with-L1", "with-L2")
REGULARIZED_STEP = "w - learning_rate * regularizer.calculate_gradient(w) - learning_rate * gradient, at the old w"

mistake = Declare(families=("optimizer",))


@mistake(hint="weights - learning_rate * gradient")
class Sign(Sgd):
    """The gradient is added.

    The step goes uphill: the gradient points to where the loss grows.
    """

    def calculate_update(self, weight_tensor: Weights, gradient_tensor: Weights) -> Weights:
        return super().calculate_update(weight_tensor, -gradient_tensor)


@mistake(hint="weights - learning_rate * gradient")
class LearningRateMissing(Sgd):
    """The learning rate is missing.

    Every step is as long as the gradient, whatever the learning rate.
    """

    def _displacement(self, gradient: Weights) -> Weights:
        return -gradient


@mistake(hint="return weights - learning_rate * gradient, not the step alone")
class StepReturned(Sgd):
    """The step is returned instead of the new weights.

    The caller takes what is returned for the weights, so the old ones are lost.
    """

    def calculate_update(self, weight_tensor: Weights, gradient_tensor: Weights) -> Weights:
        return super().calculate_update(weight_tensor, gradient_tensor) - weight_tensor


@mistake(hint="weights - learning_rate * gradient")
class WeightsMultiplied(Sgd):
    """The step is multiplied with the weights.

    weights * (1 - learning_rate * gradient) moves large weights more than small ones, and a weight of 0 never.
    """

    def calculate_update(self, weight_tensor: Weights, gradient_tensor: Weights) -> Weights:
        return weight_tensor * (1 - self.learning_rate * gradient_tensor)


@mistake(hint="return weights - learning_rate * gradient, not gradient *= learning_rate")
class WritesIntoGradient(Sgd):
    """The gradient of the caller is overwritten.

    gradient *= learning_rate changes the layer's own gradient_weights.
    """

    def calculate_update(self, weight_tensor: Weights, gradient_tensor: Weights) -> Weights:
        new_weights = super().calculate_update(weight_tensor, gradient_tensor)
        gradient_tensor *= self.learning_rate
        return new_weights


@mistake(hint="return weights - learning_rate * gradient, not weights -= ...", level="strict")
class WritesIntoWeights(Sgd):
    """The old weights are overwritten.

    weights -= learning_rate * gradient changes the array that the caller passed. A caller who keeps the old weights,
    for the input error say, finds the new ones.
    """

    def calculate_update(self, weight_tensor: Weights, gradient_tensor: Weights) -> Weights:
        step = super().calculate_update(weight_tensor, gradient_tensor) - weight_tensor
        weight_tensor += step
        return +weight_tensor


@mistake(hint=REGULARIZED_STEP, families=("regularization",), cases=REGULARIZED)
class RegularizerAdded(Sgd):
    """The regularizer's gradient is added to the weights.

    It has to be subtracted, like every gradient: here the penalty grows.
    """

    def calculate_update(self, weight_tensor: Weights, gradient_tensor: Weights) -> Weights:
        new_weights = weight_tensor - self.learning_rate * gradient_tensor
        if self.regularizer is not None:
            new_weights = new_weights + self.learning_rate * self.regularizer.calculate_gradient(weight_tensor)
        return new_weights


@mistake(hint=REGULARIZED_STEP, families=("regularization",), cases=REGULARIZED)
class RegularizerTwice(Sgd):
    """The regularizer is applied twice.

    Its gradient is subtracted in two places, for example in the base class and in the optimizer.
    """

    def calculate_update(self, weight_tensor: Weights, gradient_tensor: Weights) -> Weights:
        new_weights = super().calculate_update(weight_tensor, gradient_tensor)
        if self.regularizer is not None:
            new_weights = new_weights - self.learning_rate * self.regularizer.calculate_gradient(weight_tensor)
        return new_weights


@mistake(hint=REGULARIZED_STEP, families=("regularization",), cases=REGULARIZED)
class RegularizerWithoutLearningRate(Sgd):
    """The regularizer's gradient lacks the learning rate.

    The penalty belongs to the loss, so its gradient is scaled like the loss's; without that it outweighs the data at
    small learning rates.
    """

    def calculate_update(self, weight_tensor: Weights, gradient_tensor: Weights) -> Weights:
        new_weights = weight_tensor - self.learning_rate * gradient_tensor
        return new_weights - (0 if self.regularizer is None else self.regularizer.calculate_gradient(weight_tensor))


@mistake(
    hint="regularizer.calculate_gradient(weights), not regularizer.norm(weights)",
    families=("regularization",),
    cases=REGULARIZED,
)
class NormForGradient(Sgd):
    """The regularizer's norm is subtracted, not its gradient.

    The norm is one number, the same for all weights; it belongs into the loss.
    """

    def calculate_update(self, weight_tensor: Weights, gradient_tensor: Weights) -> Weights:
        new_weights = weight_tensor - self.learning_rate * gradient_tensor
        if self.regularizer is None:
            return new_weights
        return new_weights - self.learning_rate * self.regularizer.norm(weight_tensor)  # type: ignore[arg-type]  # array
