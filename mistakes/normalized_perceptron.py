"""Perceptron with batch normalisation: mistakes in its construction and in the order of its layers."""

from __future__ import annotations

from typing import Any

from .. import framework
from ..specs import MultilayerPerceptron as PerceptronSpec
from .perceptron_models import NormalizedPerceptron
from .registry import Declare

mistake = Declare(families=("contract",))


@mistake(hint="if layer.bias is not None: nn.init.zeros_(layer.bias)")
class InitialisationNeedsABias(NormalizedPerceptron):
    """The initialisation of the weights fails on a layer without bias.

    With batch normalisation a linear layer has none: layer.bias is None, and whatever fills it raises an
    AttributeError or a TypeError.
    """

    def __init__(self, spec: PerceptronSpec) -> None:
        super().__init__(spec)
        raise AttributeError("'NoneType' object has no attribute 'fill_'")


@mistake(
    hint="nn.Sequential(nn.Linear(..., bias=False), nn.BatchNorm1d(units), activation_func())", families=("value",)
)
class NormalizedAfterActivation(NormalizedPerceptron):
    """The activation stands before the normalisation.

    The order is linear map, normalisation, activation: what is normalised are the sums, which are nearer to a normal
    distribution.
    """

    def hidden(self, dense: Any, normalizing: Any, function: str) -> list[Any]:
        return [dense, framework.Activation(function), normalizing]


@mistake(hint="layers.append(nn.BatchNorm1d(output_shape)) if batch_normalize")
class NotNormalized(NormalizedPerceptron):
    """There is no normalisation.

    The argument that asks for it is not passed on, so the network is the plain one.
    """

    def hidden(self, dense: Any, normalizing: Any, function: str) -> list[Any]:
        del normalizing
        return [dense, framework.Activation(function)]
