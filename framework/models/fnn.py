"""A feed-forward network of any depth."""

from collections.abc import Sequence
from copy import deepcopy
from itertools import pairwise

from ..initializers import Constant, He
from ..layers import BaseLayer, BatchNormalization, Flatten, FullyConnected, ReLU, SoftMax
from ..losses import CrossEntropyLoss
from ..network import NeuralNetwork
from ..optimizers import Adam, Optimizer
from ..regularizers import Regularizer


def build(
    input_size: int = 28 * 28,
    hidden_sizes: Sequence[int] = (128, 128),
    classes: int = 10,
    *,
    activation: type[BaseLayer] = ReLU,
    batch_normalize: bool = False,
    regularizer: Regularizer | None = None,
    optimizer: Optimizer | None = None,
    seed: int | None = None,
) -> NeuralNetwork:
    """Return fully connected layers with an activation after each but the last, then softmax.

    Args:
        input_size: Number of input features; images are flattened.
        hidden_sizes: Number of units of each hidden layer; none gives logistic regression.
        classes: Number of classes.
        activation: The class of the activation layers.
        batch_normalize: Whether to normalize between each hidden layer and its activation.
        regularizer: Put on all layers, such as ``L1_Regularizer(1e-4)``.
        optimizer: Every layer gets a copy; default: Adam with learning rate 1e-3.
        seed: Seed of the weights (He); None draws one from the operating system. Biases are zero.

    Returns:
        A network without a data layer, from inputs (batch, ...) to probabilities (batch, classes).

    Raises:
        ValueError: If a size is not a positive integer.
    """
    optimizer = Adam(1e-3, 0.9, 0.999) if optimizer is None else deepcopy(optimizer)
    if regularizer is not None:
        optimizer.add_regularizer(regularizer)
    network = NeuralNetwork(optimizer, He(seed), Constant(0.0))
    network.append_layer(Flatten())
    for inputs, outputs in pairwise((input_size, *hidden_sizes)):
        network.append_layer(FullyConnected(inputs, outputs))
        if batch_normalize:
            network.append_layer(BatchNormalization(outputs))
        network.append_layer(activation())
    network.append_layer(FullyConnected((input_size, *hidden_sizes)[-1], classes))
    network.append_layer(SoftMax())
    network.loss_layer = CrossEntropyLoss()
    return network
