"""TanH: the hyperbolic tangent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .registry import register
from .sizes import IMAGES, VECTORS, Form
from .spec import Case, LayerSpec
from .vocabulary import Trait


@register
@dataclass(frozen=True, kw_only=True)
class TanH(LayerSpec):
    """The hyperbolic tangent: any shape -> the same shape, entry by entry."""

    source: ClassVar[str] = "LeCun, Bottou, Orr, Müller: Efficient BackProp (1998), section 4.4"
    definition: ClassVar[str] = "y = tanh(x)"
    traits: ClassVar[frozenset[Trait]] = frozenset(
        {Trait.BATCH_INDEPENDENT, Trait.DIFFERENTIABLE, Trait.ELEMENTWISE, Trait.POINT_SYMMETRIC}
    )
    sizes: ClassVar[tuple[Form, ...]] = (VECTORS, IMAGES)
    quick: ClassVar[int] = 1  # every entry for itself: the shape says little

    @classmethod
    def sized(cls, **axes: int) -> Case:
        return Case(spec=cls(), input_shape=tuple(axes.values()))

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            cls.case("vector", batch=10, features=5),
            cls.case("image", batch=2, channels=3, height=4, width=5),
            cls.case("batch-1", batch=1, features=7),
        )
