"""What layers have in common that keep their weights and their bias in two arrays."""

from ..validation import Tensor
from .several_parameters import SeveralParameters


class WeightsAndBias(SeveralParameters):
    """A trainable layer whose parameters are ``weights`` and ``bias``; ``optimizer`` is that of the weights."""

    _parameters = ("weights", "bias")
    weights: Tensor
    bias: Tensor
    gradient_weights: Tensor | None = None
    gradient_bias: Tensor | None = None

    def _learn(self, gradient_weights: Tensor, gradient_bias: Tensor) -> None:
        """Store the gradients, then update the parameters if there are optimizers."""
        self._store_and_update(gradient_weights, gradient_bias)
