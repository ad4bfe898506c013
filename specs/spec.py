"""Spec: the contract of one component; an instance is a configured component."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from .domain import Instances, argument, require_domains
from .sizes import Form, Size, in_order, sizes_from_text, sizes_text
from .vocabulary import Convention, Distribution, Kind, Parameter, Phase, PointMass, Shape, Trait, Window


@dataclass(frozen=True, kw_only=True)
class Spec(ABC):
    """What a component must do, declared; its fields are the constructor's arguments.

    Class attributes:
        kind: which operations an implementation has; see `operations`.
        source: where the component is defined in the literature.
        definition: its mathematics in one line, for a person.
        traits: the properties by which laws choose specs.
        conventions: the choices on which correct implementations differ.
        sizes: the forms in which further cases are drawn, and failures are shrunk; empty for none.
        quick: how many of the named cases effort `quick` visits, the first ones.
    """

    kind: ClassVar[Kind]
    source: ClassVar[str]
    definition: ClassVar[str]
    traits: ClassVar[frozenset[Trait]] = frozenset()
    conventions: ClassVar[tuple[Convention, ...]] = ()
    sizes: ClassVar[tuple[Form, ...]] = ()
    quick: ClassVar[int] = 2

    def __post_init__(self) -> None:
        require_domains(self)

    @classmethod
    def name(cls) -> str:
        """The name by which adapters, reports and the command line know the component."""
        return cls.__name__

    def arguments(self) -> dict[str, Any]:
        """The configured arguments by name."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    @classmethod
    @abstractmethod
    def cases(cls) -> tuple[Case, ...]:
        """The named edge cases, the most telling first; the first one in the plainest configuration."""

    @classmethod
    def plainest(cls) -> Case:
        """The first of the named cases."""
        return _plainest(cls)

    @classmethod
    def sized(cls, *args: Any, **sizes: Any) -> Case:
        """The component, input shape and phase that belong to the sizes of one form, as a case without a name.

        A spec that declares `sizes` overrides this, with the sizes as keyword arguments.
        """
        del args, sizes
        raise TypeError(f"{cls.name()} declares no sizes")

    @classmethod
    def case(cls, name: str = "", /, **sizes: Size) -> Case:
        """The case with these sizes; without a name it is called by them: `batch=1,inputs=2`.

        Raises:
            ValueError: they have none of the forms that `sizes` declares, or a value is too small.
        """
        ordered = in_order(cls.sizes, sizes)
        return dataclasses.replace(cls.sized(**ordered), name=name or sizes_text(ordered), sizes=ordered)

    @classmethod
    def case_called(cls, name: str) -> Case | None:
        """The case that is called by its sizes; None if the name tells none."""
        sizes = sizes_from_text(cls.sizes, name)
        return None if sizes is None else cls.case(**sizes)


@cache
def _plainest(spec: type[Spec]) -> Case:
    """Cached because a plan asks every check of every case whether it is this one."""
    return spec.cases()[0]


@dataclass(frozen=True, kw_only=True)
class LayerSpec(Spec):
    """The contract of one layer: y = forward(x), dx = backward(dy)."""

    kind: ClassVar[Kind] = Kind.LAYER

    def __post_init__(self) -> None:
        super().__post_init__()
        if Trait.RANDOM_MASK in self.traits and self.keep_probability() is None:
            raise TypeError(f"{self.name()} has a random mask, so it must override keep_probability")

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape of forward's result for an input of `input_shape`: the same, unless a layer overrides this."""
        return input_shape

    def parameters(self) -> Mapping[str, Parameter]:
        """The trainable arrays by name, in the layout of the spec."""
        return {}

    def windows(self) -> tuple[Window, ...]:
        """How windows slide along each axis behind the channels; a layer that is translation equivariant has them."""
        return ()

    def keep_probability(self) -> float | None:
        """The probability with which the mask keeps an entry in the train phase; a layer with a random mask has it."""
        return None

    def equivalent(self) -> LayerSpec:
        """The layer itself, or the one that does the same, if it only chooses among others."""
        return self

    def partial_fans(self) -> frozenset[tuple[int, int]]:
        """Pairs of fan-in and fan-out that are right as well, where a parameter is initialised in parts."""
        return frozenset()

    def has(self, trait: Trait, phase: Phase) -> bool:
        """Tell whether `trait` holds in `phase`; a layer whose phases differ overrides this."""
        del phase
        return trait in self.traits


