"""A submission's losses, regularizers, optimizers and initializers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...specs import Array, InitializerSpec, LossSpec, OptimizerSpec, RegularizerSpec, Unsupported
from ..base import InitializerAdapter, LossAdapter, OptimizerAdapter, RegularizerAdapter
from ..seeding import reseed
from ..signatures import least_arguments
from .attributes import inherits
from .code_templates import RANDOM, call, merged, origin


class CourseLoss(LossAdapter):
    """A loss of the class API."""

    def __init__(self, spec: LossSpec, loss: Any) -> None:
        super().__init__(spec)
        self.loss = loss

    def code_templates(self) -> dict[str, str]:
        """How its calls read as code."""
        said = {"forward": "$self.forward($0, $1)", "backward": "$self.backward($0)"}
        said |= {"predict": "$self.predict($0)"} if callable(getattr(self.loss, "predict", None)) else {}
        return {**origin(self.loss), "construct": f"$self = {call(type(self.loss), ())}", **said}

    def forward(self, prediction: Array, target: Array) -> float:
        result: float = self.loss.forward(prediction, target)
        return result

    def backward(self, target: Array) -> Array:
        result: Array = self.loss.backward(target)
        return result

    def predict(self, prediction: Array) -> Array:
        if not callable(getattr(self.loss, "predict", None)):
            raise Unsupported(f"{self.spec.name()} has no method predict")
        result: Array = self.loss.predict(prediction)
        return result


class CourseRegularizer(RegularizerAdapter):
    """A regularizer of the class API."""

    def __init__(self, spec: RegularizerSpec, regularizer: Any) -> None:
        super().__init__(spec)
        self.regularizer = regularizer

    def construction(self) -> str:
        """The constructor's call, as code."""
        return call(type(self.regularizer), [self.spec.arguments()["alpha"]])

    def code_templates(self) -> dict[str, str]:
        """How its calls read as code."""
        said = {"norm": "$self.norm($0)", "gradient": "$self.calculate_gradient($0)"}
        return {**origin(self.regularizer), "construct": f"$self = {self.construction()}", **said}

    def norm(self, weights: Array) -> float:
        result: float = self.regularizer.norm(weights)
        return result

    def gradient(self, weights: Array) -> Array:
        result: Array = self.regularizer.calculate_gradient(weights)
        return result


class CourseOptimizer(OptimizerAdapter):
    """An optimizer of the class API.

    Args:
        spec: the configured component.
        optimizer: the submission's object.
        regularizer: the submission's, if the spec has one.

    Raises:
        Unsupported: the optimizer cannot take a regularizer, as before exercise 3.
    """

    def __init__(self, spec: OptimizerSpec, optimizer: Any, regularizer: CourseRegularizer | None = None) -> None:
        super().__init__(spec)
        self.optimizer = optimizer
        self.regularizer = regularizer
        if regularizer is not None:
            if not hasattr(optimizer, "add_regularizer"):
                raise Unsupported(f"{spec.name()} has no method add_regularizer (exercise 3 adds it)")
            optimizer.add_regularizer(regularizer.regularizer)

    def update(self, weights: Array, gradient: Array) -> Array:
        # The edition of 2018/19 has a first argument individual_delta, a factor of the step.
        delta = (1.0,) if least_arguments(self.optimizer.calculate_update) == 3 else ()
        result: Array = self.optimizer.calculate_update(*delta, weights, gradient)
        return result

    def code_templates(self) -> dict[str, str]:
        """How its calls read as code."""
        arguments = [value for name, value in self.spec.arguments().items() if name != "regularizer"]
        lines = [f"$self = {call(type(self.optimizer), arguments)}"]
        said = [origin(self.optimizer)]
        if self.regularizer is not None:
            lines.append(f"$self.add_regularizer({self.regularizer.construction()})")
            said.append(origin(self.regularizer.regularizer))
        delta = "1.0, " if least_arguments(self.optimizer.calculate_update) == 3 else ""
        update = {"update": f"$self.calculate_update({delta}$0, $1)"}
        return merged(*said, {"construct": "\n".join(lines)}, update)

    def declared(self) -> Mapping[str, Any]:
        said = {"base": inherits(self.optimizer, "base", "optimizer")}
        if self.regularizer is not None:
            said["regularizer"] = getattr(self.optimizer, "regularizer", None) is self.regularizer.regularizer
        return said


class CourseInitializer(InitializerAdapter):
    """An initializer of the class API."""

    def __init__(self, spec: InitializerSpec, initializer: Any) -> None:
        super().__init__(spec)
        self.initializer = initializer

    def initialize(self, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        result: Array = self.initializer.initialize(shape, fan_in, fan_out)
        return result

    def reseed(self, seed: int) -> None:
        reseed(seed, self.initializer)

    def code_templates(self) -> dict[str, str]:
        """How its calls read as code."""
        construct = f"$self = {call(type(self.initializer), list(self.spec.arguments().values()))}"
        said = {"initialize": "$self.initialize($0, $1, $2)", "reseed": RANDOM}
        return {**origin(self.initializer), "construct": construct, **said}
