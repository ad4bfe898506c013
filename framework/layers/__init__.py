"""The layers of the framework."""

from .base import BaseLayer
from .batch_normalization import BatchNormalization
from .dropout import Dropout
from .flatten import Flatten
from .fully_connected import FullyConnected
from .relu import ReLU
from .sigmoid import Sigmoid
from .softmax import SoftMax
from .tanh import TanH
from .weights_and_bias import WeightsAndBias

__all__ = [
    "BaseLayer",
    "BatchNormalization",
    "Dropout",
    "Flatten",
    "FullyConnected",
    "ReLU",
    "Sigmoid",
    "SoftMax",
    "TanH",
    "WeightsAndBias",
]