@dataclass(frozen=True, kw_only=True)
class LossSpec(Spec):
    """The contract of one loss: L = forward(prediction, target), dprediction = backward(target)."""

    kind: ClassVar[Kind] = Kind.LOSS
    quick: ClassVar[int] = 1


@dataclass(frozen=True, kw_only=True)
class RegularizerSpec(Spec):
    """The contract of one regularizer: norm(w) >= 0 and a (sub-)gradient of it."""

    kind: ClassVar[Kind] = Kind.REGULARIZER

    @abstractmethod
    def largest_gradient_at_zero(self) -> float:
        """The size that no entry of the (sub-)gradient exceeds where all weights are 0."""


@dataclass(frozen=True, kw_only=True)
class OptimizerSpec(Spec):
    """The contract of one optimizer: w' = update(w, g), with a state of its own."""

    kind: ClassVar[Kind] = Kind.OPTIMIZER

    def penalty(self) -> RegularizerSpec | None:
        """The regularizer whose gradient each step subtracts as well; None if there is none."""
        return None

    def without_penalty(self) -> OptimizerSpec:
        """The same optimizer without a regularizer."""
        return self


@dataclass(frozen=True, kw_only=True)
class InitializerSpec(Spec):
    """The contract of one initializer: an array of a shape, for a fan-in and a fan-out."""

    kind: ClassVar[Kind] = Kind.INITIALIZER

    @abstractmethod
    def distribution(self, fan_in: int, fan_out: int) -> Distribution:
        """What every entry is drawn from, independently of the others."""

    def draws(self) -> bool:
        """Tell whether the entries are random."""
        return not isinstance(self.distribution(1, 1), PointMass)


@dataclass(frozen=True, kw_only=True)
class NetworkSpec(Spec):
    """The contract of a network: layers in order, a loss, an optimizer, a phase."""

    layers: tuple[LayerSpec, ...] = argument(Instances((LayerSpec,), many=True), "the layers, first to last")
    loss: LossSpec = argument(Instances((LossSpec,)), "the loss at the end")
    optimizer: OptimizerSpec = argument(Instances((OptimizerSpec,)), "copied for every trainable layer")

    kind: ClassVar[Kind] = Kind.NETWORK

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape of the prediction for an input of `input_shape`."""
        for layer in self.layers:
            input_shape = layer.output_shape(input_shape)
        return input_shape


@dataclass(frozen=True, kw_only=True)
class ModelSpec(Spec):
    """The contract of a function that builds a certain network.

    Class attributes:
        classes: for how many classes it predicts probabilities.
        learning_rates: of its optimizer; the texts that prescribe it may differ.
        alpha: the weight of its penalty.
    """

    kind: ClassVar[Kind] = Kind.MODEL
    classes: ClassVar[int]
    learning_rates: ClassVar[tuple[float, ...]]
    alpha: ClassVar[float]


@dataclass(frozen=True, kw_only=True)
class CheckpointSpec(Spec):
    """The contract of saving a network and loading it again."""

    network: NetworkSpec = argument(Instances((NetworkSpec,)), "what is saved")

    kind: ClassVar[Kind] = Kind.CHECKPOINT


@dataclass(frozen=True, kw_only=True)
class Case:
    """A configured spec, an input shape, a phase, a dtype and a seed.

    Attributes:
        name: unique among the spec's cases, readable, without `/`.
        spec: the configured component.
        input_shape: shape of the input (layers), prediction (losses) or weights (the others).
        phase: the phase in which the laws look at the component.
        dtype: NumPy name of the floating-point type of the data.
        seed: from which all of the case's data is drawn.
        fans: fan-in and fan-out, for initializers.
        sizes: what `Spec.sized` has made it from; empty if it was written out.
    """

    spec: Spec
    name: str = ""
    input_shape: Shape = ()
    phase: Phase = Phase.TRAIN
    dtype: str = "float64"
    seed: int = 0
    fans: tuple[int, int] = (1, 1)
    sizes: Mapping[str, Size] = dataclasses.field(default_factory=dict, hash=False)
