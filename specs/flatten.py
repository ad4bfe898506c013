"""Flatten: each sample becomes a vector."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from .domain import Integers
from .registry import register
from .sizes import IMAGES, Form
from .spec import Case, LayerSpec
from .vocabulary import Shape, Trait


@register
@dataclass(frozen=True, kw_only=True)
class Flatten(LayerSpec):
    """Reshape in C order: (batch, ...) -> (batch, features)."""

    source: ClassVar[str] = "LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning (1998), section II"
    definition: ClassVar[str] = "y[b, :] = the entries of x[b] in C order"
    traits: ClassVar[frozenset[Trait]] = frozenset({Trait.AFFINE, Trait.BATCH_INDEPENDENT, Trait.DIFFERENTIABLE})
    sizes: ClassVar[tuple[Form, ...]] = (
        IMAGES,
        {"batch": Integers(1, 6), "steps": Integers(1, 6), "features": Integers(1, 6)},
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        return (input_shape[0], math.prod(input_shape[1:]))

    @classmethod
    def sized(cls, **axes: int) -> Case:
        return Case(spec=cls(), input_shape=tuple(axes.values()))

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            cls.case("image", batch=9, channels=3, height=4, width=11),
            cls.case("batch-1", batch=1, channels=2, height=3, width=5),
            cls.case("sequence", batch=4, steps=3, features=5),
            cls.case("one-pixel", batch=3, channels=1, height=1, width=1),
        )
