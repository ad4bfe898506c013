"""Gradient descent with momentum: mistakes."""

from __future__ import annotations

from typing import Any, ClassVar

from ..framework import SgdWithMomentum
from ..framework.validation import Weights
from .registry import Declare
from .sgd import PLAIN

UPDATE = "self.velocity = momentum_rate * self.velocity - learning_rate * gradient; return weights + self.velocity"
REGULARIZED_STEP = "w - learning_rate * regularizer.calculate_gradient(w) + velocity, at the old w"

mistake = Declare(families=("optimizer",))


@mistake(hint=UPDATE)
class VelocityNotStored(SgdWithMomentum):
    """The velocity is forgotten after every step.

    It is computed into a local variable, so every step starts from 0: plain gradient descent.
    """

    def _displacement(self, gradient: Weights) -> Weights:
        velocity: Weights = super()._displacement(gradient)
        self.velocity = None
        return velocity


@mistake(hint=UPDATE)
class PreviousStepOnly(SgdWithMomentum):
    """The velocity remembers one step only.

    What is stored is the latest gradient step without the momentum, so older gradients are lost.
    """

    def _displacement(self, gradient: Weights) -> Weights:
        velocity: Weights = super()._displacement(gradient)
        self.velocity = -self.learning_rate * gradient
        return velocity


@mistake(hint=UPDATE)
class SignOfGradient(SgdWithMomentum):
    """The gradient is added to the velocity.

    Or, what comes to the same, the velocity is subtracted from the weights although it contains the minus already:
    the ball rolls uphill.
    """

    def _displacement(self, gradient: Weights) -> Weights:
        return super()._displacement(-gradient)


@mistake(hint=UPDATE)
class SignOfVelocity(SgdWithMomentum):
    """The old velocity is subtracted.

    Two conventions for the sign are mixed: the velocity contains -learning_rate * gradient, but its old value enters
    with a minus, so steps in one direction cancel instead of adding up.
    """

    def _displacement(self, gradient: Weights) -> Weights:
        if self.velocity is not None:
            self.velocity = -self.velocity
        return super()._displacement(gradient)


@mistake(hint=UPDATE + " (no factor 1 - momentum_rate)")
class GradientDamped(SgdWithMomentum):
    """The gradient is multiplied by 1 - momentum_rate.

    That makes the velocity an average, as in Adam. With a rate of 0.9 all steps are ten times too short.
    """

    def _displacement(self, gradient: Weights) -> Weights:
        return super()._displacement((1 - self.momentum_rate) * gradient)


@mistake(hint=UPDATE)
class Nesterov(SgdWithMomentum):
    """The momentum is Nesterov's.

    The step is momentum_rate * velocity - learning_rate * gradient with the new velocity, which looks one step ahead.
    That is another method.
    """

    def _displacement(self, gradient: Weights) -> Weights:
        velocity: Weights = super()._displacement(gradient)
        return self.momentum_rate * velocity - self.learning_rate * gradient


@mistake(hint=UPDATE)
class LearningRateOnAll(SgdWithMomentum):
    """The old velocity is multiplied by the learning rate as well.

    learning_rate * (momentum_rate * velocity - gradient) makes the momentum vanish for the usual small rates.
    """

    def _displacement(self, gradient: Weights) -> Weights:
        if self.velocity is not None:
            self.velocity = self.learning_rate * self.velocity
        return super()._displacement(gradient)


@mistake(hint="self.velocity = ..., with self.velocity = 0.0 in __init__")
class StateOnClass(SgdWithMomentum):
    """All optimizers share one velocity.

    It is stored on the class, so every parameter's step contains the other parameters' momentum; copies share it too.
    """

    shared: ClassVar[Any] = None

    def _displacement(self, gradient: Weights) -> Weights:
        self.velocity = self.shared
        velocity: Weights = super()._displacement(gradient)
        type(self).shared = velocity
        return velocity


@mistake(hint="self.velocity = ... with the new gradient first, then return weights + self.velocity", cases=PLAIN)
class FirstStepMissing(SgdWithMomentum):
    """The first step does not move.

    The weights are moved by the old velocity, before the gradient has entered it: every gradient comes one step late.
    """

    def _displacement(self, gradient: Weights) -> Weights:
        old = 0.0 * gradient if self.velocity is None else self.velocity
        super()._displacement(gradient)
        return old
