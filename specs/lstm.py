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

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            Case(name="sequence", spec=cls(input_size=3, hidden_size=2, output_size=2), input_shape=(4, 3)),
            Case(name="one-step", spec=cls(input_size=2, hidden_size=1, output_size=1), input_shape=(1, 2)),
        )
