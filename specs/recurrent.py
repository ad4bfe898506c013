"""What the specs of recurrent layers have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from .domain import Integers, argument
from .sizes import Form
from .spec import Case, LayerSpec
from .vocabulary import Convention, Parameter, Shape, Trait


@dataclass(frozen=True, kw_only=True)
class RecurrentSpec(LayerSpec):
    """A cell that walks through a sequence, and an affine map of its hidden states: (time, input) -> (time, output).

    The batch axis is time. In the parameters' layout the rows of `weights` are those of the input, then those of the
    hidden state; the columns are one block of `hidden_size` for each name in `gates`.

    Class attributes:
        gates: the blocks of columns of the cell's weights, in order.
    """

    input_size: int = argument(Integers(1), "number of features of one element of the sequence")
    hidden_size: int = argument(Integers(1), "number of entries of the hidden state")
    output_size: int = argument(Integers(1), "number of features of one element of the output")

    gates: ClassVar[tuple[str, ...]]
    traits: ClassVar[frozenset[Trait]] = frozenset({Trait.DIFFERENTIABLE, Trait.RECURRENT})

    sizes: ClassVar[tuple[Form, ...]] = (
        {"steps": Integers(1, 5), "inputs": Integers(1, 4), "hidden": Integers(1, 4), "outputs": Integers(1, 3)},
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        return (*input_shape[:-1], self.output_size)

    def parameters(self) -> Mapping[str, Parameter]:
        stacked, units = self.input_size + self.hidden_size, len(self.gates) * self.hidden_size
        cell = {"fan_in": stacked, "fan_out": units}
        output = {"fan_in": self.hidden_size, "fan_out": self.output_size}
        return {
            "weights": Parameter(shape=(stacked, units), **cell, size=0.5),
            "bias": Parameter(shape=(units,), **cell, size=0.5),
            "output_weights": Parameter(shape=(self.hidden_size, self.output_size), **output),
            "output_bias": Parameter(shape=(self.output_size,), **output),
        }

    @classmethod
    def sized(cls, *, steps: int, inputs: int, hidden: int, outputs: int) -> Case:
        return Case(spec=cls(input_size=inputs, hidden_size=hidden, output_size=outputs), input_shape=(steps, inputs))

    def partial_fans(self) -> frozenset[tuple[int, int]]:
        """Input and hidden state may have weights of their own, and so may each gate."""
        rows = (self.input_size + self.hidden_size, self.input_size, self.hidden_size)
        columns = (len(self.gates) * self.hidden_size, self.hidden_size)
        return frozenset((fan_in, fan_out) for fan_in in rows for fan_out in columns)


def output_convention(name: str) -> Convention:
    """What comes after the affine map of the hidden state, in the layer called `name`."""
    return Convention(
        name=f"{name} output",
        options=("linear", "sigmoid"),
        about="whether the output is affine in the hidden state or goes through a sigmoid as well",
        source="Elman (1990) has logistic output units; the courses' texts name none",
    )
