"""Long short-term memory: gradients over several sequences, updates, penalties."""

from __future__ import annotations

import numpy as np

from ..framework.validation import Tensor
from .lstm import LSTMInSteps
from .registry import Declare

mistake = Declare(families=("recurrence",))


@mistake(hint="start backward with np.zeros(hidden_size) for the hidden and the cell error, also with memorize on")
class GradientAcrossTheBoundary(LSTMInSteps):
    """With memorize on, backward begins with what the backward before has left.

    The errors of the states at the end of a sequence are taken from the beginning of the earlier one. That lies in
    the past: nothing comes back from it.
    """

    def _errors_after_the_end(self) -> tuple[Tensor, Tensor]:
        return self._handed_back if self.memorize and self._handed_back else super()._errors_after_the_end()


@mistake(hint="keep the cell that forward started from: forget_error of step 0 = cell_error * that * f * (1 - f)")
class CarriedCellNotInGradient(LSTMInSteps):
    """The forget gate's gradient takes zeros for the carried cell.

    With memorize on, the first step of a sequence starts from a cell that is not zero, and its forget gate has a
    gradient.
    """

    def _walk_back(
        self, error_tensor: Tensor, weights: Tensor, output_weights: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        self._cells[0] = np.zeros(self.hidden_size)
        return super()._walk_back(error_tensor, weights, output_weights)


@mistake(hint="use a variable of its own in backward; self.cell_state belongs to forward")
class CellOverwrittenByBackward(LSTMInSteps):
    """Backward overwrites the remembered cell.

    It uses self.cell_state as its variable while it walks back, and the next sequence starts from what is left in it.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        self.cell_state = self._cells[0].copy()
        return super().backward(error_tensor)


@mistake(hint="cells = [c] at the beginning of every forward", families=("contract", "recurrence"))
class CellsPileUp(LSTMInSteps):
    """Backward uses cells of an earlier sequence.

    The list of saved cells is made in the constructor and never emptied, so its first entries belong to the first
    sequence that the layer has seen.
    """

    _all: list[Tensor] | None = None

    def backward(self, error_tensor: Tensor) -> Tensor:
        cells = self._cells
        self._cells = self._all = [*(self._all or []), *cells]
        input_error = super().backward(error_tensor)
        self._cells = cells
        return input_error
