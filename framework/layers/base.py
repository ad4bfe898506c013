"""What all layers have in common."""

from abc import ABC, abstractmethod
from typing import TypeVar

from ..initializers import Initializer
from ..optimizers import Optimizer
from ..validation import Shape, Tensor, checked_tensor

Cached = TypeVar("Cached")


class BaseLayer(ABC):
    """A differentiable function of a batch, perhaps with parameters.

    A layer keeps copies of what ``backward`` needs, so its caller may overwrite any tensor that went in or came out.

    Attributes:
        trainable: Whether the layer has parameters: ``weights`` and, after ``backward``, ``gradient_weights``.
        testing_phase: Whether ``forward`` behaves as in testing. ``backward`` follows the latest ``forward``.
        optimizer: Updates the parameters at the end of ``backward``; None leaves them alone.
    """

    trainable: bool = False
    testing_phase: bool = False
    optimizer: Optimizer | None = None

    @property
    def optimizers(self) -> tuple[Optimizer, ...]:
        """The optimizers that update the parameters, one for each; none if there is no optimizer."""
        return () if self.optimizer is None else (self.optimizer,)

    @abstractmethod
    def forward(self, input_tensor: Tensor) -> Tensor:
        """Return the output for a batch.

        Raises:
            ValueError: If the input has a wrong shape.
        """

    @abstractmethod
    def backward(self, error_tensor: Tensor) -> Tensor:
        """Return the gradient with respect to the input of the latest ``forward``, given that of the output.

        Raises:
            ValueError: If the error has another shape than the output of the latest ``forward``.
            RuntimeError: If there was no ``forward`` before.
        """

    def initialize(  # noqa: B027 - not abstract: most layers have nothing to initialize
        self, weights_initializer: Initializer, bias_initializer: Initializer
    ) -> None:
        """Draw new parameters."""

    def _checked_input(self, input_tensor: Tensor, *shapes: Shape) -> Tensor:
        return checked_tensor(f"{type(self).__name__}.forward: input_tensor", input_tensor, *shapes)

    def _checked_error(self, error_tensor: Tensor, shape: Shape) -> Tensor:
        return checked_tensor(f"{type(self).__name__}.backward: error_tensor", error_tensor, shape)

    def _of_latest_forward(self, cached: Cached | None) -> Cached:
        if cached is None:
            raise RuntimeError(
                f"{type(self).__name__}.backward was called before forward; call forward(input_tensor) first"
            )
        return cached
