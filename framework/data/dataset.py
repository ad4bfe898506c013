"""What a data set is: inputs with one-hot labels, in three splits."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from zlib import crc32

import numpy as np

from ..validation import Tensor, checked_integer, checked_number


class DataError(Exception):
    """Data cannot be had; the text says what was expected, what was found, and what to do."""


class Split(NamedTuple):
    """Items that belong together.

    Attributes:
        inputs: (items, ...): vectors, images (items, channels, height, width), or sequences (items, time, features).
        labels: One-hot: (items, classes), for sequences (items, time, classes).
    """

    inputs: Tensor
    labels: Tensor


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """A named data set.

    Attributes:
        name: For messages and checkpoints.
        train: What is learned from.
        validation: What is looked at after each epoch.
        test: What is looked at once, at the end.
    """

    name: str
    train: Split
    validation: Split
    test: Split

    @cached_property
    def checksum(self) -> int:
        """A CRC-32 of all splits, to recognise the same data again."""
        value = 0
        for split in (self.train, self.validation, self.test):
            for array in split:
                value = crc32(np.ascontiguousarray(array).data, value)
        return value

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one input."""
        return self.train.inputs.shape[1:]

    @property
    def classes(self) -> int:
        """The number of classes."""
        return int(self.train.labels.shape[-1])


def one_hot(labels: Tensor, classes: int) -> Tensor:
    """Turn class numbers of any shape (...) into rows (..., classes) of zeros with a one.

    >>> one_hot(np.array([1, 0, 2]), 3)
    array([[0., 1., 0.],
           [1., 0., 0.],
           [0., 0., 1.]])

    Raises:
        ValueError: If a label is no integer in [0, classes).
    """
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu":
        raise ValueError(f"one_hot: labels.dtype={labels.dtype}, but should be integers")
    if labels.size and not (labels.min() >= 0 and labels.max() < classes):
        raise ValueError(f"one_hot: labels from {labels.min()} to {labels.max()}, but should be in [0, {classes})")
    rows: Tensor = np.eye(classes)[labels]
    return rows


def split_at_random(
    name: str, inputs: Tensor, labels: Tensor, *, seed: int, validation: float = 0.1, test: float = 0.2
) -> DataSet:
    """Split items at random.

    Args:
        name: The name of the data set.
        inputs: (items, ...).
        labels: (items, classes).
        seed: The same seed gives the same split.
        validation: Fraction of the items in the validation split, in (0, 1).
        test: Fraction of the items in the test split, in (0, 1).

    Raises:
        ValueError: If inputs and labels do not go together, or a split gets no items.
    """
    if len(inputs) != len(labels):
        raise ValueError(f"split_at_random: {len(inputs)} inputs, but {len(labels)} labels; they should be as many")
    of_test = round(len(inputs) * checked_number("test", test, "(0, 1)"))
    of_validation = round(len(inputs) * checked_number("validation", validation, "(0, 1)"))
    if min(of_test, of_validation, len(inputs) - of_test - of_validation) < 1:
        raise ValueError(
            f"split_at_random: {len(inputs)} items with validation={validation} and test={test} leave a split without "
            "items; take more items or other fractions"
        )
    order = np.random.default_rng(checked_integer("seed", seed, 0)).permutation(len(inputs))
    parts = np.split(order, [of_test, of_test + of_validation])
    testing, validating, training = (Split(inputs[part], labels[part]) for part in parts)
    return DataSet(name=name, train=training, validation=validating, test=testing)
