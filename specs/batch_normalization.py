"""BatchNormalization: each channel is normalised over the batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from .domain import Integers, argument
from .registry import register
from .sizes import Choices, Form
from .spec import Case, LayerSpec
from .vocabulary import Convention, Parameter, Phase, Trait


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
        {
            Trait.AFFINE,
            Trait.BATCH_INDEPENDENT,
            Trait.BATCH_STATISTICS,
            Trait.DIFFERENTIABLE,
            Trait.NORMALISES,
            Trait.PHASE_DEPENDENT,
        }
    )
    # Two values per channel are always normalised to -1 and 1, whatever they are: their gradient is 0 by cancellation.
    sizes: ClassVar[tuple[Form, ...]] = (
        {"batch": Integers(2, 10), "channels": Integers(1, 5), "phase": Choices(("train", "test"))},
        {
            "batch": Integers(1, 4),
            "channels": Integers(1, 4),
            "height": Integers(2, 5),
            "width": Integers(2, 5),
            "phase": Choices(("train", "test")),
        },
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

    def parameters(self) -> Mapping[str, Parameter]:
        return {
            "weights": Parameter(shape=(self.channels,), initial=1.0),
            "bias": Parameter(shape=(self.channels,), initial=0.0),
        }

    def has(self, trait: Trait, phase: Phase) -> bool:
        if trait in {Trait.BATCH_STATISTICS, Trait.NORMALISES}:
            return phase is Phase.TRAIN
        if trait in {Trait.AFFINE, Trait.BATCH_INDEPENDENT}:
            return phase is Phase.TEST
        return trait in self.traits

    @classmethod
    def sized(cls, *, channels: int, phase: str, batch: int, **axes: int) -> Case:
        shape = (batch, channels, *axes.values())
        return Case(spec=cls(channels=channels), input_shape=shape, phase=Phase(phase))

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            cls.case("vector", batch=10, channels=4, phase="train"),
            cls.case("image", batch=4, channels=3, height=5, width=2, phase="train"),
            cls.case("one-channel", batch=5, channels=1, phase="train"),
            cls.case("square", batch=4, channels=4, height=4, width=4, phase="train"),
            cls.case("vector-test-phase", batch=6, channels=4, phase="test"),
            cls.case("image-test-phase", batch=3, channels=3, height=2, width=4, phase="test"),
        )
