"""Long short-term memory."""

from typing import NamedTuple

import numpy as np

from ..validation import Tensor
from .recurrent import Recurrent


class _Trace(NamedTuple):
    units: Tensor  # (time, 4 * hidden_size), activated
    cells: Tensor  # (time + 1, hidden_size), the first one being that before the sequence
    squashed: Tensor  # (time, hidden_size), hyperbolic tangents of the cells


class LSTM(Recurrent[_Trace]):
    """Long short-term memory with forget gates: a cell that can keep what it has for long.

    The columns of the weights, (input_size + hidden_size + 1, 4 * hidden_size), are four blocks: input gate i, forget
    gate f, output gate o, candidate g. With z_t = ``[x_t, h_{t-1}, 1] @ weights``, i, f and o are the sigmoids of their
    blocks and g the hyperbolic tangent of its block; the cell is ``c_t = f * c_{t-1} + i * g``, the hidden state
    ``h_t = o * tanh(c_t)``, and the output ``[h_t, 1] @ output_weights``. For all else see ``Recurrent``.

    Source: Hochreiter & Schmidhuber, Neural Computation 9, 1997, with the forget gates of Gers et al., ibid. 12, 2000.

    Attributes:
        cell_state: (hidden_size,), after the latest sequence; zeros at first. Kept along with ``hidden_state``.
    """

    _blocks = 4

    def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
        super().__init__(input_size, hidden_size, output_size)
        self.cell_state: Tensor = np.zeros(self.hidden_size)

    def _unroll(self, projected_input: Tensor, weights: Tensor) -> tuple[Tensor, _Trace]:
        steps, size = len(projected_input), self.hidden_size
        hidden, cells = np.empty((2, steps + 1, size), projected_input.dtype)
        units, squashed = np.empty_like(projected_input), np.empty_like(cells[1:])
        gates, candidates = units[:, : 3 * size], units[:, 3 * size :]
        input_gates, forget_gates, output_gates = np.hsplit(gates, 3)
        hidden[0], cells[0] = (self.hidden_state, self.cell_state) if self.memorize else (0, 0)
        with np.errstate(over="ignore"):  # an infinite exponential is right: the gate is 0
            for t in range(steps):
                scores = projected_input[t] + hidden[t] @ weights
                np.divide(1, 1 + np.exp(-scores[: 3 * size]), out=gates[t])
                np.tanh(scores[3 * size :], out=candidates[t])
                cells[t + 1] = forget_gates[t] * cells[t] + input_gates[t] * candidates[t]
                np.tanh(cells[t + 1], out=squashed[t])
                np.multiply(output_gates[t], squashed[t], out=hidden[t + 1])
        self.cell_state = cells[-1].copy()
        return hidden, _Trace(units, cells, squashed)

    def _unroll_back(self, hidden_error: Tensor, weights: Tensor, trace: _Trace) -> Tensor:
        units, cells, squashed = trace
        size = self.hidden_size
        input_gates, forget_gates, output_gates, candidates = np.hsplit(units, 4)
        # Derivatives of the cell, or of the hidden state, by the units; and of the hidden state by the cell.
        by_units = np.hstack([candidates, cells[:-1], squashed, input_gates])
        by_units[:, : 3 * size] *= units[:, : 3 * size] * (1 - units[:, : 3 * size])
        by_units[:, 3 * size :] *= 1 - candidates**2
        by_cell = output_gates * (1 - squashed**2)
        unit_error = np.empty((len(units), 4 * size), hidden_error.dtype)
        hidden_from_later, cell_from_later = np.zeros((2, size), hidden_error.dtype)
        for t in reversed(range(len(units))):
            hidden = hidden_error[t] + hidden_from_later
            cell = hidden * by_cell[t] + cell_from_later
            np.multiply(np.concatenate([cell, cell, hidden, cell]), by_units[t], out=unit_error[t])
            hidden_from_later = weights @ unit_error[t]
            cell_from_later = cell * forget_gates[t]
        return unit_error
