"""Reading a submission's attributes, with an error that says which one is missing and when it should be there."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np

from ...specs import Array, Unsupported
from ..signatures import call_with_up_to
from .probes import ProbeOptimizer, ProbeUpdates, RecordingConstant

WEIGHTS = ("weights", "gamma")
BIAS = ("bias", "biases", "beta", "b")
GRADIENT_WEIGHTS = ("gradient_weights", "get_gradient_weights", "gradient_gamma")
GRADIENT_BIAS = ("gradient_bias", "get_gradient_bias", "gradient_biases", "bias_gradient", "gradient_beta")
_BIAS_OPTIMIZERS = ("bias_optimizer", "optimizer_bias", "optimizer_b")


def name_of(owner: Any, names: tuple[str, ...]) -> str | None:
    """The first of the names under which the owner has something other than None."""
    return next((name for name in names if getattr(owner, name, None) is not None), None)


def array_of(owner: Any, names: tuple[str, ...], when: str = "") -> Array:
    """A copy of the attribute (or of the result of the method) that has one of the names.

    Args:
        owner: the submission's object.
        names: the course's name first.
        when: what has happened, for the error's text.

    Raises:
        AttributeError: there is none, or it is None.
    """
    name = name_of(owner, names)
    value = None if name is None else getattr(owner, name)
    if callable(value):
        value = value()
    if value is None:
        raise AttributeError(f"{type(owner).__name__}.{names[0]} is missing{when}, but should be an array")
    return np.array(value)


def require_shape(owner: Any, name: str, value: Array, expected: tuple[int, ...]) -> None:
    """Raise ValueError unless `value` has the expected shape."""
    if value.shape != expected:
        raise ValueError(f"{type(owner).__name__}.{name} has the shape {value.shape}, but should have {expected}")


def give_optimizer(layer: Any, optimizer: ProbeOptimizer | ProbeUpdates) -> list[str]:
    """Attach the optimizer, and a copy where the layer keeps a second one for its bias; returns how, as code.

    In the code `$self` is the layer, and `$optimizer` constructs the optimizer.
    """
    said = []
    setter = getattr(layer, "set_optimizer", None)
    if callable(setter):
        setter(optimizer)
        said.append("$self.set_optimizer($optimizer)")
    else:
        layer.optimizer = optimizer
        said.append("$self.optimizer = $optimizer")
    for name in _BIAS_OPTIMIZERS:
        if hasattr(layer, name) and getattr(layer, name) is None:
            setattr(layer, name, deepcopy(optimizer))
            said.append(f"$self.{name} = $optimizer")
    return said


def inherits(owner: Any, *words: str) -> bool:
    """Tell whether a class that the owner's class is derived from has one of the words in its name."""
    names = [base.__name__.lower() for base in type(owner).__mro__[1:]]
    return any(word in name for name in names for word in words)


def initialize_constant(layer: Any, weights_value: float, bias_value: float) -> list[list[Any]]:
    """Initialise the layer with constants; returns the fans that the weights initializer was given.

    Raises:
        Unsupported: the layer has no `initialize`.
    """
    method = getattr(layer, "initialize", None)
    if not callable(method):
        raise Unsupported(f"{type(layer).__name__} has no method initialize (exercise 2 adds it)")
    weights, bias = RecordingConstant(weights_value), RecordingConstant(bias_value)
    call_with_up_to(method, weights, bias)
    return weights.fans
