"""What all regularizers have in common."""

from abc import ABC, abstractmethod

from ..validation import Tensor, Weights, checked_number


class Regularizer(ABC):
    """A penalty on the size of weights.

    Args:
        alpha: Strength of the penalty, at least 0.

    Raises:
        ValueError: If alpha is negative or infinite.
    """

    def __init__(self, alpha: float) -> None:
        self.alpha = checked_number("alpha", alpha, "[0, inf)")

    @abstractmethod
    def calculate_gradient(self, weights: Weights) -> Weights:
        """Return what an optimizer descends along: a tensor as the weights, of any shape."""

    @abstractmethod
    def norm(self, weights: Tensor) -> float:
        """Return what the weights, of any shape, add to the loss."""
