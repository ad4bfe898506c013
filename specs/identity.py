"""Identity: what stands for an activation where there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .registry import register
from .sizes import IMAGES, VECTORS, Form
from .spec import Case, LayerSpec
from .vocabulary import Shape, Trait


@register
@dataclass(frozen=True, kw_only=True)
class Identity(LayerSpec):
    """The identity: any shape -> the same shape, entry by entry."""

    source: ClassVar[str] = "Goodfellow, Bengio, Courville: Deep Learning (2016), section 6.2.2.1"
    definition: ClassVar[str] = "y = x"
    traits: ClassVar[frozenset[Trait]] = frozenset(
        {
            Trait.AFFINE,
            Trait.BATCH_INDEPENDENT,
            Trait.DIFFERENTIABLE,
            Trait.ELEMENTWISE,
            Trait.HOMOGENEOUS,
            Trait.POINT_SYMMETRIC,
        }
    )
    sizes: ClassVar[tuple[Form, ...]] = (VECTORS, IMAGES)

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

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
