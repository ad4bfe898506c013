"""He initializer."""

from collections.abc import Sequence
from math import sqrt

from ..validation import Tensor, checked_number
from .base import RandomInitializer


class He(RandomInitializer):
    """Independent normal weights of mean 0 and variance ``2 / fan_in``.

    Source: He et al., ICCV 2015, equation 10.
    """

    def initialize(
        self,
        weights_shape: int | Sequence[int],
        fan_in: int,
        fan_out: int,  # noqa: ARG002 - part of the interface
    ) -> Tensor:
        """Draw the weights."""
        return self.rng.normal(0.0, sqrt(2 / checked_number("fan_in", fan_in, "(0, inf)")), weights_shape)
