"""BatchNormalization: each channel is normalised over the batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from .domain import Integers, argument
from .registry import register
from .spec import Case, LayerSpec
from .vocabulary import Convention, Parameter, Phase, Shape, Trait


@register
@dataclass(frozen=True, kw_only=True)
class BatchNormalization(LayerSpec):
    """Batch normalisation: (batch, channels) or (batch, channels, height, width) -> the same shape."""

    channels: int = argument(Integers(1), "number of channels (features of a vector)")

    source: ClassVar[str] = "Ioffe, Szegedy: Batch Normalization (ICML 2015), algorithms 1 and 2, section 3.2"
    definition: ClassVar[str] = (
        "train: y = weights * (x - mean_batch) / sqrt(var_batch + eps) + bias; test: with the running mean and variance"
    )
    traits: ClassVar[frozenset[Trait]] = frozenset(
        {Trait.AFFINE, Trait.BATCH_STATISTICS, Trait.BATCH_INDEPENDENT, Trait.DIFFERENTIABLE, Trait.PHASE_DEPENDENT}
    )
    conventions: ClassVar[tuple[Convention, ...]] = (
        Convention(
            name="running statistics",
            options=("variance", "standard deviation", "unbiased variance"),
            about="what the moving average is taken of",
            source="Ioffe, Szegedy (2015), section 3.1 and algorithm 2",
        ),
        Convention(
            name="running decay",
            options=("any in (0, 1)",),
            about="weight of the old value in the moving average",
        ),
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def parameters(self) -> Mapping[str, Parameter]:
        return {
            "weights": Parameter(shape=(self.channels,), initial=1.0),
            "bias": Parameter(shape=(self.channels,), initial=0.0),
        }

    def has(self, trait: Trait, phase: Phase) -> bool:
        if trait is Trait.BATCH_STATISTICS:
            return phase is Phase.TRAIN
        if trait in {Trait.AFFINE, Trait.BATCH_INDEPENDENT}:
            return phase is Phase.TEST
        return trait in self.traits

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            Case(name="vector", spec=cls(channels=4), input_shape=(10, 4)),
            Case(name="image", spec=cls(channels=3), input_shape=(4, 3, 5, 2)),
            Case(name="one-channel", spec=cls(channels=1), input_shape=(5, 1)),
            Case(name="square", spec=cls(channels=4), input_shape=(4, 4, 4, 4)),
            Case(name="vector-test-phase", spec=cls(channels=4), input_shape=(6, 4), phase=Phase.TEST),
            Case(name="image-test-phase", spec=cls(channels=3), input_shape=(3, 3, 2, 4), phase=Phase.TEST),
        )
