"""Long short-term memory: wrong gradients."""

from __future__ import annotations

import numpy as np

from ..framework.validation import Tensor
from .lstm import LSTMInSteps
from .registry import Declare

mistake = Declare(families=("gradient",))


@mistake(hint="np.concatenate([i_error, f_error, o_error, g_error]), in the order in which forward splits")
class GatesSwappedInBackward(LSTMInSteps):
    """Backward stacks the gates in another order than forward.

    The gradients of the single gates are right, but those of the forget and the input gate end up in each other's
    columns.
    """

    def _unit_errors(self, hidden_error: Tensor, cell_error: Tensor, t: int) -> list[Tensor]:
        i, f, o, g = super()._unit_errors(hidden_error, cell_error, t)
        return [f, i, o, g]


@mistake(hint="hidden_error = output_weights[:-1] @ error[t] + what came back from step t + 1")
class HiddenGradientNotCarried(LSTMInSteps):
    """Nothing goes back through the hidden state.

    The cell's gradient is carried, the hidden state's is not. The gates of the next step depend on the hidden state.
    """

    def _hidden_error(self, from_output: Tensor, later: Tensor) -> Tensor:
        del later
        return from_output


@mistake(hint="cell_error = hidden_error * o * (1 - np.tanh(c)**2) + cell_error of step t + 1 * f of step t + 1")
class CellGradientNotCarried(LSTMInSteps):
    """Nothing goes back through the cell.

    Each step's cell gets the gradient from its own hidden state alone. The cell is also what the next one is made of:
    the path by which errors reach far back.
    """

    def _to_cell_before(self, cell_error: Tensor, t: int) -> Tensor:
        del t
        return np.zeros_like(cell_error)


@mistake(hint="cell_error_before = cell_error * f")
class ForgetGateMissingOnTheWayBack(LSTMInSteps):
    """The cell's gradient goes back without the forget gate.

    forward multiplies the old cell by the forget gate, so its gradient is multiplied by it as well.
    """

    def _to_cell_before(self, cell_error: Tensor, t: int) -> Tensor:
        del t
        return cell_error


@mistake(hint="forget_error = cell_error * c_before * f * (1 - f)")
class ForgetGateNotTrained(LSTMInSteps):
    """The forget gate has no gradient.

    Its columns of the gradient stay zero, so it keeps the weights it was initialised with.
    """

    def _unit_errors(self, hidden_error: Tensor, cell_error: Tensor, t: int) -> list[Tensor]:
        i, f, o, g = super()._unit_errors(hidden_error, cell_error, t)
        return [i, np.zeros_like(f), o, g]


@mistake(hint="forget_error = cell_error * c[t - 1] * f * (1 - f)")
class ForgetGateWithNewCell(LSTMInSteps):
    """The forget gate's gradient uses the cell after the step.

    The gate was multiplied by the cell of the step before.
    """

    def _unit_errors(self, hidden_error: Tensor, cell_error: Tensor, t: int) -> list[Tensor]:
        errors = super()._unit_errors(hidden_error, cell_error, t)
        f = self._gates[t][1]
        return [errors[0], cell_error * self._cells[t + 1] * f * (1 - f), *errors[2:]]


@mistake(hint="output_error = hidden_error * np.tanh(c) * o * (1 - o)")
class OutputGateWithRawCell(LSTMInSteps):
    """The output gate's gradient uses the cell without its hyperbolic tangent.

    The gate was multiplied by the squashed cell.
    """

    def _unit_errors(self, hidden_error: Tensor, cell_error: Tensor, t: int) -> list[Tensor]:
        errors = super()._unit_errors(hidden_error, cell_error, t)
        o = self._gates[t][2]
        return [*errors[:2], hidden_error * self._cells[t + 1] * o * (1 - o), errors[3]]


@mistake(hint="hidden_error * o * (1 - np.tanh(c)**2)")
class SquashingNotDifferentiated(LSTMInSteps):
    """The derivative of the cell's hyperbolic tangent is missing.

    The hidden state's gradient reaches the cell as if the cell were not squashed.
    """

    def _cell_error(self, hidden_error: Tensor, later: Tensor, t: int) -> Tensor:
        error: Tensor = hidden_error * self._gates[t][2] + later
        return error


@mistake(hint="candidate_error = cell_error * i * (1 - g**2)")
class CandidateSlopeOfSigmoid(LSTMInSteps):
    """The candidate's derivative is that of a sigmoid.

    All four blocks are differentiated alike, but the candidate is a hyperbolic tangent.
    """

    def _unit_errors(self, hidden_error: Tensor, cell_error: Tensor, t: int) -> list[Tensor]:
        errors = super()._unit_errors(hidden_error, cell_error, t)
        i, _, _, g = self._gates[t]
        return [*errors[:3], cell_error * i * g * (1 - g)]


@mistake(hint="the derivative of a gate s is s * (1 - s)")
class GateSlopesOfTanh(LSTMInSteps):
    """The gates' derivatives are those of a hyperbolic tangent.

    The gates are sigmoids; only the candidate is a hyperbolic tangent.
    """

    def _unit_errors(self, hidden_error: Tensor, cell_error: Tensor, t: int) -> list[Tensor]:
        errors = super()._unit_errors(hidden_error, cell_error, t)
        slopes = [(1 - gate**2) / (gate * (1 - gate)) for gate in self._gates[t][:3]]
        return [*(error * slope for error, slope in zip(errors, slopes, strict=False)), errors[3]]
