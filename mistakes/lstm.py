"""Long short-term memory: wrong outputs, and what is special to its memory."""

from __future__ import annotations

import numpy as np

from ..framework import LSTM
from ..framework.validation import Tensor
from .registry import Declare

Gates = tuple[Tensor, Tensor, Tensor, Tensor]
"""Activated: i, f, o, g."""

mistake = Declare(families=("value",))


def logistic(units: Tensor) -> Tensor:
    """The logistic sigmoid."""
    result: Tensor = 1 / (1 + np.exp(-units))
    return result


class LSTMInSteps(LSTM):
    """The same layer, walking element by element, so that a mistake can replace one step."""

    _inputs: Tensor
    _used: tuple[Tensor, Tensor]  # weights of the latest forward
    _hidden: list[Tensor]  # states, those before the sequence first
    _cells: list[Tensor]
    _gates: list[Gates]  # of every step
    _handed_back: tuple[Tensor, Tensor] | None = None  # gradients by the states before the latest sequence

    def forward(self, input_tensor: Tensor) -> Tensor:
        self._inputs, self._used = input_tensor.copy(), (self.weights.copy(), self.output_weights.copy())
        hidden, cell = self._first_states()
        self._hidden, self._cells, self._gates = [hidden], [cell], []
        with np.errstate(over="ignore"):
            for element in self._inputs:
                units = np.concatenate([element, hidden, [1.0]]) @ self.weights
                gates = self._activated(*np.split(units, 4))
                cell = self._next_cell(gates, cell)
                hidden = self._next_hidden(gates, cell)
                self._gates.append(gates)
                self._cells.append(cell)
                self._hidden.append(hidden)
        self._keep_states()
        states = np.array(self._hidden[1:])
        return np.hstack([states, np.ones((len(states), 1))]) @ self.output_weights

    def backward(self, error_tensor: Tensor) -> Tensor:
        input_error, *gradients = self._walk_back(error_tensor, *self._used)
        self._finish(*gradients)
        return input_error

    def _walk_back(
        self, error_tensor: Tensor, weights: Tensor, output_weights: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The gradients with respect to the input, the weights and the output weights."""
        gradient_weights, gradient_output = np.zeros_like(weights), np.zeros_like(output_weights)
        input_error = np.zeros_like(self._inputs)
        later_hidden, later_cell = self._errors_after_the_end()
        for t in reversed(range(len(self._inputs))):
            gradient_output += np.outer([*self._hidden[t + 1], 1.0], error_tensor[t])
            hidden_error = self._hidden_error(output_weights[:-1] @ error_tensor[t], later_hidden)
            cell_error = self._cell_error(hidden_error, later_cell, t)
            unit_error = np.concatenate(self._unit_errors(hidden_error, cell_error, t))
            stacked = np.concatenate([self._inputs[t], self._hidden[t], [1.0]])
            gradient_weights = self._add(gradient_weights, np.outer(stacked, unit_error))
            back = weights @ unit_error
            input_error[t], later_hidden = back[: self.input_size], back[self.input_size : -1]
            later_cell = self._to_cell_before(cell_error, t)
        self._handed_back = later_hidden, later_cell
        return input_error, gradient_weights, gradient_output

    def _first_states(self) -> tuple[Tensor, Tensor]:
        if self.memorize:
            return self.hidden_state, self.cell_state
        return np.zeros(self.hidden_size), np.zeros(self.hidden_size)

    def _keep_states(self) -> None:
        self.hidden_state, self.cell_state = self._hidden[-1].copy(), self._cells[-1].copy()

    def _activated(self, i: Tensor, f: Tensor, o: Tensor, g: Tensor) -> Gates:
        return logistic(i), logistic(f), logistic(o), np.tanh(g)

    def _next_cell(self, gates: Gates, cell: Tensor) -> Tensor:
        i, f, _, g = gates
        new: Tensor = f * cell + i * g
        return new

    def _next_hidden(self, gates: Gates, cell: Tensor) -> Tensor:
        hidden: Tensor = gates[2] * np.tanh(cell)
        return hidden

    def _errors_after_the_end(self) -> tuple[Tensor, Tensor]:
        return np.zeros(self.hidden_size), np.zeros(self.hidden_size)

    def _hidden_error(self, from_output: Tensor, later: Tensor) -> Tensor:
        return from_output + later

    def _cell_error(self, hidden_error: Tensor, later: Tensor, t: int) -> Tensor:
        error: Tensor = hidden_error * self._gates[t][2] * (1 - np.tanh(self._cells[t + 1]) ** 2) + later
        return error

    def _unit_errors(self, hidden_error: Tensor, cell_error: Tensor, t: int) -> list[Tensor]:
        """Gradients with respect to what goes into the activations of i, f, o, g."""
        i, f, o, g = self._gates[t]
        return [
            cell_error * g * i * (1 - i),
            cell_error * self._cells[t] * f * (1 - f),
            hidden_error * np.tanh(self._cells[t + 1]) * o * (1 - o),
            cell_error * i * (1 - g**2),
        ]

    def _to_cell_before(self, cell_error: Tensor, t: int) -> Tensor:
        return cell_error * self._gates[t][1]

    def _add(self, total: Tensor, share: Tensor) -> Tensor:
        return total + share

    def _finish(self, gradient_weights: Tensor, gradient_output: Tensor) -> None:
        self._store_and_update(gradient_weights, gradient_output)


@mistake(
    hint="split the units into the same gates in forward and in backward: i, f, o, g = np.split(units, 4)",
    families=("value", "gradient"),
)
class GatesSwappedInForward(LSTMInSteps):
    """Forward takes the gates in another order than backward.

    The gates may lie in any order in the stacked weights, but in one order only: here the gradient of the input gate
    goes to the forget gate's weights.
    """

    def _activated(self, i: Tensor, f: Tensor, o: Tensor, g: Tensor) -> Gates:
        return super()._activated(f, i, o, g)


@mistake(hint="c = f * c + i * g")
class CellOnlyGrows(LSTMInSteps):
    """The forget gate has no effect.

    The new content is added to the whole old cell, so the layer cannot forget, as in the version of 1997.
    """

    def _next_cell(self, gates: Gates, cell: Tensor) -> Tensor:
        kept: Tensor = cell + gates[0] * gates[3]
        return kept


@mistake(hint="c = f * c + i * g")
class InputGateLeftOut(LSTMInSteps):
    """The input gate has no effect.

    The candidate is added to the cell as it is, so the layer cannot ignore an input.
    """

    def _next_cell(self, gates: Gates, cell: Tensor) -> Tensor:
        kept: Tensor = gates[1] * cell + gates[3]
        return kept


@mistake(hint="c = f * c + i * g, with a forget gate of its own")
class GatesCoupled(LSTMInSteps):
    """The input gate is one minus the forget gate.

    That is another cell, with fewer weights. Here both gates have weights, and those of the input gate are ignored.
    """

    def _next_cell(self, gates: Gates, cell: Tensor) -> Tensor:
        kept: Tensor = gates[1] * cell + (1 - gates[1]) * gates[3]
        return kept


@mistake(hint="h = o * np.tanh(c)")
class CellNotSquashed(LSTMInSteps):
    """The hidden state is the gated cell without the hyperbolic tangent.

    The cell may grow with the length of the sequence, and so does the output then.
    """

    def _next_hidden(self, gates: Gates, cell: Tensor) -> Tensor:
        hidden: Tensor = gates[2] * cell
        return hidden


@mistake(hint="h = o * np.tanh(c), not np.tanh(o * c)")
class OutputGateInside(LSTMInSteps):
    """The output gate is applied before the hyperbolic tangent.

    The gate belongs to the squashed cell; the other order is another function.
    """

    def _next_hidden(self, gates: Gates, cell: Tensor) -> Tensor:
        hidden: Tensor = np.tanh(gates[2] * cell)
        return hidden


@mistake(hint="g = np.tanh(...); i, f and o are sigmoids")
class CandidateThroughSigmoid(LSTMInSteps):
    """The candidate goes through a sigmoid.

    All four blocks get the same activation. Then the cell can never receive anything negative.
    """

    def _activated(self, i: Tensor, f: Tensor, o: Tensor, g: Tensor) -> Gates:
        return logistic(i), logistic(f), logistic(o), logistic(g)


@mistake(
    hint="for x_t in x: h, c = step(x_t, h, c), with h and c made before the loop", families=("value", "recurrence")
)
class StateNotCarried(LSTMInSteps):
    """Every step starts from a cell of zeros.

    The cell is made anew inside the loop over time, so nothing is ever kept in it.
    """

    def _next_cell(self, gates: Gates, cell: Tensor) -> Tensor:
        return super()._next_cell(gates, np.zeros_like(cell))


@mistake(hint="h, c = (self.hidden_state, self.cell_state) if self.memorize else zeros", families=("recurrence",))
class MemoryIgnored(LSTMInSteps):
    """Memorize has no effect.

    Every forward starts from zeros. With memorize on, it should start from both states of the latest sequence.
    """

    def _first_states(self) -> tuple[Tensor, Tensor]:
        return np.zeros(self.hidden_size), np.zeros(self.hidden_size)


@mistake(hint="keep two states: self.hidden_state = h and self.cell_state = c", families=("recurrence",))
class CellNotMemorized(LSTMInSteps):
    """Only the hidden state is remembered.

    With memorize on, the next sequence starts from a cell of zeros. The cell is the memory proper of this layer.
    """

    def _first_states(self) -> tuple[Tensor, Tensor]:
        hidden, cell = super()._first_states()
        return hidden, np.zeros_like(cell)


@mistake(hint="keep two states: self.hidden_state = h and self.cell_state = c", families=("recurrence",))
class HiddenNotMemorized(LSTMInSteps):
    """Only the cell state is remembered.

    With memorize on, the next sequence starts from a hidden state of zeros.
    """

    def _first_states(self) -> tuple[Tensor, Tensor]:
        hidden, cell = super()._first_states()
        return np.zeros_like(hidden), cell


@mistake(hint="if not self.memorize: c = np.zeros(hidden_size), as for h", families=("contract", "recurrence"))
class CellNeverReset(LSTMInSteps):
    """The cell is never reset.

    With memorize off, the hidden state starts from zeros, but the cell still holds what an earlier sequence has left.
    """

    def _first_states(self) -> tuple[Tensor, Tensor]:
        return super()._first_states()[0], self.cell_state
