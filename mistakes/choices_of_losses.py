"""What is put in front of a loss for another reduction."""

from __future__ import annotations

from math import prod

import numpy as np

from ..framework import SoftMaxCrossEntropyLoss
from ..framework.validation import Tensor
from .in_front import RightLoss


class _Scaled(RightLoss):
    """The loss and its gradient times a factor that depends on the shape of the predictions."""

    @staticmethod
    def factor(shape: tuple[int, ...]) -> float:
        """What both are multiplied by."""
        raise NotImplementedError

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        return super().forward(prediction_tensor, label_tensor) * self.factor(np.shape(prediction_tensor))

    def backward(self, label_tensor: Tensor) -> Tensor:
        return super().backward(label_tensor) * self.factor(np.shape(label_tensor))


class Half(_Scaled):
    """One half."""

    @staticmethod
    def factor(shape: tuple[int, ...]) -> float:  # noqa: ARG004 - part of the interface
        return 0.5


class MeanOverBatch(_Scaled):
    """A mean over the samples where there was a sum."""

    @staticmethod
    def factor(shape: tuple[int, ...]) -> float:
        return 1 / shape[0]


class HalfMeanOverBatch(_Scaled):
    """Half of that."""

    @staticmethod
    def factor(shape: tuple[int, ...]) -> float:
        return 0.5 / shape[0]


class SumOverFeatures(_Scaled):
    """A mean over the samples alone where there was one over everything."""

    @staticmethod
    def factor(shape: tuple[int, ...]) -> float:
        return float(prod(shape[1:]))


class HalfSumOverFeatures(_Scaled):
    """Half of that."""

    @staticmethod
    def factor(shape: tuple[int, ...]) -> float:
        return prod(shape[1:]) / 2


class GradientOfSum(RightLoss):
    """The gradient is that of the sum over the batch; the layers with parameters divide."""

    def backward(self, label_tensor: Tensor) -> Tensor:
        return super().backward(label_tensor) * len(label_tensor)


class LogarithmOfSoftmax(SoftMaxCrossEntropyLoss):
    """The logarithm is taken before anything can underflow."""

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        return SoftMaxCrossEntropyLoss.forward(self, prediction_tensor, label_tensor) / len(prediction_tensor)
