"""SoftMax: each row becomes a probability distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .registry import register
from .spec import Case, LayerSpec
from .vocabulary import Shape, Trait


@register
@dataclass(frozen=True, kw_only=True)
class SoftMax(LayerSpec):
    """The softmax function of each row: (batch, classes) -> (batch, classes)."""

    source: ClassVar[str] = "Bridle: Probabilistic Interpretation of Feedforward Classification Network Outputs (1990)"
    definition: ClassVar[str] = "y_k = exp(x_k) / sum_j exp(x_j)"
    traits: ClassVar[frozenset[Trait]] = frozenset(
        {Trait.BATCH_INDEPENDENT, Trait.DIFFERENTIABLE, Trait.SHIFT_INVARIANT}
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            Case(name="9-by-4", spec=cls(), input_shape=(9, 4)),
            Case(name="square", spec=cls(), input_shape=(5, 5)),
            Case(name="batch-1", spec=cls(), input_shape=(1, 6)),
            Case(name="two-classes", spec=cls(), input_shape=(3, 2)),
        )
