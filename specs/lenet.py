"""LeNet: a function that builds a convolutional network for images of digits."""

# mypy: disable-error-code="empty-body"
# The decorator `operation` supplies the bodies.

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .network import Passes
from .operations import operation
from .registry import register
from .spec import Case, ModelSpec
from .vocabulary import Kind


@register
@dataclass(frozen=True, kw_only=True)
class LeNet(ModelSpec):
    """LeNet for images (batch, 1, 28, 28) and ten classes, with its optimizer and regularizer."""

    source: ClassVar[str] = (
        "LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition (1998), section II.B; "
        "with padding, ReLU, maxima and softmax as the FAU exercises ask"
    )
    definition: ClassVar[str] = "twice convolution, ReLU, pooling; fully connected layers with ReLU between; softmax"
    classes: ClassVar[int] = 10
    learning_rates: ClassVar[tuple[float, ...]] = (5e-4, 5.0**-4)  # the text prints 5 to the power of -4
    alpha: ClassVar[float] = 4e-4

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (Case(name="two-images", spec=cls(), input_shape=(2, 1, 28, 28)),)


class ModelSubject(Passes, kind=Kind.MODEL):
    """A network that was built by a function, with its loss and its optimizers."""

    @operation(required=True)
    def structure(self) -> list[str]:
        """The layers in order, by the names of their specs; another name for a layer that has no spec."""

    @operation(required=True)
    def steps(self, gradients: list[float]) -> list[list[float]]:
        """For each layer with an optimizer: the first step from the weight 0, for each of the gradients."""

    @operation(required=True)
    def penalty_gradients(self, weights: list[float]) -> list[list[float] | None]:
        """For each layer with an optimizer: the gradient of its penalty at the weights; None without a penalty."""
