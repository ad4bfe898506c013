"""Activations, fully connected layers and outputs of a submission as subjects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...specs import Array, FullyConnected, LayerSpec, LossSpec, SoftmaxOutput, Unsupported
from ..base import LayerAdapter, LossAdapter
from ..calls import call, forget_gradients
from ..seeding import preserved_random_state, reseed

Find = Callable[[str], Any]
"""From a class's name to the submission's class; None where there is none."""

STDDEV = 0.1
_LINEAR = (None, "linear", "identity", "id", "none")
FUNCTIONS = {"ReLU": "relu", "Sigmoid": "sigmoid", "TanH": "tanh"}
"""The names of the activations, by that of their spec."""


class Linear:
    """An activation that does nothing, for submissions that have none."""

    def fprop(self, input_: Array) -> Array:
        """Return the input."""
        return input_

    def bprop(self, output_grad: Array) -> Array:
        """Return the gradient."""
        return output_grad


def input_layer(find: Find, size: int) -> Any:
    """The submission's input layer for rows of `size` numbers; the batch may be left open, as handed out."""
    try:
        return call(find("InputLayer"), (None, size))
    except (TypeError, ValueError):
        return call(find("InputLayer"), (1, size))


def activation(find: Find, function: str) -> Any:
    """An activation of the submission, one for each layer: it remembers the input of its latest pass.

    Raises:
        Unsupported: a linear one is asked for, and the class has none.
    """
    if function != "linear":
        return call(find("Activation"), function)
    x = np.array([[-1.5, 0.0, 0.25]])
    for name in _LINEAR:
        try:
            if np.array_equal(call(find("Activation"), name).fprop(x.copy()), x):
                return call(find("Activation"), name)
        except Exception:  # noqa: S112 - not every submission has every name
            continue
    raise Unsupported("Activation has no linear function; a layer without activation gets None")


def fully_connected(find: Find, below: Any, units: int, function: str) -> Any:
    """A fully connected layer above another one. A linear one has no activation, or a linear one if None raises."""
    make = find("FullyConnectedLayer")
    if function != "linear":
        return call(make, below, units, STDDEV, activation(find, function))
    with preserved_random_state():
        works = _is_affine(lambda: call(make, below, units, STDDEV, None), below)
    if works:
        return call(make, below, units, STDDEV, None)
    try:
        return call(make, below, units, STDDEV, activation(find, "linear"))
    except Unsupported:
        return call(make, below, units, STDDEV, Linear())


def _is_affine(make: Callable[[], Any], below: Any) -> bool:
    """Tell whether the layer can be made, and maps 0, x and 2 x to numbers in a row."""
    try:
        layer, size = make(), int(below.output_size()[-1])
        x = np.linspace(-2.0, 1.5, size)
        y = np.asarray(call(layer.fprop, np.stack([0 * x, x, 2 * x])), dtype=float)
    except Exception:  # it will be seen again, or another way is found
        return False
    return bool(np.allclose(y[2] - y[1], y[1] - y[0], rtol=1e-9, atol=1e-12 * (1 + np.abs(y).max())))


class FreiburgActivation(LayerAdapter):
    """An activation.

    Args:
        spec: the configured component.
        layer: the submission's object.
    """

    def __init__(self, spec: LayerSpec, layer: Any) -> None:
        super().__init__(spec)
        self.layer = layer

    def forward(self, x: Array) -> Array:
        result: Array = call(self.layer.fprop, x)
        return result

    def backward(self, dy: Array) -> Array:
        result: Array = call(self.layer.bprop, dy)
        return result

    def reseed(self, seed: int) -> None:
        reseed(seed, self.layer)


