"""Dropout: in training, units are set to zero at random."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .domain import Reals, argument
from .registry import register
from .spec import Case, LayerSpec
from .vocabulary import Convention, Phase, Shape, Trait


@register
@dataclass(frozen=True, kw_only=True)
class Dropout(LayerSpec):
    """Inverted dropout: any shape -> the same shape; the identity in the test phase."""

    keep: float = argument(Reals(0, 1, open_low=True), "probability with which a unit is kept")

    source: ClassVar[str] = "Srivastava et al.: Dropout (JMLR 15, 2014), sections 4 and 10"
    definition: ClassVar[str] = "train: y = x * m / keep, m ~ Bernoulli(keep) per entry; test: y = x"
    traits: ClassVar[frozenset[Trait]] = frozenset(
        {
            Trait.AFFINE,
            Trait.BATCH_INDEPENDENT,
            Trait.DIFFERENTIABLE,
            Trait.ELEMENTWISE,
            Trait.RANDOM_MASK,
            Trait.PHASE_DEPENDENT,
        }
    )
    conventions: ClassVar[tuple[Convention, ...]] = (
        Convention(
            name="dropout argument",
            options=("keep", "drop"),
            about="whether the constructor takes the probability to keep a unit or to drop it",
        ),
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def has(self, trait: Trait, phase: Phase) -> bool:
        if trait is Trait.RANDOM_MASK:
            return phase is Phase.TRAIN and self.keep < 1
        if trait is Trait.AFFINE:
            return phase is Phase.TEST or self.keep == 1
        return trait in self.traits

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            Case(name="keep-0.25", spec=cls(keep=0.25), input_shape=(12, 10)),
            Case(name="keep-0.8-image", spec=cls(keep=0.8), input_shape=(2, 3, 6, 5)),
            Case(name="keep-all", spec=cls(keep=1.0), input_shape=(3, 4)),
            Case(name="test-phase", spec=cls(keep=0.5), input_shape=(4, 6), phase=Phase.TEST),
        )
