"""Adam: mistakes."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..framework import Adam
from ..framework.validation import Weights
from .registry import Declare

FIRST = "v = mu * v + (1 - mu) * gradient"
SECOND = "r = rho * r + (1 - rho) * gradient**2"
CORRECTION = "v / (1 - mu**k) and r / (1 - rho**k), with k = 1 in the first step"
REGULARIZED_STEP = (
    "w - learning_rate * (regularizer.calculate_gradient(w) + v_hat / (np.sqrt(r_hat) + eps)), at the old w"
)

mistake = Declare(families=("optimizer",))


class AdamInSteps(Adam):
    """The same optimizer with its update cut into steps, so that a mistake can replace one of them."""

    def _displacement(self, gradient: Weights) -> Weights:
        self.first_moment = self._first(self._previous(self.first_moment, gradient), gradient)
        self.second_moment = self._second(self._previous(self.second_moment, gradient), gradient)
        self.updates += 1
        displacement: Weights = -self.learning_rate * self._direction(*self._corrected())
        return displacement

    def _first(self, old: Any, gradient: Any) -> Any:
        return self.mu * old + (1 - self.mu) * gradient

    def _second(self, old: Any, gradient: Any) -> Any:
        return self.rho * old + (1 - self.rho) * gradient**2

    def _corrected(self) -> tuple[Any, Any]:
        mean = self.first_moment / (1 - self.mu**self.updates)
        return mean, self.second_moment / (1 - self.rho**self.updates)

    def _direction(self, mean: Any, mean_square: Any) -> Any:
        return mean / (np.sqrt(mean_square) + self.epsilon)


@mistake(hint=CORRECTION)
class NoBiasCorrection(AdamInSteps):
    """The bias correction is missing.

    Both moments start at 0 and are far too small in the first steps, each by its own factor.
    """

    def _corrected(self) -> tuple[Any, Any]:
        return self.first_moment, self.second_moment


@mistake(hint=CORRECTION)
class SecondMomentNotCorrected(AdamInSteps):
    """Only the first moment is corrected.

    The second one starts at 0 too; without its correction the first steps are too long, by 1 / sqrt(1 - rho).
    """

    def _corrected(self) -> tuple[Any, Any]:
        mean, _ = super()._corrected()
        return mean, self.second_moment


@mistake(hint="self.k += 1 in every calculate_update")
class StepsNotCounted(AdamInSteps):
    """The exponent of the bias correction stays 1.

    k is never incremented, so all steps are corrected as strongly as the first one.
    """

    def _corrected(self) -> tuple[Any, Any]:
        self.updates = 1
        return super()._corrected()


@mistake(hint="self.k += 1 before the correction, so that k = 1 in the first step")
class StepsCountedFromZero(AdamInSteps):
    """The first step divides by 0.

    k is 0 in the first step, and 1 - mu**0 is 0: the weights become NaN.
    """

    def _corrected(self) -> tuple[Any, Any]:
        powers = np.float64(self.mu) ** (self.updates - 1), np.float64(self.rho) ** (self.updates - 1)
        return self.first_moment / (1 - powers[0]), self.second_moment / (1 - powers[1])


@mistake(hint="start with k = 0 and increment before use, or start with k = 1 and increment after use")
class StepsCountedFromTwo(AdamInSteps):
    """The exponent of the bias correction is one too large.

    k starts at 1 and is incremented before its first use.
    """

    def _corrected(self) -> tuple[Any, Any]:
        mean = self.first_moment / (1 - self.mu ** (self.updates + 1))
        return mean, self.second_moment / (1 - self.rho ** (self.updates + 1))


@mistake(hint="mu**k, not mu * k")
class ProductNotPower(AdamInSteps):
    """The bias correction multiplies by k instead of raising to the power k.

    1 - mu * k is right in the first step only and soon negative.
    """

    def _corrected(self) -> tuple[Any, Any]:
        mean = self.first_moment / (1 - self.mu * self.updates)
        return mean, self.second_moment / (1 - self.rho * self.updates)


@mistake(hint="keep the corrected moments in local variables: v_hat = self.v / (1 - mu**k)")
class CorrectedMomentsStored(AdamInSteps):
    """The corrected moments are stored.

    The correction is written back into v and r, so the next step corrects them once more.
    """

    def _corrected(self) -> tuple[Any, Any]:
        self.first_moment, self.second_moment = super()._corrected()
        return self.first_moment, self.second_moment


@mistake(hint=f"{FIRST}; {SECOND}")
class DecaysSwapped(AdamInSteps):
    """The two decays are swapped.

    The first moment decays by rho, the second one by mu.
    """

    def __init__(self, learning_rate: float, mu: float, rho: float) -> None:
        super().__init__(learning_rate, rho, mu)


@mistake(hint=SECOND)
class SecondMomentWithMu(AdamInSteps):
    """The second moment mixes the two decays.

    rho * r + (1 - mu) * gradient² is no average: the factors do not add up to 1.
    """

    def _second(self, old: Any, gradient: Any) -> Any:
        return self.rho * old + (1 - self.mu) * gradient**2


@mistake(hint=FIRST)
class FirstMomentUndamped(AdamInSteps):
    """The factor 1 - mu is missing.

    mu * v + gradient is a sum, not an average, and the bias correction makes it larger still.
    """

    def _first(self, old: Any, gradient: Any) -> Any:
        return self.mu * old + gradient


@mistake(hint=SECOND)
class GradientNotSquared(AdamInSteps):
    """The second moment averages the gradient, not its square.

    Where it is negative its root is NaN.
    """

    def _second(self, old: Any, gradient: Any) -> Any:
        return self.rho * old + (1 - self.rho) * gradient


@mistake(hint="gradient**2, entry by entry, not np.dot or np.linalg.norm", cases=("matrix", "kernels", "small-decays"))
class SquaresSummed(AdamInSteps):
    """All weights share one second moment.

    The squares are summed over the whole gradient. Adam gives every weight a step size of its own.
    """

    def _second(self, old: Any, gradient: Any) -> Any:
        return self.rho * old + (1 - self.rho) * np.sum(gradient**2) * np.ones_like(gradient)


@mistake(hint="v_hat / (np.sqrt(r_hat) + eps)")
class RootMissing(AdamInSteps):
    """The root of the second moment is missing.

    The step is divided by the square of the gradient's size and so grows as gradients get smaller.
    """

    def _direction(self, mean: Any, mean_square: Any) -> Any:
        return mean / (mean_square + self.epsilon)


@mistake(hint="np.sqrt(r_hat) + eps, not np.sqrt(r_hat + eps)")
class EpsilonUnderRoot(AdamInSteps):
    """The epsilon stands under the root.

    sqrt(r + 1e-8) acts like an epsilon of 1e-4 where gradients are small, and stops them.
    """

    def _direction(self, mean: Any, mean_square: Any) -> Any:
        return mean / np.sqrt(mean_square + 1e-8)


@mistake(hint="weights - learning_rate * v_hat / (np.sqrt(r_hat) + eps)")
class Sign(AdamInSteps):
    """The step is added.

    It goes uphill: the gradient points to where the loss grows.
    """

    def _direction(self, mean: Any, mean_square: Any) -> Any:
        return -super()._direction(mean, mean_square)


@mistake(hint="gradient**2 makes a new array; gradient *= gradient does not")
class WritesIntoGradient(AdamInSteps):
    """The gradient of the caller is overwritten.

    gradient *= gradient changes the layer's own gradient_weights.
    """

    def _second(self, old: Any, gradient: Any) -> Any:
        gradient *= gradient
        return self.rho * old + (1 - self.rho) * gradient


@mistake(hint="self.v = ..., self.r = ..., set to 0.0 in __init__")
class StateOnClass(AdamInSteps):
    """All optimizers share their moments.

    They are stored on the class, so every parameter's step contains the other parameters' gradients; copies share
    them too.
    """

    shared: ClassVar[tuple[Any, Any]] = (None, None)

    def _displacement(self, gradient: Weights) -> Weights:
        self.first_moment, self.second_moment = self.shared
        displacement = super()._displacement(gradient)
        type(self).shared = self.first_moment, self.second_moment
        return displacement
