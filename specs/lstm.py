"""LSTM: long short-term memory with forget gates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .recurrent import RecurrentSpec, output_convention
from .registry import register
from .spec import Case
from .vocabulary import Convention


@register
@dataclass(frozen=True, kw_only=True)
class LSTM(RecurrentSpec):
    """Long short-term memory: (time, input_size) -> (time, output_size); blocks of columns i, f, o, g."""

    source: ClassVar[str] = (
        "Hochreiter, Schmidhuber: Long Short-Term Memory (Neural Computation 9, 1997); forget gates: Gers, "
        "Schmidhuber, Cummins: Learning to Forget (Neural Computation 12, 2000)"
    )
    definition: ClassVar[str] = (
        "i, f, o = sigmoid and g = tanh of the blocks of [x_t, h_(t-1)] weights + bias; c_t = f c_(t-1) + i g; "
        "h_t = o tanh(c_t); y_t = h_t output_weights + output_bias"
    )
    gates: ClassVar[tuple[str, ...]] = ("input", "forget", "output", "candidate")
    conventions: ClassVar[tuple[Convention, ...]] = (output_convention("LSTM"),)
    quick: ClassVar[int] = 1  # an RNN of the same hand shows what single steps do

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            cls.case("sequence", steps=4, inputs=3, hidden=2, outputs=2),
            cls.case("one-step", steps=1, inputs=2, hidden=1, outputs=1),
        )
