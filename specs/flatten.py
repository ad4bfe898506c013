"""Flatten: each sample becomes a vector."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from .registry import register
from .spec import Case, LayerSpec
from .vocabulary import Shape, Trait


@register
@dataclass(frozen=True, kw_only=True)
class Flatten(LayerSpec):
    """Reshape in C order: (batch, ...) -> (batch, features)."""

    source: ClassVar[str] = "LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning (1998), section II"
    definition: ClassVar[str] = "y[b, :] = the entries of x[b] in C order"
    traits: ClassVar[frozenset[Trait]] = frozenset({Trait.AFFINE, Trait.BATCH_INDEPENDENT, Trait.DIFFERENTIABLE})

    def output_shape(self, input_shape: Shape) -> Shape:
        return (input_shape[0], math.prod(input_shape[1:]))

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            Case(name="image", spec=cls(), input_shape=(9, 3, 4, 11)),
            Case(name="batch-1", spec=cls(), input_shape=(1, 2, 3, 5)),
            Case(name="sequence", spec=cls(), input_shape=(4, 3, 5)),
            Case(name="one-pixel", spec=cls(), input_shape=(3, 1, 1, 1)),
        )
