"""Constant initializer."""

from collections.abc import Sequence

import numpy as np

from ..validation import Tensor, checked_number
from .base import Initializer


class Constant(Initializer):
    """Every weight has the same value.

    Args:
        value: The value.

    Raises:
        ValueError: If the value is not a finite number.
    """

    def __init__(self, value: float = 0.1) -> None:
        self.value = checked_number("value", value, "(-inf, inf)")

    def initialize(
        self,
        weights_shape: int | Sequence[int],
        fan_in: int,  # noqa: ARG002 - part of the interface
        fan_out: int,  # noqa: ARG002 - part of the interface
    ) -> Tensor:
        """Return a constant tensor."""
        return np.full(weights_shape, self.value)
