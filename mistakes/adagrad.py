"""AdaGrad: mistakes."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..framework import AdaGrad
from ..framework.validation import Weights
from .registry import Declare

SUM = "self.s = self.s + gradient**2"
STEP = "weights - learning_rate * gradient / (np.sqrt(self.s) + eps)"

mistake = Declare(families=("optimizer",))


class OwnStep(AdaGrad):
    """The rule with parts that a mistake can replace."""

    def _displacement(self, gradient: Weights) -> Weights:
        self.sum_of_squares = self._gathered(self._previous(self.sum_of_squares, gradient), gradient)
        displacement: Weights = -self.learning_rate * gradient / self._divisor(self.sum_of_squares)
        return displacement

    def _gathered(self, earlier: Any, gradient: Any) -> Any:
        return earlier + gradient**2

    def _divisor(self, gathered: Any) -> Any:
        return np.sqrt(gathered) + self.epsilon


@mistake(hint=SUM)
class NothingGathered(OwnStep):
    """Only the latest gradient counts.

    The sum is overwritten in every step, so each step is the learning rate times the sign of the gradient.
    """

    def _gathered(self, earlier: Any, gradient: Any) -> Any:
        del earlier
        return gradient**2


@mistake(hint=SUM)
class GradientsGathered(OwnStep):
    """The absolute values of the gradients are summed up, not their squares.

    The root of such a sum is no measure of the gradients: it grows too slowly where they are large.
    """

    def _gathered(self, earlier: Any, gradient: Any) -> Any:
        return earlier + np.abs(gradient)


@mistake(hint=STEP)
class RootMissing(OwnStep):
    """The root is missing.

    The gradient is divided by the sum of squares itself, so the steps shrink far too fast.
    """

    def _divisor(self, gathered: Any) -> Any:
        return gathered + self.epsilon


@mistake(hint="self.s += gradient**2 first, then the step, which divides by the root")
class AddedAfterStep(OwnStep):
    """The latest gradient is added after the step.

    The first step divides by the epsilon alone and throws the weights far away.
    """

    def _displacement(self, gradient: Weights) -> Weights:
        earlier = self._previous(self.sum_of_squares, gradient)
        displacement: Weights = -self.learning_rate * gradient / (np.sqrt(earlier) + 1e-3)
        self.sum_of_squares = earlier + gradient**2
        return displacement


@mistake(hint=SUM)
class MovingAverage(OwnStep):
    """The squares are averaged with a decay.

    That is RMSProp. AdaGrad forgets nothing: it adds all squares up.
    """

    def _gathered(self, earlier: Any, gradient: Any) -> Any:
        return 0.9 * earlier + 0.1 * gradient**2


@mistake(hint=SUM)
class MeanOfSquares(OwnStep):
    """The squares are averaged over the steps.

    The sum is divided by the number of steps, so the learning rate does not fall.
    """

    updates = 0

    def _displacement(self, gradient: Weights) -> Weights:
        self.updates += 1
        return super()._displacement(gradient)

    def _divisor(self, gathered: Any) -> Any:
        return np.sqrt(gathered / self.updates) + self.epsilon


@mistake(hint="gradient**2 entry by entry, without np.sum", cases=("matrix", "kernels"))
class OneSumForAll(OwnStep):
    """All entries share one sum.

    The squares are summed over the whole array. Each weight should have a learning rate of its own.
    """

    def _gathered(self, earlier: Any, gradient: Any) -> Any:
        return earlier + np.sum(gradient**2) * np.ones(np.shape(gradient))


@mistake(hint=STEP)
class Sign(OwnStep):
    """The step goes uphill.

    It is added to the weights in place of being subtracted.
    """

    def _divisor(self, gathered: Any) -> Any:
        return -super()._divisor(gathered)


@mistake(hint="self.s = np.zeros_like(weights) before the first step")
class StartsWithTenth(OwnStep):
    """The sum does not start with 0.

    Some libraries start it with 0.1, which makes the first steps smaller.
    """

    def _divisor(self, gathered: Any) -> Any:
        return np.sqrt(gathered + 0.1) + self.epsilon


@mistake(
    hint="weights - learning_rate * regularizer.calculate_gradient(weights), beside the step",
    families=("regularization",),
    cases=("with-L1", "with-L2"),
)
class PenaltyGathered(AdaGrad):
    """The penalty's gradient enters the sum of squares.

    It is added to the gradient, and so divided by the root as well: weights with large gradients hardly decay.
    """

    def calculate_update(self, weight_tensor: Weights, gradient_tensor: Weights) -> Weights:
        if self.regularizer is None:
            return super().calculate_update(weight_tensor, gradient_tensor)
        gradient: Weights = gradient_tensor + self.regularizer.calculate_gradient(weight_tensor)
        return weight_tensor + self._displacement(gradient)


@mistake(hint="self.s = ... on the instance, never on the class")
class SumOnClass(AdaGrad):
    """Parameters of the same shape share one sum.

    It is kept on the class. Two layers of the same size slow each other down.
    """

    sums: ClassVar[dict[tuple[int, ...], Any]] = {}

    def _displacement(self, gradient: Weights) -> Weights:
        self.sum_of_squares = self.sums.get(np.shape(gradient))
        displacement: Weights = super()._displacement(gradient)
        self.sums[np.shape(gradient)] = self.sum_of_squares
        return displacement


@mistake(hint="self.s = self.s + gradient**2 in every step, without `if`", families=("state",), cases=("matrix",))
class Restarts(AdaGrad):
    """The sum starts from 0 again after some updates.

    It is reset now and then, for example at what it takes for the end of an epoch.
    """

    updates = 0

    def _displacement(self, gradient: Weights) -> Weights:
        self.updates += 1
        if self.updates % 8 == 0:
            self.sum_of_squares = None
        return super()._displacement(gradient)


@mistake(
    hint="gradient**2 makes a new array; gradient *= gradient does not",
    cases=("matrix", "kernels", "with-L1", "with-L2"),
)
class WritesIntoGradient(AdaGrad):
    """The update changes the gradient of its caller.

    It is squared in place, so whoever reads the gradient after the step finds its square.
    """

    def calculate_update(self, weight_tensor: Weights, gradient_tensor: Weights) -> Weights:
        updated = super().calculate_update(weight_tensor, gradient_tensor)
        if isinstance(gradient_tensor, np.ndarray) and gradient_tensor.ndim:
            gradient_tensor **= 2
        return updated
