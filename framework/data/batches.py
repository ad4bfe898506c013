"""Data layers: they deal a data set out to a network."""

from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias

import numpy as np

from ..validation import Tensor, checked_integer
from .dataset import DataSet, Split

SplitName = Literal["train", "validation", "test"]

Augmentation: TypeAlias = Callable[[Tensor, np.random.Generator], Tensor]
"""From a batch of inputs and a random generator to other inputs with the same labels, such as ``shifted``."""


class Batches:
    """Deals the training split in batches, epoch by epoch, each epoch in a new order.

    What is random about a batch is drawn from the seed, the number of the epoch and its position there, and nothing
    else. So ``seek`` returns to any place without dealing what lies before it, and a checkpoint needs two numbers.

    Args:
        data: The data set.
        batch_size: Items in a batch; the last batch of an epoch may be smaller.
        seed: Seed of the orders.
        shuffle: False deals the items as they lie.
        drop_last: Whether items that do not fill a last batch are left out of the epoch.
        augment: Changes the inputs of each batch that ``next`` deals; never those for evaluation.

    Attributes:
        epoch: Number of complete epochs so far.
        position: Number of batches dealt in the current epoch.
        batches_per_epoch: Number of batches in an epoch.

    Raises:
        ValueError: If the batch size or the seed is no suitable integer, or an epoch would have no batch.
    """

    evaluation_batch_size = 256

    def __init__(
        self,
        data: DataSet,
        batch_size: int,
        *,
        seed: int = 0,
        shuffle: bool = True,
        drop_last: bool = False,
        augment: Augmentation | None = None,
    ) -> None:
        self.data = data
        self.batch_size = checked_integer("batch_size", batch_size, 1)
        self.seed = checked_integer("seed", seed, 0)
        self.shuffle = shuffle
        self.augment = augment
        items = len(data.train.inputs)
        self.batches_per_epoch = items // batch_size if drop_last else -(-items // batch_size)
        if self.batches_per_epoch == 0:
            raise ValueError(f"batch_size={batch_size}, but should be at most {items}, the items of {data.name}")
        self.epoch = 0
        self.position = 0
        self._order: tuple[int, Tensor] | None = None  # the epoch it is of, the order

    def next(self) -> tuple[Tensor, Tensor]:
        """Return inputs (batch, ...) and one-hot labels (batch, classes) of the next batch, as float64 copies."""
        start = self.position * self.batch_size
        chosen = self._items_in_order()[start : start + self.batch_size]
        inputs, labels = self._deal(self.data.train, chosen)
        if self.augment is not None:
            # From 1, because a seed of (s, e, 0) is the seed (s, e), which the order has.
            inputs = self.augment(inputs, np.random.default_rng((self.seed, self.epoch, self.position + 1)))
        self.position += 1
        if self.position == self.batches_per_epoch:
            self.epoch, self.position = self.epoch + 1, 0
        return inputs, labels

    def seek(self, epoch: int, position: int) -> None:
        """Continue with batch number ``position`` of epoch number ``epoch``; both count from 0.

        Raises:
            ValueError: If there is no such batch.
        """
        if checked_integer("position", position, 0) >= self.batches_per_epoch:
            raise ValueError(f"position={position}, but an epoch has {self.batches_per_epoch} batches, from 0")
        self.epoch, self.position = checked_integer("epoch", epoch, 0), position

    def get_test_set(self) -> tuple[Tensor, Tensor]:
        """Return inputs and labels of the whole test split."""
        return self.data.test.inputs.astype(float), self.data.test.labels.astype(float)

    def in_order(self, split: SplitName) -> Iterator[tuple[Tensor, Tensor]]:
        """Deal a whole split as it lies, for evaluation; ``epoch`` and ``position`` do not change."""
        chosen: Split = getattr(self.data, split)
        for start in range(0, len(chosen.inputs), self.evaluation_batch_size):
            stop = min(start + self.evaluation_batch_size, len(chosen.inputs))
            yield self._deal(chosen, np.arange(start, stop))

    def _deal(self, split: Split, chosen: Tensor) -> tuple[Tensor, Tensor]:
        return split.inputs[chosen].astype(float), split.labels[chosen].astype(float)

    def _items_in_order(self) -> Tensor:
        if self._order is None or self._order[0] != self.epoch:
            items = len(self.data.train.inputs)
            order = np.random.default_rng((self.seed, self.epoch)).permutation(items)
            self._order = self.epoch, order if self.shuffle else np.arange(items)
        return self._order[1]


class Sequences(Batches):
    """Deals one sequence at a time, for layers that take the batch axis for the time.

    Inputs are (time, features) and labels (time, classes). The test set has all sequences: (sequences, time, ...);
    a network takes one of them per call.

    Args:
        data: A data set of sequences.
        seed: Seed of the orders.

    Raises:
        ValueError: If the data are no sequences or the seed is no suitable integer.
    """

    evaluation_batch_size = 1

    def __init__(self, data: DataSet, *, seed: int = 0) -> None:
        if data.train.inputs.ndim != 3 or data.train.labels.ndim != 3:
            raise ValueError(
                f"Sequences: {data.name} has inputs of shape {data.train.inputs.shape} and labels of shape "
                f"{data.train.labels.shape}, but should have sequences: (sequences, time, features or classes)"
            )
        super().__init__(data, 1, seed=seed)

    def _deal(self, split: Split, chosen: Tensor) -> tuple[Tensor, Tensor]:
        inputs, labels = super()._deal(split, chosen)
        return inputs[0], labels[0]
