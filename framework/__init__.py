"""The reference deep-learning framework in NumPy: small, exact, one layer per file.

Tensors are NumPy arrays whose first axis is the batch. A layer offers ``forward(input_tensor)`` and
``backward(error_tensor)``. ``backward`` belongs to the latest ``forward``, stores the gradients of the parameters
(summed over the batch, never accumulated over calls), then lets the layer's optimizer, if there is one, update them.
No call modifies its arguments, keeps a reference to them, or returns an array that a layer still needs.

>>> import numpy as np
>>> layer = FullyConnected(input_size=3, output_size=2)
>>> layer.initialize(Constant(1.0), Constant(0.5))
>>> layer.forward(np.ones((1, 3)))
array([[3.5, 3.5]])
>>> layer.backward(np.ones((1, 2)))
array([[2., 2., 2.]])
"""

from .initializers import Constant, He, Initializer, Normal, RandomInitializer, UniformRandom, Xavier
from .layers import (
    LSTM,
    RNN,
    Activation,
    BaseLayer,
    BatchNormalization,
    Conv,
    Dropout,
    Flatten,
    FullyConnected,
    Identity,
    Pooling,
    Recurrent,
    ReLU,
    SeveralParameters,
    Sigmoid,
    SoftMax,
    TanH,
    WeightsAndBias,
)
from .losses import (
    CrossEntropyLoss,
    L2Loss,
    LinearOutput,
    Loss,
    MeanSquaredError,
    SoftMaxCrossEntropyLoss,
    SoftmaxOutput,
)
from .network import NeuralNetwork
from .optimizers import AdaGrad, Adam, Optimizer, Sgd, SgdWithMomentum
from .regularizers import L1_Regularizer, L2_Regularizer, Regularizer

__all__ = [
    "LSTM",
    "RNN",
    "Activation",
    "AdaGrad",
    "Adam",
    "BaseLayer",
    "BatchNormalization",
    "Constant",
    "Conv",
    "CrossEntropyLoss",
    "Dropout",
    "Flatten",
    "FullyConnected",
    "He",
    "Identity",
    "Initializer",
    "L1_Regularizer",
    "L2Loss",
    "L2_Regularizer",
    "LinearOutput",
    "Loss",
    "MeanSquaredError",
    "NeuralNetwork",
    "Normal",
    "Optimizer",
    "Pooling",
    "RandomInitializer",
    "ReLU",
    "Recurrent",
    "Regularizer",
    "SeveralParameters",
    "Sgd",
    "SgdWithMomentum",
    "Sigmoid",
    "SoftMax",
    "SoftMaxCrossEntropyLoss",
    "SoftmaxOutput",
    "TanH",
    "UniformRandom",
    "WeightsAndBias",
    "Xavier",
]
