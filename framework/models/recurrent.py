"""Recurrent networks for sequences."""

from typing import Literal

from ..initializers import Constant, Xavier
from ..layers import LSTM, RNN, SoftMax
from ..losses import CrossEntropyLoss
from ..network import NeuralNetwork
from ..optimizers import Adam


def build(
    input_size: int,
    classes: int,
    *,
    cell: Literal["rnn", "lstm"] = "rnn",
    hidden_size: int = 32,
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> NeuralNetwork:
    """Return a recurrent layer and softmax: a class for every step of a sequence.

    The recurrent layers take the batch axis for the time, so one forward takes one sequence; a longer sequence costs
    proportionally more. Adam; weights by Xavier, biases zero.

    Args:
        input_size: Features of a step.
        classes: Number of classes.
        cell: ``"rnn"``: Elman's; ``"lstm"``: long short-term memory.
        hidden_size: Size of the hidden state.
        learning_rate: Step size of Adam.
        seed: Seed of the weights; None draws one from the operating system.

    Returns:
        A network without a data layer, from sequences (time, input_size) to probabilities (time, classes).

    Raises:
        ValueError: If a size is not a positive integer or the cell is unknown.
    """
    cells: dict[str, type[RNN | LSTM]] = {"rnn": RNN, "lstm": LSTM}
    if cell not in cells:
        raise ValueError(f"cell={cell!r}, but should be one of {', '.join(cells)}")
    network = NeuralNetwork(Adam(learning_rate, 0.9, 0.999), Xavier(seed), Constant(0.0))
    network.append_layer(cells[cell](input_size, hidden_size, classes))
    network.append_layer(SoftMax())
    network.loss_layer = CrossEntropyLoss()
    return network
