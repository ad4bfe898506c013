"""How good a network is on data that it does not learn from."""

from dataclasses import dataclass

import numpy as np

from ..data.batches import Batches, SplitName
from ..losses import LinearOutput, MeanSquaredError, SoftmaxOutput
from ..network import NeuralNetwork
from ..validation import Tensor


@dataclass(frozen=True)
class Evaluation:
    """Means over items; the items of a sequence are its steps.

    Attributes:
        loss: Data loss per item, without regularization.
        error: Fraction of the items that are classified wrongly, in [0, 1].
    """

    loss: float
    error: float


@dataclass
class Tally:
    """Sums up batches, which may differ in size, so that every item counts the same.

    Attributes:
        items: Number of items so far.
        loss: Sum of their losses.
        wrong: How many of them were classified wrongly.
    """

    items: int = 0
    loss: float = 0.0
    wrong: int = 0

    def add(self, output: Tensor, labels: Tensor, loss: float, *, is_mean: bool) -> None:
        """Add a batch: the network's output and one-hot labels, both (items, classes), and the loss of all items.

        Losses that are means have to be weighted: a mean of the batches' means would favour the items of a small batch.
        """
        self.items += len(labels)
        self.loss += loss * len(labels) if is_mean else loss
        self.wrong += int(np.count_nonzero(output.argmax(axis=1) != labels.argmax(axis=1)))

    def means(self) -> Evaluation:
        """Return the means."""
        return Evaluation(self.loss / self.items, self.wrong / self.items)


def is_mean_loss(loss_layer: object) -> bool:
    """Tell whether a loss is the mean over the batch; the others are sums."""
    return isinstance(loss_layer, SoftmaxOutput | LinearOutput | MeanSquaredError)


def evaluate(network: NeuralNetwork, data: Batches, split: SplitName) -> Evaluation:
    """Return mean loss and error of a network on a split, in the testing phase. Nothing is learned.

    Afterwards the network is in the phase in which it was.

    Raises:
        RuntimeError: If the network has no loss layer.
    """
    is_mean = is_mean_loss(network.loss_layer)
    phase = network.phase
    tally = Tally()
    try:
        for inputs, labels in data.in_order(split):
            output, loss = network.assess(inputs, labels)
            tally.add(output, labels, loss, is_mean=is_mean)
    finally:
        network.phase = phase
    return tally.means()
