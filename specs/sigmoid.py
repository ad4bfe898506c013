"""Sigmoid: the logistic function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .registry import register
from .spec import Case, LayerSpec
from .vocabulary import Shape, Trait


@register
@dataclass(frozen=True, kw_only=True)
class Sigmoid(LayerSpec):
    """The logistic sigmoid: any shape -> the same shape, entry by entry."""

    source: ClassVar[str] = "Goodfellow, Bengio, Courville: Deep Learning (2016), section 3.10"
    definition: ClassVar[str] = "y = 1 / (1 + exp(-x))"
    traits: ClassVar[frozenset[Trait]] = frozenset(
        {Trait.BATCH_INDEPENDENT, Trait.DIFFERENTIABLE, Trait.ELEMENTWISE, Trait.POINT_SYMMETRIC}
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            Case(name="vector", spec=cls(), input_shape=(10, 5)),
            Case(name="image", spec=cls(), input_shape=(2, 3, 4, 5)),
            Case(name="batch-1", spec=cls(), input_shape=(1, 7)),
        )
