"""FullyConnected: an affine map of each row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from .domain import Integers, argument
from .registry import register
from .sizes import Form
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
    sizes: ClassVar[tuple[Form, ...]] = (
        {"batch": Integers(1, 9), "inputs": Integers(1, 8), "outputs": Integers(1, 8)},
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        return (*input_shape[:-1], self.output_size)

    def parameters(self) -> Mapping[str, Parameter]:
        fans = {"fan_in": self.input_size, "fan_out": self.output_size}
        return {
            "weights": Parameter(shape=(self.input_size, self.output_size), **fans),
            "bias": Parameter(shape=(self.output_size,), **fans),
        }

    @classmethod
    def sized(cls, *, batch: int, inputs: int, outputs: int) -> Case:
        return Case(spec=cls(input_size=inputs, output_size=outputs), input_shape=(batch, inputs))

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            cls.case("4-to-3", batch=9, inputs=4, outputs=3),
            cls.case("batch-1", batch=1, inputs=5, outputs=2),
            cls.case("square", batch=6, inputs=6, outputs=6),
            cls.case("1-to-1", batch=2, inputs=1, outputs=1),
        )
