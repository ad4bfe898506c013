"""Every layer obeys the laws."""

from collections.abc import Callable

import pytest

from backproof.framework import (
    LSTM,
    RNN,
    Activation,
    BatchNormalization,
    Conv,
    Dropout,
    Flatten,
    FullyConnected,
    Identity,
    Pooling,
    ReLU,
    Sigmoid,
    SoftMax,
    TanH,
)

from .layer_laws import LAWS, Gradient, Subject

LAYERS = {
    "fully_connected": Subject(lambda: FullyConnected(4, 3), (5, 4)),
    "relu": Subject(ReLU, (5, 4)),
    "sigmoid": Subject(Sigmoid, (5, 2, 2)),
    "tanh": Subject(TanH, (5, 4)),
    "softmax": Subject(SoftMax, (5, 4)),
    "flatten": Subject(Flatten, (5, 3, 1, 2)),
    "dropout": Subject(lambda: Dropout(0.6), (5, 4)),
    "dropout-testing": Subject(lambda: Dropout(0.6), (5, 4), testing=True),
    "identity": Subject(Identity, (5, 4)),
    "activation-sigmoid": Subject(lambda: Activation("sigmoid"), (5, 4)),
    "activation-linear": Subject(lambda: Activation(None), (5, 4)),
    "conv": Subject(lambda: Conv(1, (2, 3, 3), 4), (3, 2, 5, 6)),
    "conv-even": Subject(lambda: Conv((2, 1), (2, 4, 2), 3), (2, 2, 5, 6)),
    "conv-sparse": Subject(lambda: Conv((3, 4), (1, 2, 3), 2), (2, 1, 5, 9)),
    "conv-points": Subject(lambda: Conv(1, (3, 1, 1), 2), (2, 3, 4, 5)),
    "conv-sequences": Subject(lambda: Conv([2], (2, 3), 4), (3, 2, 7)),
    "conv-sequences-even": Subject(lambda: Conv(1, (2, 4), 3), (2, 2, 5)),
    "pooling": Subject(lambda: Pooling(2, 2), (2, 2, 4, 6)),
    "pooling-overlapping": Subject(lambda: Pooling((1, 2), (3, 4)), (2, 2, 5, 7)),
    "pooling-sparse": Subject(lambda: Pooling(3, (2, 1)), (2, 2, 6, 7)),
    "rnn": Subject(lambda: RNN(3, 4, 2), (6, 3)),
    "lstm": Subject(lambda: LSTM(3, 4, 2), (6, 3)),
    "batch_normalization-vectors": Subject(lambda: BatchNormalization(3), (6, 3)),
    "batch_normalization-images": Subject(lambda: BatchNormalization(3), (2, 3, 2, 4)),
    "batch_normalization-vectors-testing": Subject(lambda: BatchNormalization(3), (6, 3), testing=True),
    "batch_normalization-images-testing": Subject(lambda: BatchNormalization(3), (2, 3, 2, 4), testing=True),
}


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("name", LAYERS)
def test_layers_obey(name: str, law: Callable[[Subject, Gradient], None], numerical_gradient: Gradient) -> None:
    law(LAYERS[name], numerical_gradient)
