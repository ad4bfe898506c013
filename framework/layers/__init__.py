"""The layers of the framework."""

from .activation import Activation
from .base import BaseLayer
from .batch_normalization import BatchNormalization
from .conv import Conv
from .dropout import Dropout
from .flatten import Flatten
from .fully_connected import FullyConnected
from .identity import Identity
from .lstm import LSTM
from .pooling import Pooling
from .recurrent import Recurrent
from .relu import ReLU
from .rnn import RNN
from .several_parameters import SeveralParameters
from .sigmoid import Sigmoid
from .softmax import SoftMax
from .tanh import TanH
from .weights_and_bias import WeightsAndBias

__all__ = [
    "LSTM",
    "RNN",
    "Activation",
    "BaseLayer",
    "BatchNormalization",
    "Conv",
    "Dropout",
    "Flatten",
    "FullyConnected",
    "Identity",
    "Pooling",
    "ReLU",
    "Recurrent",
    "SeveralParameters",
    "Sigmoid",
    "SoftMax",
    "TanH",
    "WeightsAndBias",
]
