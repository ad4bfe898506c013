"""Delayed recall: a task that needs memory."""

import numpy as np

from ..validation import checked_integer
from .dataset import DataSet, Split, one_hot


def delayed_recall(
    *,
    symbols: int = 4,
    delay: int = 4,
    length: int = 20,
    sequences: tuple[int, int, int] = (1000, 100, 200),
    seed: int = 0,
) -> DataSet:
    """Generate sequences of random symbols; at every step the label is the symbol of ``delay`` steps ago.

    During the first ``delay`` steps the label is one more class, "nothing yet". Symbols are independent and uniform,
    so the current one tells nothing about the label: without memory no model is better than ``memoryless_error``.

    Args:
        symbols: Number K of symbols.
        delay: For how many steps a symbol has to be kept.
        length: Number T of steps of a sequence, more than ``delay``.
        sequences: How many sequences N to generate for the train, the validation and the test split.
        seed: The same seed gives the same sequences.

    Returns:
        Splits of one-hot inputs (N, T, K) and labels (N, T, K + 1).

    Raises:
        ValueError: If an argument is no suitable integer.
    """
    checked_integer("symbols", symbols, 2)
    checked_integer("delay", delay, 1)
    checked_integer("length", length, delay + 1)
    rng = np.random.default_rng(checked_integer("seed", seed, 0))
    splits = []
    for count in sequences:
        shown = rng.integers(symbols, size=(checked_integer("sequences", count, 1), length))
        recalled = np.full_like(shown, symbols)
        recalled[:, delay:] = shown[:, :-delay]
        splits.append(Split(one_hot(shown, symbols), one_hot(recalled, symbols + 1)))
    name = f"delayed recall of {symbols} symbols after {delay} of {length} steps"
    return DataSet(name=name, train=splits[0], validation=splits[1], test=splits[2])


def memoryless_error(*, symbols: int, delay: int, length: int) -> float:
    """Return the lowest expected error of a model that sees the current step alone: that of the best constant answer.

    >>> memoryless_error(symbols=4, delay=4, length=20)
    0.8
    """
    nothing_yet = delay / length
    return 1 - max(nothing_yet, (1 - nothing_yet) / symbols)
