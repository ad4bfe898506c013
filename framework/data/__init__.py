"""Data to train on: embedded, read from files that the user names, or generated. Nothing is ever downloaded."""

from .batches import Augmentation, Batches, Sequences
from .dataset import DataError, DataSet, Split, one_hot, split_at_random
from .delayed_recall import delayed_recall, memoryless_error
from .embedded import digits, iris
from .images import doubled, enlarged, shifted
from .mnist import mnist

__all__ = [
    "Augmentation",
    "Batches",
    "DataError",
    "DataSet",
    "Sequences",
    "Split",
    "delayed_recall",
    "digits",
    "doubled",
    "enlarged",
    "iris",
    "memoryless_error",
    "mnist",
    "one_hot",
    "shifted",
    "split_at_random",
]
