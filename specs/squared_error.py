"""L2Loss, MeanSquaredError and LinearOutput: squared errors, which differ by a factor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .registry import register
from .sizes import IMAGES, VECTORS, Form
from .softmax_output import GRADIENT_SCALES
from .spec import Case, LossSpec
from .vocabulary import Convention, Trait


@dataclass(frozen=True, kw_only=True)
class SquaredDifferences(LossSpec):
    """A multiple of the sum of squared differences of prediction and target, which have the same shape (batch, ...)."""

    source: ClassVar[str] = "Bishop: Pattern Recognition and Machine Learning (2006), section 5.2, equation 5.11"
    traits: ClassVar[frozenset[Trait]] = frozenset({Trait.DIFFERENTIABLE, Trait.OF_DIFFERENCE})
    sizes: ClassVar[tuple[Form, ...]] = (VECTORS, IMAGES)

    @classmethod
    def sized(cls, **axes: int) -> Case:
        return Case(spec=cls(), input_shape=tuple(axes.values()))

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            cls.case("9-by-4", batch=9, features=4),
            cls.case("image", batch=3, channels=2, height=4, width=5),
            cls.case("square", batch=5, features=5),
            cls.case("batch-1", batch=1, features=3),
            cls.case("one-feature", batch=7, features=1),
        )


@register
@dataclass(frozen=True, kw_only=True)
class L2Loss(SquaredDifferences):
    """The sum of squared errors; any shape (batch, ...)."""

    definition: ClassVar[str] = "L = sum (prediction - target)²"
    conventions: ClassVar[tuple[Convention, ...]] = (
        Convention(
            name="L2Loss reduction",
            options=("sum", "half the sum", "mean over the batch", "half the mean over the batch"),
            about="what the squares are multiplied by",
        ),
    )


@register
@dataclass(frozen=True, kw_only=True)
class MeanSquaredError(SquaredDifferences):
    """The mean of squared errors; any shape (batch, ...)."""

    definition: ClassVar[str] = "L = mean (prediction - target)²"
    conventions: ClassVar[tuple[Convention, ...]] = (
        Convention(
            name="MeanSquaredError reduction",
            options=("mean", "half the mean", "mean over the batch", "half the mean over the batch"),
            about="whether the mean is one over everything, or over the batch alone, and halved or not",
        ),
    )


@register
@dataclass(frozen=True, kw_only=True)
class LinearOutput(SquaredDifferences):
    """Half of the squared error, summed over the features, mean over the batch; any shape (batch, ...)."""

    definition: ClassVar[str] = "L = 1/(2 batch) sum (prediction - target)²"
    conventions: ClassVar[tuple[Convention, ...]] = (
        Convention(
            name="LinearOutput gradient",
            options=GRADIENT_SCALES,
            about="whether backward divides by the batch, or leaves that to the layers with parameters",
            source="the Freiburg exercise allows both",
        ),
    )
