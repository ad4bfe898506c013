"""A submission's losses, regularizers, optimizers and initializers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...specs import InitializerSpec, LossSpec, OptimizerSpec, RegularizerSpec, Unsupported
from ..base import InitializerAdapter, LossAdapter, OptimizerAdapter, RegularizerAdapter
from ..seeding import reseed
from ..signatures import least_arguments
from ..spoken import said_by, spoken
from .attributes import inherits
from .code_templates import RANDOM, call, merged, origin


class CourseLoss(LossAdapter):
    """A loss of the class API."""

    def __init__(self, spec: LossSpec, loss: Any) -> None:
        super().__init__(spec)
        self.own = loss

    forward = spoken("$self.forward($0, $1)")
    backward = spoken("$self.backward($0)")
    predict = spoken("$self.predict($0)", needs="predict")

    def code_templates(self) -> dict[str, str]:
        """How its calls read as code."""
        return {**origin(self.own), "construct": f"$self = {call(type(self.own), ())}", **said_by(self)}


class CourseRegularizer(RegularizerAdapter):
    """A regularizer of the class API."""

    def __init__(self, spec: RegularizerSpec, regularizer: Any) -> None:
        super().__init__(spec)
        self.own = regularizer

    norm = spoken("$self.norm($0)")
    gradient = spoken("$self.calculate_gradient($0)")

    def construction(self) -> str:
        """The constructor's call, as code."""
        return call(type(self.own), [self.spec.arguments()["alpha"]])

    def code_templates(self) -> dict[str, str]:
        """How its calls read as code."""
        return {**origin(self.own), "construct": f"$self = {self.construction()}", **said_by(self)}


def takes_delta(optimizer: Any) -> bool:
    """Tell whether its first argument is individual_delta, a factor of the step, as in the edition of 2018/19."""
    return least_arguments(optimizer.calculate_update) == 3


def _update(adapter: CourseOptimizer) -> str:
    return f"$self.calculate_update({'1.0, ' if takes_delta(adapter.own) else ''}$0, $1)"


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
        self.own = optimizer
        self.regularizer = regularizer
        if regularizer is not None:
            if not hasattr(optimizer, "add_regularizer"):
                raise Unsupported(f"{spec.name()} has no method add_regularizer (exercise 3 adds it)")
            optimizer.add_regularizer(regularizer.own)

    update = spoken(_update)

    def code_templates(self) -> dict[str, str]:
        """How its calls read as code."""
        arguments = [value for name, value in self.spec.arguments().items() if name != "regularizer"]
        lines = [f"$self = {call(type(self.own), arguments)}"]
        said = [origin(self.own)]
        if self.regularizer is not None:
            lines.append(f"$self.add_regularizer({self.regularizer.construction()})")
            said.append(origin(self.regularizer.own))
        return merged(*said, {"construct": "\n".join(lines)}, said_by(self))

    def declared(self) -> Mapping[str, Any]:
        said = {"base": inherits(self.own, "base", "optimizer")}
        if self.regularizer is not None:
            said["regularizer"] = getattr(self.own, "regularizer", None) is self.regularizer.own
        return said


class CourseInitializer(InitializerAdapter):
    """An initializer of the class API."""

    def __init__(self, spec: InitializerSpec, initializer: Any) -> None:
        super().__init__(spec)
        self.own = initializer

    initialize = spoken("$self.initialize($0, $1, $2)")

    def reseed(self, seed: int) -> None:
        reseed(seed, self.own)

    def code_templates(self) -> dict[str, str]:
        """How its calls read as code."""
        construct = f"$self = {call(type(self.own), list(self.spec.arguments().values()))}"
        return {**origin(self.own), "construct": construct, "reseed": RANDOM, **said_by(self)}
