"""The perceptron of the Freiburg exercise."""

from ..initializers import Constant, Normal
from ..layers import Flatten, FullyConnected, ReLU, TanH
from ..losses import SoftmaxOutput
from ..network import NeuralNetwork
from ..optimizers import Sgd


def build(
    input_size: int = 28 * 28,
    classes: int = 10,
    *,
    learning_rate: float = 0.1,
    init_stddev: float = 0.01,
    seed: int | None = None,
) -> NeuralNetwork:
    """Return a perceptron with 80 units of ReLU, 70 of tanh and ``classes`` linear ones.

    The loss is softmax with the *mean* cross-entropy of a batch, learned by stochastic gradient descent.

    Args:
        input_size: Number of input features; images are flattened.
        classes: Number of classes.
        learning_rate: Step size.
        init_stddev: Standard deviation of the first weights; the first biases are zero.
        seed: Seed of the weights; None draws one from the operating system.

    Returns:
        A network without a data layer, from inputs (batch, ...) to scores (batch, classes); its ``test`` returns
        probabilities.

    Raises:
        ValueError: If a size is not positive, or another argument is negative.
    """
    network = NeuralNetwork(Sgd(learning_rate), Normal(init_stddev, seed), Constant(0.0))
    for layer in (
        Flatten(),
        FullyConnected(input_size, 80),
        ReLU(),
        FullyConnected(80, 70),
        TanH(),
        FullyConnected(70, classes),
    ):
        network.append_layer(layer)
    network.loss_layer = SoftmaxOutput()
    return network
