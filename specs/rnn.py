"""RNN: an Elman network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .recurrent import RecurrentSpec, output_convention
from .registry import register
from .spec import Case
from .vocabulary import Convention


@register
@dataclass(frozen=True, kw_only=True)
class RNN(RecurrentSpec):
    """The simple recurrent network of Elman: (time, input_size) -> (time, output_size)."""

    source: ClassVar[str] = "Elman: Finding Structure in Time (Cognitive Science 14, 1990)"
    definition: ClassVar[str] = "h_t = tanh([x_t, h_(t-1)] weights + bias), y_t = h_t output_weights + output_bias"
    gates: ClassVar[tuple[str, ...]] = ("hidden",)
    conventions: ClassVar[tuple[Convention, ...]] = (output_convention("RNN"),)

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            Case(name="sequence", spec=cls(input_size=3, hidden_size=4, output_size=2), input_shape=(5, 3)),
            Case(name="one-step", spec=cls(input_size=2, hidden_size=1, output_size=1), input_shape=(1, 2)),
        )
