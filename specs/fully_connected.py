"""FullyConnected: an affine map of each row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from .domain import Integers, argument
from .registry import register
from .spec import Case, LayerSpec
from .vocabulary import Parameter, Shape, Trait


@register
@dataclass(frozen=True, kw_only=True)
class FullyConnected(LayerSpec):
    """The fully connected layer: (batch, input_size) -> (batch, output_size)."""

    input_size: int = argument(Integers(1), "number of input features")
    output_size: int = argument(Integers(1), "number of units")

    source: ClassVar[str] = "Goodfellow, Bengio, Courville: Deep Learning (2016), section 6.1"
    definition: ClassVar[str] = "y = x W + b"
    traits: ClassVar[frozenset[Trait]] = frozenset({Trait.AFFINE, Trait.BATCH_INDEPENDENT, Trait.DIFFERENTIABLE})

    def output_shape(self, input_shape: Shape) -> Shape:
        return (*input_shape[:-1], self.output_size)

    def parameters(self) -> Mapping[str, Parameter]:
        fans = {"fan_in": self.input_size, "fan_out": self.output_size}
        return {
            "weights": Parameter(shape=(self.input_size, self.output_size), **fans),
            "bias": Parameter(shape=(self.output_size,), **fans),
        }

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            Case(name="4-to-3", spec=cls(input_size=4, output_size=3), input_shape=(9, 4)),
            Case(name="batch-1", spec=cls(input_size=5, output_size=2), input_shape=(1, 5)),
            Case(name="square", spec=cls(input_size=6, output_size=6), input_shape=(6, 6)),
            Case(name="1-to-1", spec=cls(input_size=1, output_size=1), input_shape=(2, 1)),
        )
