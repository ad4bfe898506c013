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
            cls.case("sequence", steps=5, inputs=3, hidden=4, outputs=2),
            cls.case("one-step", steps=1, inputs=2, hidden=1, outputs=1),
        )
