"""Uniform initializer."""

from collections.abc import Sequence

from ..validation import Tensor
from .base import RandomInitializer


class UniformRandom(RandomInitializer):
    """Independent weights, uniform on [0, 1)."""

    def initialize(
        self,
        weights_shape: int | Sequence[int],
        fan_in: int,  # noqa: ARG002 - part of the interface
        fan_out: int,  # noqa: ARG002 - part of the interface
    ) -> Tensor:
        """Draw the weights."""
        return self.rng.random(weights_shape)
