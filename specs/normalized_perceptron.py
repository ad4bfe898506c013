"""NormalizedPerceptron: a multilayer perceptron with batch normalisation before each activation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from .activation import Activation
from .batch_normalization import BatchNormalization
from .multilayer_perceptron import MultilayerPerceptron
from .registry import register
from .softmax_output import SoftmaxOutput
from .spec import Case, LayerSpec
from .vocabulary import Parameter


@register
@dataclass(frozen=True, kw_only=True)
class NormalizedPerceptron(MultilayerPerceptron):
    """A perceptron that normalises each hidden layer by its batch; (batch, first width) -> (batch, last width)."""

    source: ClassVar[str] = "Ioffe, Szegedy: Batch Normalization (2015), section 3.2"
    definition: ClassVar[str] = (
        "L = loss(... f(scale0 normal(x W0) + shift0) W1 ... + b, target); hidden layers need no bias"
    )

    def layers(self) -> tuple[LayerSpec, ...]:
        layers: list[LayerSpec] = []
        for layer in super().layers():
            if isinstance(layer, Activation):
                layers.append(BatchNormalization(channels=layers[-1].output_shape((1, 1))[-1]))
            layers.append(layer)
        return tuple(layers)

    def parameters(self) -> Mapping[str, Parameter]:
        found: dict[str, Parameter] = {}
        hidden = len(self.widths) - 2
        for name, parameter in super().parameters().items():
            index, _, own = name.partition(".")
            if own == "bias" and int(index) < hidden:
                found |= {f"{index}.{part}": Parameter(shape=parameter.shape) for part in ("scale", "shift")}
            else:
                found[name] = parameter
        return found

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        # No kinks: in float32 a scalar loss behind several of them cannot be differentiated with confidence.
        tanh = cls(widths=(4, 6, 6, 3), function="tanh", loss=SoftmaxOutput())
        sigmoid = cls(widths=(3, 4, 4, 2), function="sigmoid", loss=SoftmaxOutput())
        return (
            Case(name="classifier", spec=tanh, input_shape=(9, 4)),
            Case(name="sigmoid", spec=sigmoid, input_shape=(6, 3)),
        )
