"""A submission's losses, regularizers, optimizers and initializers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...specs import Array, InitializerSpec, LossSpec, OptimizerSpec, RegularizerSpec, Unsupported
from ..base import InitializerAdapter, LossAdapter, OptimizerAdapter, RegularizerAdapter
from ..seeding import reseed
from .attributes import inherits
from .signatures import least_arguments


class CourseLoss(LossAdapter):
    """A loss of the course's API."""

    def __init__(self, spec: LossSpec, loss: Any) -> None:
        super().__init__(spec)
        self.loss = loss

    def forward(self, prediction: Array, target: Array) -> float:
        result: float = self.loss.forward(prediction, target)
        return result

    def backward(self, target: Array) -> Array:
        result: Array = self.loss.backward(target)
        return result


class CourseRegularizer(RegularizerAdapter):
    """A regularizer of the course's API."""

    def __init__(self, spec: RegularizerSpec, regularizer: Any) -> None:
        super().__init__(spec)
        self.regularizer = regularizer

    def norm(self, weights: Array) -> float:
        result: float = self.regularizer.norm(weights)
        return result

    def gradient(self, weights: Array) -> Array:
        result: Array = self.regularizer.calculate_gradient(weights)
        return result


class CourseOptimizer(OptimizerAdapter):
    """An optimizer of the course's API.

    Args:
        spec: the configured component.
        optimizer: the submission's object.
        regularizer: the submission's regularizer, if the spec has one.

    Raises:
        Unsupported: the optimizer cannot take a regularizer, as before exercise 3.
    """

    def __init__(self, spec: OptimizerSpec, optimizer: Any, regularizer: Any = None) -> None:
        super().__init__(spec)
        self.optimizer = optimizer
        self._regularizer = regularizer
        if regularizer is not None:
            if not hasattr(optimizer, "add_regularizer"):
                raise Unsupported(f"{spec.name()} has no method add_regularizer (exercise 3 adds it)")
            optimizer.add_regularizer(regularizer)

    def update(self, weights: Array, gradient: Array) -> Array:
        # The edition of 2018/19 has a first argument individual_delta, a factor of the step.
        delta = (1.0,) if least_arguments(self.optimizer.calculate_update) == 3 else ()
        result: Array = self.optimizer.calculate_update(*delta, weights, gradient)
        return result

    def declared(self) -> Mapping[str, Any]:
        said = {"base": inherits(self.optimizer, "base", "optimizer")}
        if self._regularizer is not None:
            said["regularizer"] = getattr(self.optimizer, "regularizer", None) is self._regularizer
        return said


class CourseInitializer(InitializerAdapter):
    """An initializer of the course's API."""

    def __init__(self, spec: InitializerSpec, initializer: Any) -> None:
        super().__init__(spec)
        self.initializer = initializer

    def initialize(self, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        result: Array = self.initializer.initialize(shape, fan_in, fan_out)
        return result

    def reseed(self, seed: int) -> None:
        reseed(seed, self.initializer)
