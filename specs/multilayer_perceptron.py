"""MultilayerPerceptron: fully connected layers with activations between them, an output with its loss, epochs."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from .activation import FUNCTIONS, Activation
from .domain import Instances, Sizes, argument
from .fully_connected import FullyConnected
from .registry import register
from .softmax_output import SoftmaxOutput
from .spec import Case, LayerSpec, LossSpec, Spec
from .squared_error import LinearOutput
from .vocabulary import Kind, Parameter


@dataclass(frozen=True, kw_only=True)
class PerceptronSpec(Spec):
    """The contract of a network of fully connected layers that is trained by epochs."""

    widths: tuple[int, ...] = argument(Sizes(2, 6), "the number of inputs, then that of each layer's units")
    function: str = argument(FUNCTIONS, "the activation of all layers but the last, which is linear")
    loss: LossSpec = argument(Instances((SoftmaxOutput, LinearOutput)), "the output and its loss")

    kind: ClassVar[Kind] = Kind.PERCEPTRON

    @abstractmethod
    def layers(self) -> tuple[LayerSpec, ...]:
        """The layers in order; the output with its loss follows."""

    @abstractmethod
    def parameters(self) -> Mapping[str, Parameter]:
        """The trainable arrays; `1.weights` are those of the second fully connected layer."""


@register
@dataclass(frozen=True, kw_only=True)
class MultilayerPerceptron(PerceptronSpec):
    """A perceptron that is trained by epochs: (batch, first width) -> (batch, last width)."""

    source: ClassVar[str] = "Goodfellow, Bengio, Courville: Deep Learning (2016), sections 6.1, 6.5 and 8.1"
    definition: ClassVar[str] = "L = loss(... f(f(x W0 + b0) W1 + b1) ..., target); each batch: w = w - rate dL/dw"

    def layers(self) -> tuple[LayerSpec, ...]:
        layers: list[LayerSpec] = []
        for inputs, units in pairwise(self.widths):
            layers += [FullyConnected(input_size=inputs, output_size=units), Activation(function=self.function)]
        return tuple(layers[:-1])

    def parameters(self) -> Mapping[str, Parameter]:
        dense = [layer for layer in self.layers() if isinstance(layer, FullyConnected)]
        return {
            f"{index}.{name}": each for index, layer in enumerate(dense) for name, each in layer.parameters().items()
        }

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        def case(name: str, batch: int, widths: tuple[int, ...], function: str, loss: LossSpec) -> Case:
            return Case(
                name=name, spec=cls(widths=widths, function=function, loss=loss), input_shape=(batch, widths[0])
            )

        return (
            case("classifier", 8, (4, 6, 6, 3), "relu", SoftmaxOutput()),
            case("regression", 6, (3, 5, 5, 2), "tanh", LinearOutput()),
            case("sigmoid", 6, (5, 4, 4, 3), "sigmoid", SoftmaxOutput()),
            case("linear", 4, (3, 4, 4, 2), "linear", LinearOutput()),
        )
