"""What all optimizers have in common."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from ..regularizers import Regularizer
from ..validation import Weights, checked_number


class Optimizer(ABC):
    """An update rule for one parameter, with decoupled regularization (Loshchilov & Hutter, ICLR 2019).

    An optimizer may have state, so every parameter needs one of its own (``copy.deepcopy``).

    Args:
        learning_rate: Step size, at least 0.

    Attributes:
        regularizer: Pulls the weights, by the learning rate times its gradient at the old weights. It never enters the
            state of the optimizer.

    Raises:
        ValueError: If the learning rate is negative or infinite.
    """

    def __init__(self, learning_rate: float) -> None:
        self.set_learning_rate(learning_rate)
        self.regularizer: Regularizer | None = None

    def set_learning_rate(self, learning_rate: float) -> None:
        """Set the step size of the updates to come.

        Raises:
            ValueError: If it is negative or infinite.
        """
        self.learning_rate = checked_number("learning_rate", learning_rate, "[0, inf)")

    def add_regularizer(self, regularizer: Regularizer) -> None:
        """Set the regularizer."""
        self.regularizer = regularizer

    def calculate_update(self, weight_tensor: Weights, gradient_tensor: Weights) -> Weights:
        """Return the new weights; the old ones are not modified.

        Args:
            weight_tensor: The weights, of any shape, or a number.
            gradient_tensor: The gradient of the loss with respect to them, of the same shape.

        Raises:
            ValueError: If the shapes differ, or differ from those of the earlier updates that formed the state.
        """
        self._check_shape(gradient_tensor, np.shape(weight_tensor), "the shape of weight_tensor")
        new_weights = weight_tensor
        if self.regularizer is not None:
            new_weights = weight_tensor - self.learning_rate * self.regularizer.calculate_gradient(weight_tensor)
        return new_weights + self._displacement(gradient_tensor)

    @abstractmethod
    def _displacement(self, gradient: Weights) -> Weights:
        """Return what the plain rule adds to the weights, and advance the state."""

    def _previous(self, state: Any, gradient: Weights) -> Any:
        """Return the state, which is 0 before the first update."""
        if state is None:
            return 0.0
        self._check_shape(gradient, np.shape(state), "the shape of earlier updates; give every parameter its own copy")
        return state

    def _check_shape(self, gradient: Weights, expected: tuple[int, ...], why: str) -> None:
        if np.shape(gradient) != expected:
            raise ValueError(
                f"{type(self).__name__}.calculate_update: gradient_tensor.shape={np.shape(gradient)}, "
                f"but should be {expected}, {why}"
            )
