"""Elman network: wrong gradients."""

from __future__ import annotations

import numpy as np

from ..framework.validation import Tensor
from .registry import Declare
from .rnn import RNNInSteps

mistake = Declare(families=("gradient",))


@mistake(
    hint="hidden_error = output_weights[:-1] @ error[t] + weights[n:n + m] @ unit_error of step t + 1",
    families=("gradient", "recurrence"),
)
class HiddenGradientNotCarried(RNNInSteps):
    """Nothing goes back through the hidden state.

    Each step's gradient comes from its own output alone. The state also reaches all later outputs, so their errors
    must come back through it.
    """

    def _hidden_error(self, from_output: Tensor, later: Tensor, t: int) -> Tensor:
        del later, t
        return from_output


@mistake(hint="hidden_error = from_output + from_later: the state was copied to two places")
class CarriedGradientReplacesOutput(RNNInSteps):
    """The gradient from the next step replaces the one from the output.

    But for the last step, the error of the output is overwritten. A state that is used twice gets the sum of both
    gradients.
    """

    def _hidden_error(self, from_output: Tensor, later: Tensor, t: int) -> Tensor:
        return from_output if t == len(self._inputs) - 1 else later


@mistake(
    hint="from_later = weights[n:n + m] @ unit_error, where unit_error already contains what came from later steps",
    families=("gradient", "recurrence"),
)
class TruncatedAfterOneStep(RNNInSteps):
    """The gradient goes back one step only.

    What is handed to the step before is made of the output's error alone, without what came from later steps. Three
    steps back nothing arrives.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        weights, output_weights = self._used
        cell = weights[self.input_size : -1]
        alone = [(output_weights[:-1] @ error) * self._slope(t) for t, error in enumerate(error_tensor)]
        self._handed = [cell @ unit_error for unit_error in alone[1:]] + [np.zeros(self.hidden_size)]
        return super().backward(error_tensor)

    def _hidden_error(self, from_output: Tensor, later: Tensor, t: int) -> Tensor:
        del later
        handed: Tensor = from_output + self._handed[t]
        return handed


@mistake(hint="for t in reversed(range(len(x)))", families=("gradient", "recurrence"))
class ForwardInTime(RNNInSteps):
    """Backward walks forward in time.

    The loop runs from the first to the last step, so what should go back to earlier steps is handed to later ones.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        self._inputs, states = self._inputs[::-1], self._states
        self._states = [states[0], *states[:0:-1]]
        input_error = super().backward(error_tensor[::-1])[::-1]
        self._inputs, self._states = self._inputs[::-1], states
        return input_error

    def _stacked(self, t: int) -> Tensor:
        before = self._states[t + 2] if t + 2 < len(self._states) else self._states[0]
        return np.concatenate([self._inputs[t], before, [1.0]])


@mistake(hint="1 - h[t]**2 with the state that step t has computed, not the one it started from")
class SlopeOfStepBefore(RNNInSteps):
    """The derivative of tanh is taken one step too early.

    The saved states contain the one before the sequence, so the state that step t computes has the index t + 1.
    """

    def _slope(self, t: int) -> Tensor:
        slope: Tensor = 1 - self._states[t] ** 2
        return slope


@mistake(
    hint="save the activation of every step, and set it before each backward: tanh.activations = saved[t]",
    cases=("sequence",),
)
class SlopeOfLastStep(RNNInSteps):
    """The derivative of tanh is that of the last step, in every step.

    The activation layer remembers its latest forward only. Its activations must be saved in every step, and restored
    before its backward is called for that step.
    """

    def _slope(self, t: int) -> Tensor:
        del t
        return super()._slope(len(self._inputs) - 1)


@mistake(hint="unit_error = hidden_error * (1 - h**2)")
class SlopeMissing(RNNInSteps):
    """The derivative of tanh is missing.

    The gradient passes the activation as if it were the identity.
    """

    def _slope(self, t: int) -> Tensor:
        return np.ones_like(self._states[t + 1])
