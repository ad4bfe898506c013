"""What layers have in common that keep their parameters in several arrays."""

from copy import deepcopy
from typing import ClassVar

from ..optimizers import Optimizer
from ..validation import Tensor
from .base import BaseLayer


class SeveralParameters(BaseLayer):
    """A trainable layer with several parameters, each with an optimizer of its own.

    Setting ``optimizer`` gives each parameter an independent deep copy, regularizer included; reading it returns the
    copy of the first parameter. The gradient of the parameter ``weights`` is ``gradient_weights``, and so on.
    """

    trainable = True
    _parameters: ClassVar[tuple[str, ...]]
    _optimizers: tuple[Optimizer, ...] | None = None

    @property
    def optimizer(self) -> Optimizer | None:
        """The optimizer of the first parameter."""
        return None if self._optimizers is None else self._optimizers[0]

    @optimizer.setter
    def optimizer(self, optimizer: Optimizer | None) -> None:
        self._optimizers = None if optimizer is None else tuple(deepcopy(optimizer) for _ in self._parameters)

    @property
    def optimizers(self) -> tuple[Optimizer, ...]:
        """The optimizers, in the order of the parameters; none if there is no optimizer."""
        return self._optimizers or ()

    def _store_and_update(self, *gradients: Tensor) -> None:
        """Store the gradients, then update the parameters if there are optimizers."""
        for name, gradient in zip(self._parameters, gradients, strict=True):
            setattr(self, f"gradient_{name}", gradient)
        if self._optimizers is not None:
            for name, optimizer, gradient in zip(self._parameters, self._optimizers, gradients, strict=True):
                setattr(self, name, optimizer.calculate_update(getattr(self, name), gradient))
