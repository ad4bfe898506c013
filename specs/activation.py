"""Activation: one of several activation functions, chosen by its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .domain import argument
from .identity import Identity
from .registry import register
from .relu import ReLU
from .sigmoid import Sigmoid
from .sizes import IMAGES, VECTORS, Choices, Form
from .spec import Case, LayerSpec
from .tanh import TanH
from .vocabulary import Phase, Shape, Trait

_LAYERS: dict[str, type[LayerSpec]] = {"linear": Identity, "relu": ReLU, "sigmoid": Sigmoid, "tanh": TanH}
FUNCTIONS = Choices(tuple(_LAYERS))
"""The names of the activations."""


@register
@dataclass(frozen=True, kw_only=True)
class Activation(LayerSpec):
    """An activation by name: any shape -> the same shape, entry by entry."""

    function: str = argument(FUNCTIONS, "the name of the activation")

    source: ClassVar[str] = "Goodfellow, Bengio, Courville: Deep Learning (2016), section 6.3"
    definition: ClassVar[str] = "y = f(x), with f linear: x, relu: max(0, x), sigmoid: 1 / (1 + exp(-x)), tanh: tanh(x)"
    traits: ClassVar[frozenset[Trait]] = frozenset().union(*(layer.traits for layer in _LAYERS.values()))
    sizes: ClassVar[tuple[Form, ...]] = tuple({**axes, "function": FUNCTIONS} for axes in (VECTORS, IMAGES))
    quick: ClassVar[int] = len(_LAYERS)

    def equivalent(self) -> LayerSpec:
        return _LAYERS[self.function]()

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def has(self, trait: Trait, phase: Phase) -> bool:
        return self.equivalent().has(trait, phase)

    @classmethod
    def sized(cls, *, function: str, **axes: int) -> Case:
        return Case(spec=cls(function=function), input_shape=tuple(axes.values()))

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            cls.case("tanh", batch=10, features=5, function="tanh"),
            cls.case("relu", batch=2, channels=3, height=4, width=5, function="relu"),
            cls.case("sigmoid", batch=4, features=4, function="sigmoid"),
            cls.case("linear", batch=1, features=7, function="linear"),
        )
