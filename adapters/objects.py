"""Adapters of frameworks of objects, as a table: how each is made and called, and where it keeps its parameters.

`backproof init` writes such a table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeAlias

import numpy as np

from ..specs import Array, LayerSpec, Phase, Spec, Unsupported
from .base import LayerAdapter, LossAdapter
from .places import Place

Make: TypeAlias = Callable[[Any], Any]
"""From a spec to the framework's object."""

RETURNED = "returned["
"""Places that begin so are in what backward has returned: `returned[1]` comes after the input's gradient."""


class Layer:
    """How a layer is adapted.

    Args:
        make: from the spec to the framework's object.
        forward: from the adapter and the input to the output; the object is the adapter's `own`.
        backward: from the adapter and the output's gradient to that of the input, or to a tuple that begins with it.
        training: what tells the object that it trains: an attribute that is True then, or a method, as in `"train()"`.
        testing: the same for the test phase, as in `"eval()"`.
        parameters: by the spec's names, where the object keeps each one, and where its gradient: `("W.T", "dW.T")`
            if transposed, `('params["W"]', "returned[1]")` if backward returns the gradient; `""` where it is unknown.

    Raises:
        ValueError: a place cannot be read.
    """

    def __init__(
        self,
        make: Make,
        *,
        forward: Callable[[Any, Array], Array] | None = None,
        backward: Callable[[Any, Array], Any] | None = None,
        training: str = "",
        testing: str = "",
        **parameters: tuple[str, str],
    ) -> None:
        self.make, self.forward, self.backward = make, forward, backward
        self.training, self.testing = training, testing
        self.places = {name: Place(own) for name, (own, _) in parameters.items() if own}
        self.gradients = {name: gradient for name, (_, gradient) in parameters.items() if gradient}
        for gradient in self.gradients.values():
            Place(gradient)  # to complain now, not in the middle of a check

    def adapt(self, spec: Any) -> ObjectLayer:
        """The layer of one spec."""
        return ObjectLayer(spec, self)


class Loss:
    """How a loss is adapted.

    Args:
        make: from the spec to the framework's object.
        forward: from the adapter, the prediction and the target to the loss; the object is the adapter's `own`.
        backward: from the adapter and the target to the prediction's gradient.
    """

    def __init__(
        self,
        make: Make,
        *,
        forward: Callable[[Any, Array, Array], float] | None = None,
        backward: Callable[[Any, Array], Array] | None = None,
    ) -> None:
        self.make, self.forward, self.backward = make, forward, backward

    def adapt(self, spec: Any) -> ObjectLoss:
        """The loss of one spec."""
        return ObjectLoss(spec, self)


def adapt(spec: Spec, components: Mapping[str, Layer | Loss]) -> ObjectLayer | ObjectLoss | None:
    """The subject of a spec, by the table; None for what it does not hold."""
    component = components.get(spec.name())
    return None if component is None else component.adapt(spec)


class ObjectLayer(LayerAdapter):
    """A layer that is an object of the framework.

    Attributes:
        own: the object.
        x: the latest forward's input.
        y: its output.
        training: True in the train phase.
        returned: what the latest backward has returned, if that was a tuple.
    """

    def __init__(self, spec: LayerSpec, component: Layer) -> None:
        super().__init__(spec)
        self._component = component
        self.own = component.make(spec)
        self.x = self.y = np.zeros(0)
        self.training = True
        self.returned: tuple[Any, ...] = ()

    def set_phase(self, phase: Phase) -> None:
        self.training = phase is Phase.TRAIN
        for told, active in ((self._component.training, self.training), (self._component.testing, not self.training)):
            if told.endswith("()") and active:
                getattr(self.own, told.removesuffix("()"))()
            elif told and not told.endswith("()"):
                setattr(self.own, told, active)

    def forward(self, x: Array) -> Array:
        if self._component.forward is None:
            _lacks(self.spec, "forward")
        self.x = x
        self.y = self._component.forward(self, x)
        return self.y

    def backward(self, dy: Array) -> Array:
        if self._component.backward is None:
            _lacks(self.spec, "backward")
        result = self._component.backward(self, dy)
        if not isinstance(result, tuple):
            dx: Array = result
            return dx
        self.returned = result
        return np.asarray(result[0])

    def parameters(self) -> Mapping[str, Array]:
        return self._laid_out({name: place.read(self.own) for name, place in self._component.places.items()})

    def gradients(self) -> Mapping[str, Array]:
        places = self._component.gradients.items()
        return self._laid_out(
            {name: Place(text).read(self if text.startswith(RETURNED) else self.own) for name, text in places}
        )

    def assign(self, parameters: Mapping[str, Array]) -> None:
        for name, value in parameters.items():
            if name not in self._component.places:
                _lacks(self.spec, name)
            self._component.places[name].write(self.own, value)

    def _laid_out(self, found: Mapping[str, Any]) -> dict[str, Array]:
        """Copies, of the shape that the spec says: a bias may be kept as a row."""
        shapes = {name: known.shape for name, known in self.spec.parameters().items()}
        return {name: np.array(value).reshape(shapes[name]) for name, value in found.items()}


class ObjectLoss(LossAdapter):
    """A loss that is an object of the framework.

    Attributes:
        own: the object.
        prediction: the latest forward's prediction.
    """

    def __init__(self, spec: Spec, component: Loss) -> None:
        super().__init__(spec)
        self._component = component
        self.own = component.make(spec)
        self.prediction = np.zeros(0)

    def forward(self, prediction: Array, target: Array) -> float:
        if self._component.forward is None:
            _lacks(self.spec, "forward")
        self.prediction = prediction
        return self._component.forward(self, prediction, target)

    def backward(self, target: Array) -> Array:
        if self._component.backward is None:
            _lacks(self.spec, "backward")
        return self._component.backward(self, target)


def _lacks(spec: Spec, argument: str) -> NoReturn:
    raise Unsupported(f"the adapter does not offer {argument}; give its entry of {spec.name()} the argument {argument}")
