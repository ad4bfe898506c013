"""What is put in front of a component: `super()` of each class is that component, whose methods it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from types import new_class
from typing import Any

from ..framework import BaseLayer, Initializer, Loss, Regularizer
from ..framework.validation import Tensor, Weights


def in_front(front: type, component: type, attributes: Mapping[str, Any]) -> type:
    """A class that is the component with `front` before it, and has these attributes besides."""
    said = {"__module__": front.__module__, "__doc__": front.__doc__, **attributes}
    return new_class(front.__name__, (front, component), exec_body=partial(_say, said))


def _say(said: Mapping[str, Any], body: dict[str, Any]) -> None:
    body.update(said)


class Layer(BaseLayer):
    """Stands in front of a layer."""

    def forward(self, input_tensor: Tensor) -> Tensor:
        return super().forward(input_tensor)  # type: ignore[safe-super]  # behind it stands a layer that has one

    def backward(self, error_tensor: Tensor) -> Tensor:
        return super().backward(error_tensor)  # type: ignore[safe-super]  # behind it stands a layer that has one


class RightLoss(Loss):
    """Stands in front of a loss."""

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        return super().forward(prediction_tensor, label_tensor)  # type: ignore[safe-super]  # a loss stands behind it

    def backward(self, label_tensor: Tensor) -> Tensor:
        return super().backward(label_tensor)  # type: ignore[safe-super]  # a loss stands behind it


class RightRegularizer(Regularizer):
    """Stands in front of a regularizer."""

    def calculate_gradient(self, weights: Weights) -> Weights:
        return super().calculate_gradient(weights)  # type: ignore[safe-super]  # a regularizer stands behind it

    def norm(self, weights: Tensor) -> float:
        return super().norm(weights)  # type: ignore[safe-super]  # a regularizer stands behind it


class RightInitializer(Initializer):
    """Stands in front of an initializer."""

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        return super().initialize(weights_shape, fan_in, fan_out)  # type: ignore[safe-super]  # one stands behind it
