"""Activations by name."""

from ..validation import Tensor
from .base import BaseLayer
from .identity import Identity
from .relu import ReLU
from .sigmoid import Sigmoid
from .tanh import TanH

_LAYERS: dict[str | None, type[BaseLayer]] = {
    "sigmoid": Sigmoid,
    "tanh": TanH,
    "relu": ReLU,
    "linear": Identity,
    None: Identity,
}


class Activation(BaseLayer):
    """An activation that is chosen by its name.

    Args:
        name: ``"sigmoid"``, ``"tanh"``, ``"relu"``, or ``"linear"`` or None for the identity.

    Attributes:
        layer: The layer of that name, which does the work.

    Raises:
        ValueError: If there is no activation of that name.
    """

    def __init__(self, name: str | None) -> None:
        if name not in _LAYERS:
            raise ValueError(f"name={name!r}, but should be one of {', '.join(map(repr, _LAYERS))}")
        self.layer = _LAYERS[name]()

    def forward(self, input_tensor: Tensor) -> Tensor:
        """Map any shape to the same shape."""
        return self.layer.forward(input_tensor)

    def backward(self, error_tensor: Tensor) -> Tensor:
        """Multiply the error by the derivative."""
        return self.layer.backward(error_tensor)
