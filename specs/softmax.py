"""SoftMax: each row becomes a probability distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .domain import Integers
from .registry import register
from .sizes import Form
from .spec import Case, LayerSpec
from .vocabulary import Trait


@register
@dataclass(frozen=True, kw_only=True)
class SoftMax(LayerSpec):
    """The softmax function of each row: (batch, classes) -> (batch, classes)."""

    source: ClassVar[str] = "Bridle: Probabilistic Interpretation of Feedforward Classification Network Outputs (1990)"
    definition: ClassVar[str] = "y_k = exp(x_k) / sum_j exp(x_j)"
    traits: ClassVar[frozenset[Trait]] = frozenset(
        {Trait.BATCH_INDEPENDENT, Trait.DIFFERENTIABLE, Trait.SHIFT_INVARIANT}
    )
    sizes: ClassVar[tuple[Form, ...]] = ({"batch": Integers(1, 9), "classes": Integers(2, 8)},)
    quick: ClassVar[int] = 1

    @classmethod
    def sized(cls, *, batch: int, classes: int) -> Case:
        return Case(spec=cls(), input_shape=(batch, classes))

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            cls.case("9-by-4", batch=9, classes=4),
            cls.case("square", batch=5, classes=5),
            cls.case("batch-1", batch=1, classes=6),
            cls.case("two-classes", batch=3, classes=2),
        )
