"""What components say of themselves: mistakes in the members that the base classes prescribe."""

from __future__ import annotations

from ..framework import BatchNormalization, Sgd
from ..framework.regularizers import Regularizer
from ..framework.validation import Tensor, Weights
from .registry import Declare

BASE = "class BaseLayer: def __init__(self): self.testing_phase = False; self.trainable = False"

mistake = Declare(families=("contract",), cases=("vector",))


@mistake(hint="add_regularizer: self.regularizer = regularizer", cases=("with-L1", "with-L2"), level="strict")
class RegularizerUnderAnotherName(Sgd):
    """The regularizer is kept under another name.

    Updates apply it, but a network that reads optimizer.regularizer for the loss finds none, and its loss lacks the
    penalty.
    """

    _penalty: Regularizer | None = None

    def add_regularizer(self, regularizer: Regularizer) -> None:
        self._penalty = regularizer

    def calculate_update(self, weight_tensor: Weights, gradient_tensor: Weights) -> Weights:
        updated = super().calculate_update(weight_tensor, gradient_tensor)
        if self._penalty is None:
            return updated
        return updated - self.learning_rate * self._penalty.calculate_gradient(weight_tensor)


@mistake(
    hint="for 2 dimensions: tensor.reshape(batch, height, width, channels).transpose(0, 3, 1, 2)",
    cases=("image", "square"),
)
class ReformatRestoresNothing(BatchNormalization):
    """The method reformat knows one direction only.

    It turns images into vectors, but returns vectors as they are: whoever calls it in backward gets the wrong shape.
    """

    _inside = False

    def forward(self, input_tensor: Tensor) -> Tensor:
        self._inside = True
        output = super().forward(input_tensor)
        self._inside = False
        return output

    def backward(self, error_tensor: Tensor) -> Tensor:
        self._inside = True
        input_error = super().backward(error_tensor)
        self._inside = False
        return input_error

    def reformat(self, tensor: Tensor) -> Tensor:
        return tensor if tensor.ndim == 2 and not self._inside else super().reformat(tensor)
