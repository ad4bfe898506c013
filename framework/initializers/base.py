"""What all initializers have in common."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from ..validation import Tensor


class Initializer(ABC):
    """A source of first weights."""

    @abstractmethod
    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        """Return float64 weights.

        Args:
            weights_shape: Their shape.
            fan_in: Number of inputs of a unit: the input size of a fully connected layer.
            fan_out: Number of units that an input reaches: the output size of a fully connected layer.

        Raises:
            ValueError: If a fan that is needed is not positive.
        """


class RandomInitializer(Initializer):
    """An initializer that draws.

    Args:
        seed: Seed of the random generator; None draws one from the operating system.

    Attributes:
        rng: The random generator; may be replaced.
    """

    def __init__(self, seed: int | None = None) -> None:
        self.rng = np.random.default_rng(seed)
