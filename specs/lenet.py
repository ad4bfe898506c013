"""LeNet: a function that builds a convolutional network for images of digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .registry import register
from .spec import Case, ModelSpec


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
