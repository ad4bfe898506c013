"""MultilayerPerceptron: fully connected layers with activations between them, an output with its loss, epochs."""

# mypy: disable-error-code="empty-body"
# The decorator `operation` supplies the bodies.

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

from .activation import FUNCTIONS, Activation
from .domain import Instances, Sizes, argument
from .fully_connected import FullyConnected
from .network import HasParameters
from .operations import Array, never, operation
from .registry import register
from .softmax_output import SoftmaxOutput
from .spec import Case, LayerSpec, LossSpec, Spec
from .squared_error import LinearOutput
from .subject import seed_globals
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


class PerceptronSubject(HasParameters, kind=Kind.PERCEPTRON):
    """A perceptron; parameters are named `INDEX.NAME`, with the index of the fully connected layer."""

    @operation(required=True)
    def loss(self, inputs: Array, targets: Array) -> float:
        """The loss of a batch, with one-hot rows or numbers as targets."""

    @operation(required=True)
    def predict(self, inputs: Array) -> Array:
        """Probabilities where the loss is one of scores, else the outputs."""

    @operation(required=True)
    def differentiate(self, inputs: Array, targets: Array) -> Mapping[str, Array]:
        """The gradients of the loss with respect to the parameters, by name; nothing is updated."""

    @operation()
    def input_gradient(self, inputs: Array, targets: Array) -> Array:
        """What comes out of the backward pass at the inputs."""

    @operation()
    def epoch(self, inputs: Array, targets: Array, learning_rate: float, batch_size: int) -> None:
        """One epoch of stochastic gradient descent; a batch size of 0 asks for gradient descent on everything."""

    @operation(evaluates=True)
    def train(self, inputs: Array, labels: Array, learning_rate: float, batch_size: int) -> None:
        """Some epochs with numbers of classes as labels, by the method that `epoch` takes for the batch size."""

    @operation()
    def error_rate(self, inputs: Array, labels: Array) -> float:
        """The share of samples that are not predicted to be of their class, given as numbers."""

    @operation()
    def check_gradients(self, inputs: Array, targets: Array, layer: int, factor: float) -> Mapping[str, Any]:
        """Optional: the implementation's own check of its gradients, once.

        Args:
            inputs: of a batch.
            targets: one-hot rows or numbers.
            layer: index of a fully connected layer, whose gradients are `factor` times what they should be meanwhile.
            factor: a power of two; 1 leaves them as they are.

        Returns:
            `passes`: number of forward passes; `raised`: the exception as text, or ""; `said`: the words that are
            returned or printed; `tried`: the names of the parameters that had other values during a forward pass.
        """

    @operation(needed=never, default=seed_globals)
    def reseed(self, seed: int) -> None:
        """Seed every source of randomness."""
