"""Dropout: in training, units are set to zero at random."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .domain import Reals, argument
from .registry import register
from .sizes import IMAGES, VECTORS, Choices, Form
from .spec import Case, LayerSpec
from .vocabulary import Convention, Phase, Trait


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
    sizes: ClassVar[tuple[Form, ...]] = tuple(
        {**axes, "keep": Choices((0.5, 0.25, 0.8, 1.0)), "phase": Choices(("train", "test"))}
        for axes in (VECTORS, IMAGES)
    )
    quick: ClassVar[int] = 1
    conventions: ClassVar[tuple[Convention, ...]] = (
        Convention(
            name="dropout argument",
            options=("keep", "drop"),
            about="whether the constructor takes the probability to keep a unit or to drop it",
        ),
        Convention(
            name="dropout scaling",
            options=("in training", "in testing"),
            about="whether kept units are divided by the probability to keep, or multiplied by it in the test phase",
            source="Srivastava et al. (2014), sections 10 and 4",
        ),
    )

    def keep_probability(self) -> float:
        return self.keep

    def has(self, trait: Trait, phase: Phase) -> bool:
        if trait is Trait.RANDOM_MASK:
            return phase is Phase.TRAIN and self.keep < 1
        if trait is Trait.AFFINE:
            return phase is Phase.TEST or self.keep == 1
        return trait in self.traits

    @classmethod
    def sized(cls, *, keep: float, phase: str, **axes: int) -> Case:
        return Case(spec=cls(keep=keep), input_shape=tuple(axes.values()), phase=Phase(phase))

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            cls.case("keep-0.25", batch=12, features=10, keep=0.25, phase="train"),
            cls.case("keep-0.8-image", batch=2, channels=3, height=6, width=5, keep=0.8, phase="train"),
            cls.case("keep-all", batch=3, features=4, keep=1.0, phase="train"),
            cls.case("test-phase", batch=4, features=6, keep=0.5, phase="test"),
        )
