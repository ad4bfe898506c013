"""What all losses have in common."""

from abc import ABC, abstractmethod
from typing import TypeVar

from ..validation import Shape, Tensor, checked_tensor

Cached = TypeVar("Cached")


class Loss(ABC):
    """How far predictions are from labels: the end of a network."""

    @abstractmethod
    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        """Return the loss of a batch of predictions, given labels of the same shape.

        Raises:
            ValueError: If the shapes differ or are none that the loss takes.
        """

    @abstractmethod
    def backward(self, label_tensor: Tensor) -> Tensor:
        """Return the gradient with respect to the predictions of the latest ``forward``.

        Raises:
            ValueError: If the labels have another shape than the predictions.
            RuntimeError: If there was no ``forward`` before.
        """

    def predict(self, prediction_tensor: Tensor) -> Tensor:
        """Return what a network with this loss predicts: its output as it is, if the loss does not say otherwise."""
        return checked_tensor(f"{type(self).__name__}.predict: prediction_tensor", prediction_tensor).copy()

    def _checked_arguments(
        self, prediction_tensor: Tensor, label_tensor: Tensor, *shapes: Shape
    ) -> tuple[Tensor, Tensor]:
        name = f"{type(self).__name__}.forward"
        prediction = checked_tensor(f"{name}: prediction_tensor", prediction_tensor, *shapes)
        return prediction, checked_tensor(f"{name}: label_tensor", label_tensor, prediction.shape)

    def _checked_label(self, label_tensor: Tensor, shape: tuple[int, ...]) -> Tensor:
        return checked_tensor(f"{type(self).__name__}.backward: label_tensor", label_tensor, shape)

    def _of_latest_forward(self, cached: Cached | None) -> Cached:
        if cached is None:
            raise RuntimeError(
                f"{type(self).__name__}.backward was called before forward; "
                "call forward(prediction_tensor, label_tensor) first"
            )
        return cached


def one_over(count: int, name: str) -> float:
    """Return ``1 / count``, the factor of a mean.

    Raises:
        ValueError: If there is nothing to take the mean of.
    """
    if count == 0:
        raise ValueError(f"{name}.forward: prediction_tensor is empty, but a mean needs at least one element")
    return 1 / count
