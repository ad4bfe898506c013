"""Optimizers: mistakes that show in a sequence of calls."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..framework import Adam, Sgd, SgdWithMomentum
from ..framework.validation import Weights
from .registry import Declare

MANY = 8  # updates: more than are looked at one by one

mistake = Declare(families=("state",), cases=("matrix",))


@mistake(hint="return weights - self.learning_rate * gradient, with the rate that the constructor was given")
class RateHalvedOnTheWay(Sgd):
    """The learning rate is halved after some updates.

    The optimizer counts its updates and changes the rate by itself. A schedule belongs outside of it.
    """

    updates = 0

    def _displacement(self, gradient: Weights) -> Weights:
        self.updates += 1
        return super()._displacement(gradient) * (0.5 if self.updates > MANY else 1.0)


@mistake(hint="self.velocity = ... on the instance, never in a table on the class")
class VelocitySharedByShape(SgdWithMomentum):
    """Parameters of the same shape share one velocity.

    It is kept on the class, in a table by shape. Two layers of the same size push each other's weights; in a network
    of different sizes nothing shows.
    """

    velocities: ClassVar[dict[tuple[int, ...], Any]] = {}

    def _displacement(self, gradient: Weights) -> Weights:
        if self.velocity is not None:
            self.velocity = self.velocities[np.shape(gradient)]
        velocity: Weights = super()._displacement(gradient)
        self.velocities[np.shape(gradient)] = velocity
        return velocity


@mistake(hint="self.velocity = momentum_rate * self.velocity - learning_rate * gradient in every step")
class VelocityRestarts(SgdWithMomentum):
    """The velocity starts from 0 again after some updates.

    The optimizer forgets it now and then, for example at what it takes for the end of an epoch.
    """

    updates = 0

    def _displacement(self, gradient: Weights) -> Weights:
        self.updates += 1
        if self.updates % MANY == 0:
            self.velocity = None
        return super()._displacement(gradient)


@mistake(hint="v / (1 - mu**k) and r / (1 - rho**k) in every step, with k = 1 in the first")
class CorrectionStops(Adam):
    """The bias correction ends after some updates.

    It is left out as soon as it is believed to be close to 1. With rho = 0.999 that takes thousands of steps.
    """

    def _displacement(self, gradient: Weights) -> Weights:
        if self.updates < MANY:
            return super()._displacement(gradient)
        mu, rho = self.mu, self.rho
        self.updates += 1
        self.first_moment = mu * self.first_moment + (1 - mu) * gradient
        self.second_moment = rho * self.second_moment + (1 - rho) * gradient**2
        displacement: Weights = -self.learning_rate * self.first_moment / (np.sqrt(self.second_moment) + self.epsilon)
        return displacement


@mistake(
    hint="self.k = 0 in __init__ and self.k += 1 in calculate_update, never on the class",
    families=("optimizer",),
    cases=(),
)
class CountShared(Adam):
    """All optimizers share the number of updates.

    It is counted on the class, so with several parameters it grows too fast and the bias correction ends too early.
    """

    count: ClassVar[int] = 0

    def _displacement(self, gradient: Weights) -> Weights:
        self.updates = self.count
        CountShared.count += 1
        return super()._displacement(gradient)
