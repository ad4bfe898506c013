"""Normal initializer."""

from collections.abc import Sequence

from ..validation import Tensor, checked_number
from .base import RandomInitializer


class Normal(RandomInitializer):
    """Independent normal weights of mean 0 and a given standard deviation.

    Args:
        stddev: The standard deviation, at least 0.
        seed: Seed of the random generator; None draws one from the operating system.

    Raises:
        ValueError: If the standard deviation is negative or infinite.
    """

    def __init__(self, stddev: float, seed: int | None = None) -> None:
        super().__init__(seed)
        self.stddev = checked_number("stddev", stddev, "[0, inf)")

    def initialize(
        self,
        weights_shape: int | Sequence[int],
        fan_in: int,  # noqa: ARG002 - part of the interface
        fan_out: int,  # noqa: ARG002 - part of the interface
    ) -> Tensor:
        """Draw the weights."""
        return self.rng.normal(0.0, self.stddev, weights_shape)
