"""A variant of LeNet."""

from collections.abc import Sequence

from ..initializers import Constant, He
from ..layers import Conv, Flatten, FullyConnected, Pooling, ReLU, SoftMax
from ..losses import CrossEntropyLoss
from ..network import NeuralNetwork
from ..optimizers import Adam
from ..regularizers import L2_Regularizer


def build(input_shape: Sequence[int] = (1, 28, 28), classes: int = 10, seed: int | None = None) -> NeuralNetwork:
    """Return LeNet-5 with "same" convolutions, ReLU, max pooling and softmax.

    Two convolutions of 5 × 5 with 6 and 16 kernels, each followed by ReLU and 2 × 2 max pooling, then fully connected
    layers of 120, 84 and ``classes`` units. Adam with learning rate 5e-4 and L2 regularization with 4e-4; weights by
    He, biases zero. The original has no padding, average pooling, hyperbolic tangents and radial basis functions.

    Source: LeCun, Bottou, Bengio & Haffner, Gradient-based learning applied to document recognition, Proceedings of
    the IEEE 86 (11), 1998, section II.B; with the changes that the FAU exercises prescribe.

    Args:
        input_shape: Channels, height and width of an image; height and width at least 4.
        classes: Number of classes.
        seed: Seed of the weights; None draws one from the operating system.

    Returns:
        A network without a data layer, from images (batch, channels, height, width) to probabilities (batch, classes).

    Raises:
        ValueError: If the shape is not that of an image or too small.
    """
    if len(input_shape) != 3 or min(input_shape[1:]) < 4:
        raise ValueError(
            f"lenet.build: input_shape={tuple(input_shape)}, but should be (channels, height, width), at least 4 × 4"
        )
    channels, height, width = input_shape
    optimizer = Adam(5e-4, 0.9, 0.999)
    optimizer.add_regularizer(L2_Regularizer(4e-4))
    network = NeuralNetwork(optimizer, He(seed), Constant(0.0))
    for layer in (
        Conv((1, 1), (channels, 5, 5), 6),
        ReLU(),
        Pooling((2, 2), (2, 2)),
        Conv((1, 1), (6, 5, 5), 16),
        ReLU(),
        Pooling((2, 2), (2, 2)),
        Flatten(),
        FullyConnected(16 * (height // 4) * (width // 4), 120),
        ReLU(),
        FullyConnected(120, 84),
        ReLU(),
        FullyConnected(84, classes),
        SoftMax(),
    ):
        network.append_layer(layer)
    network.loss_layer = CrossEntropyLoss()
    return network
