"""What a recurring mistake is made of: `super()` of each class is the component that it is put in front of."""

from __future__ import annotations

from collections.abc import Sequence

from ..framework import BaseLayer, Initializer, Loss, Regularizer
from ..framework.validation import Tensor, Weights


class Layer(BaseLayer):
    """What is wrong stands in front of what is right, which `super()` reaches through this class."""

    def forward(self, input_tensor: Tensor) -> Tensor:
        return super().forward(input_tensor)  # type: ignore[safe-super]  # behind it stands a layer that has one

    def backward(self, error_tensor: Tensor) -> Tensor:
        return super().backward(error_tensor)  # type: ignore[safe-super]  # behind it stands a layer that has one


class RightLoss(Loss):
    """What is wrong stands in front of what is right, which `super()` reaches through this class."""

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        return super().forward(prediction_tensor, label_tensor)  # type: ignore[safe-super]  # a loss stands behind it

    def backward(self, label_tensor: Tensor) -> Tensor:
        return super().backward(label_tensor)  # type: ignore[safe-super]  # a loss stands behind it


class RightRegularizer(Regularizer):
    """What is wrong stands in front of what is right, which `super()` reaches through this class."""

    def calculate_gradient(self, weights: Weights) -> Weights:
        return super().calculate_gradient(weights)  # type: ignore[safe-super]  # a regularizer stands behind it


class RightInitializer(Initializer):
    """What is wrong stands in front of what is right, which `super()` reaches through this class."""

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        return super().initialize(weights_shape, fan_in, fan_out)  # type: ignore[safe-super]  # one stands behind it
