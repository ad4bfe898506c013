"""What layers have in common that keep their weights and their bias in two arrays."""

from copy import deepcopy

from ..optimizers import Optimizer
from ..validation import Tensor
from .base import BaseLayer


class WeightsAndBias(BaseLayer):
    """A trainable layer with two parameters, each with an optimizer of its own.

    Setting ``optimizer`` gives each parameter an independent deep copy, regularizer included; reading it returns the
    copy of the weights.
    """

    trainable = True
    weights: Tensor
    bias: Tensor
    gradient_weights: Tensor | None = None
    gradient_bias: Tensor | None = None
    _optimizers: tuple[Optimizer, Optimizer] | None = None

    @property
    def optimizer(self) -> Optimizer | None:
        """The optimizer of the weights."""
        return None if self._optimizers is None else self._optimizers[0]

    @optimizer.setter
    def optimizer(self, optimizer: Optimizer | None) -> None:
        self._optimizers = None if optimizer is None else (deepcopy(optimizer), deepcopy(optimizer))

    def _learn(self, gradient_weights: Tensor, gradient_bias: Tensor) -> None:
        """Store the gradients, then update the parameters if there is an optimizer."""
        self.gradient_weights, self.gradient_bias = gradient_weights, gradient_bias
        if self._optimizers is not None:
            optimizer_weights, optimizer_bias = self._optimizers
            self.weights = optimizer_weights.calculate_update(self.weights, gradient_weights)
            self.bias = optimizer_bias.calculate_update(self.bias, gradient_bias)
