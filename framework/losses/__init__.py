"""The losses of the framework."""

from .base import Loss
from .cross_entropy import CrossEntropyLoss
from .softmax_cross_entropy import SoftMaxCrossEntropyLoss
from .softmax_output import SoftmaxOutput
from .squared_error import L2Loss, LinearOutput, MeanSquaredError

__all__ = [
    "CrossEntropyLoss",
    "L2Loss",
    "LinearOutput",
    "Loss",
    "MeanSquaredError",
    "SoftMaxCrossEntropyLoss",
    "SoftmaxOutput",
]
