"""Long short-term memory: gradients over several sequences, updates, penalties."""

from __future__ import annotations

import numpy as np

from ..framework import LSTM
from ..framework.validation import Tensor
from .lstm import InSteps
from .registry import mistake


@mistake(
    "lstm.gradient-across-the-boundary",
    hint="start backward with np.zeros(hidden_size) for the hidden and the cell error, also with memorize on",
    families=("recurrence",),
)
class GradientAcrossTheBoundary(InSteps):
    """With memorize on, backward begins with what the backward before has left.

    The errors of the states at the end of a sequence are taken from the beginning of the earlier one. That lies in
    the past: nothing comes back from it.
    """

    def _errors_after_the_end(self) -> tuple[Tensor, Tensor]:
        return self._handed_back if self.memorize and self._handed_back else super()._errors_after_the_end()


@mistake(
    "lstm.carried-cell-not-in-gradient",
    hint="keep the cell that forward started from: forget_error of step 0 = cell_error * that * f * (1 - f)",
    families=("recurrence",),
)
class CarriedCellNotInGradient(InSteps):
    """The forget gate's gradient takes zeros for the carried cell.

    With memorize on, the first step of a sequence starts from a cell that is not zero, and its forget gate has a
    gradient.
    """

    def _walk_back(
        self, error_tensor: Tensor, weights: Tensor, output_weights: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        self._cells[0] = np.zeros(self.hidden_size)
        return super()._walk_back(error_tensor, weights, output_weights)


@mistake(
    "lstm.cell-overwritten-by-backward",
    hint="use a variable of its own in backward; self.cell_state belongs to forward",
    families=("recurrence",),
)
class CellOverwrittenByBackward(InSteps):
    """Backward overwrites the remembered cell.

    It uses self.cell_state as its variable while it walks back, and the next sequence starts from what is left in it.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        self.cell_state = self._cells[0].copy()
        return super().backward(error_tensor)


@mistake(
    "lstm.cells-pile-up",
    hint="cells = [c] at the beginning of every forward",
    families=("contract", "recurrence"),
)
class CellsPileUp(InSteps):
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


@mistake(
    "lstm.input-error-after-update",
    hint="walk back through all of time first, and call calculate_update last",
    families=("gradient",),
)
class InputErrorAfterUpdate(InSteps):
    """The input error is computed with updated weights.

    backward updates the weights and uses the new ones for what it returns. The output came from the old weights, so
    its derivative does as well.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        super().backward(error_tensor)
        return self._walk_back(error_tensor, self.weights, self.output_weights)[0]


@mistake(
    "lstm.gradients-accumulate",
    hint="gradient_weights = np.zeros_like(weights) at the beginning of every backward",
    families=("contract",),
)
class GradientsAccumulate(InSteps):
    """The gradients add up over all backward passes.

    They are summed over time as they should, but never set to zero again before the next sequence.
    """

    def _finish(self, gradient_weights: Tensor, gradient_output: Tensor) -> None:
        if self.gradient_weights is not None:
            gradient_weights = gradient_weights + self.gradient_weights
        super()._finish(gradient_weights, gradient_output)


@mistake(
    "lstm.output-not-updated",
    hint="update both: the weights of the gates, and output_weights = calculate_update(output_weights, ...)",
    families=("optimizer",),
)
class OutputNotUpdated(LSTM):
    """The output layer is never updated.

    Only the weights of the gates get the optimizer's step; the output layer keeps what it was initialised with.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        output_weights = self.output_weights
        input_error = super().backward(error_tensor)
        self.output_weights = output_weights
        return input_error


@mistake(
    "lstm.penalty-missing",
    hint="return self.optimizer.regularizer.norm(self.weights)",
    families=("regularization",),
)
class PenaltyMissing(LSTM):
    """The layer reports no penalty.

    calculate_regularization_loss returns 0 although the optimizer has a regularizer, so the loss leaves it out.
    """

    def calculate_regularization_loss(self) -> float:
        return 0.0