class FreiburgFullyConnected(FreiburgActivation):
    """A fully connected layer without activation.

    Where the layer divides its gradients by the batch size, because the output's does not, they are multiplied again.
    """

    spec: FullyConnected

    def __init__(self, spec: FullyConnected, layer: Any, divides: bool = False) -> None:
        super().__init__(spec, layer)
        self._divides = divides
        self._rates: tuple[float, float] | None = None
        self._velocities: list[Array] = []
        self._batch = 1

    def forward(self, x: Array) -> Array:
        self._batch = len(x)
        return super().forward(x)

    def backward(self, dy: Array) -> Array:
        forget_gradients(self.layer)
        result = super().backward(dy)
        if self._rates is not None:
            self._step(*self._rates)
        return result

    def parameters(self) -> Mapping[str, Array]:
        return self._named("W", "b", self.layer.params)

    def gradients(self) -> Mapping[str, Array]:
        factor = self._batch if self._divides else 1
        return {key: factor * value for key, value in self._named("dW", "db", self.layer.grad_params).items()}

    def assign(self, parameters: Mapping[str, Array]) -> None:
        places = {"weights": ("W", 0), "bias": ("b", 1)}
        for key, value in parameters.items():
            name, index = places[key]
            own = getattr(self.layer, name, None)
            own = self.layer.params()[index] if own is None else own
            if own.dtype == value.dtype and own.flags.writeable:
                own[...] = value.reshape(own.shape)  # in place, because params() hands out references
            else:
                setattr(self.layer, name, np.array(value).reshape(own.shape))

    def attach_optimizer(self, learning_rate: float, momentum: float) -> None:
        self._rates = learning_rate, momentum

    def initialize(self, weights_value: float, bias_value: float) -> Mapping[str, Any]:
        del weights_value, bias_value
        raise Unsupported("the exercise has no initializers: a layer draws its weights when it is constructed")

    def _step(self, learning_rate: float, momentum: float) -> None:
        """Gradient descent as the exercise means it: by way of params() and grad_params()."""
        factor = self._batch if self._divides else 1
        parameters, gradients = self.layer.params(), self.layer.grad_params()
        if not self._velocities:
            self._velocities = [np.zeros_like(each) for each in parameters]
        for index, (own, gradient) in enumerate(zip(parameters, gradients, strict=True)):
            step = learning_rate * factor * np.reshape(gradient, own.shape)
            self._velocities[index] = momentum * self._velocities[index] - step
            np.add(own, self._velocities[index], out=own)  # params() hands out references

    def _named(self, weights: str, bias: str, both: Callable[[], Any]) -> dict[str, Array]:
        found = {}
        for index, (key, name) in enumerate((("weights", weights), ("bias", bias))):
            value = getattr(self.layer, name, None)
            value = both()[index] if value is None else value
            if value is None:
                raise AttributeError(f"FullyConnectedLayer.{name} is None, but should be an array")
            found[key] = np.array(value)
        units = (self.spec.output_size,)
        # b may be a vector or one row, and db the other one.
        found["bias"] = found["bias"].reshape(units) if found["bias"].size == units[0] else found["bias"]
        return found


def divides_by_batch(find: Find) -> bool:
    """Tell whether the submission's layers divide dW and db by the batch size."""
    with preserved_random_state():
        try:
            layer = fully_connected(find, input_layer(find, 2), 3, "linear")
            x, dy = np.array([[1.0, -2.0], [0.5, 3.0], [2.0, 1.0]]), np.arange(1.0, 10.0).reshape(3, 3)
            call(layer.fprop, x)
            call(layer.bprop, dy)
            found = np.asarray(layer.grad_params()[0], dtype=float)
        except Exception:  # whatever is wrong will be seen again
            return False
    return found.shape == (2, 3) and bool(np.allclose(found * 3, x.T @ dy))


class FreiburgOutput(LossAdapter):
    """An output with its loss; the target comes first in the exercise.

    Args:
        spec: the configured component.
        find: the submission's classes.
    """

    spec: LossSpec

    def __init__(self, spec: LossSpec, find: Find) -> None:
        super().__init__(spec)
        self._find = find
        self._output = self._made(2)
        self._width = 2
        self._shape: tuple[int, ...] = ()
        self._prediction: Any = None

    def forward(self, prediction: Array, target: Array) -> float:
        self._shape = prediction.shape
        self._prediction = self._passed(_rows(prediction))
        result: float = call(self._output.loss, _rows(target), self._prediction)
        return result

    def backward(self, target: Array) -> Array:
        result: Any = call(self._output.input_grad, _rows(target), self._prediction)
        return np.reshape(result, self._shape) if np.size(result) == np.prod(self._shape) else result

    def predict(self, prediction: Array) -> Array:
        if not isinstance(self.spec, SoftmaxOutput):
            raise Unsupported(f"{self.spec.name()} predicts what it is given")
        result: Array = self._passed(prediction)
        return result

    def _passed(self, rows: Array) -> Any:
        if rows.shape[1] != self._width:
            self._width = rows.shape[1]
            self._output = self._made(self._width)
        return call(self._output.fprop, rows)

    def _made(self, width: int) -> Any:
        return call(self._find(self.spec.name()), input_layer(self._find, width))


def _rows(tensor: Array) -> Array:
    return tensor if tensor.ndim == 2 else tensor.reshape(len(tensor), -1)
