"""TanH: the hyperbolic tangent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .registry import register
from .spec import Case, LayerSpec
from .vocabulary import Shape, Trait


@register
@dataclass(frozen=True, kw_only=True)
class TanH(LayerSpec):
    """The hyperbolic tangent: any shape -> the same shape, entry by entry."""

    source: ClassVar[str] = "LeCun, Bottou, Orr, Müller: Efficient BackProp (1998), section 4.4"
    definition: ClassVar[str] = "y = tanh(x)"
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
