"""Xavier initializer."""

from collections.abc import Sequence
from math import sqrt

from ..validation import Tensor, checked_number
from .base import RandomInitializer


class Xavier(RandomInitializer):
    """Independent normal weights of mean 0 and variance ``2 / (fan_in + fan_out)``.

    Source: Glorot & Bengio, AISTATS 2010, equation 12.
    """

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        """Draw the weights."""
        fans = checked_number("fan_in", fan_in, "(0, inf)") + checked_number("fan_out", fan_out, "(0, inf)")
        return self.rng.normal(0.0, sqrt(2 / fans), weights_shape)
