"""Dropout."""

import numpy as np

from ..validation import Tensor, checked_number
from .base import BaseLayer


class Dropout(BaseLayer):
    """Inverted dropout (Srivastava et al., JMLR 15, 2014, sections 4 and 10).

    In training every element is kept with the given probability, independently and afresh in every ``forward``, and
    divided by the probability, so that its expectation does not change; the others become 0. Testing changes nothing.

    Args:
        probability: Fraction of the elements to keep, in (0, 1].
        seed: Seed of the random generator; None draws one from the operating system.

    Attributes:
        rng: The random generator; may be replaced.

    Raises:
        ValueError: If the probability is not in (0, 1].
    """

    _factors: Tensor | None = None

    def __init__(self, probability: float, seed: int | None = None) -> None:
        self.probability = checked_number("probability", probability, "(0, 1]")
        self.rng = np.random.default_rng(seed)

    def forward(self, input_tensor: Tensor) -> Tensor:
        """Map any shape to the same shape."""
        input_tensor = self._checked_input(input_tensor)
        if self.testing_phase:
            self._factors = np.ones_like(input_tensor)
        else:
            kept = self.rng.random(input_tensor.shape) < self.probability
            self._factors = kept.astype(input_tensor.dtype) / self.probability
        return input_tensor * self._factors

    def backward(self, error_tensor: Tensor) -> Tensor:
        """Multiply the error by the factors that multiplied the input."""
        factors = self._of_latest_forward(self._factors)
        return self._checked_error(error_tensor, factors.shape) * factors
