"""Elman network: wrong outputs."""

from __future__ import annotations

import numpy as np

from ..framework import RNN
from ..framework.validation import Tensor
from .registry import Declare

mistake = Declare(families=("value",))


class RNNInSteps(RNN):
    """The same layer, walking element by element, so that a mistake can replace one step."""

    _states: list[Tensor]  # hidden states, the one before the sequence first
    _inputs: Tensor
    _used: tuple[Tensor, Tensor]  # weights of the latest forward
    _handed_back: Tensor | None = None  # gradient with respect to the state before the latest sequence

    def forward(self, input_tensor: Tensor) -> Tensor:
        self._inputs, self._used = input_tensor.copy(), (self.weights.copy(), self.output_weights.copy())
        self._states = [self._first_state()]
        for element in self._inputs:
            self._states.append(self._next_state(element, self._states[-1]))
        self._keep_state()
        return np.array([self._output(t) for t in range(1, len(self._states))])

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
        later = self._error_after_the_end()
        for t in reversed(range(len(self._inputs))):
            gradient_output = self._add(gradient_output, np.outer([*self._states[t + 1], 1.0], error_tensor[t]))
            unit_error = self._hidden_error(output_weights[:-1] @ error_tensor[t], later, t) * self._slope(t)
            gradient_weights = self._add(gradient_weights, np.outer(self._stacked(t), unit_error))
            back = weights @ unit_error
            input_error[t], later = back[: self.input_size], back[self.input_size : -1]
        self._handed_back = later
        return input_error, gradient_weights, gradient_output

    def _first_state(self) -> Tensor:
        return self.hidden_state if self.memorize else np.zeros(self.hidden_size)

    def _keep_state(self) -> None:
        self.hidden_state = self._states[-1].copy()

    def _units(self, element: Tensor, state: Tensor) -> Tensor:
        units: Tensor = np.concatenate([element, state, [1.0]]) @ self.weights
        return units

    def _next_state(self, element: Tensor, state: Tensor) -> Tensor:
        return np.tanh(self._units(element, state))

    def _output(self, t: int) -> Tensor:
        """The output that belongs to state `t`, counted from the state before the sequence."""
        output: Tensor = np.append(self._states[t], 1.0) @ self.output_weights
        return output

    def _error_after_the_end(self) -> Tensor:
        return np.zeros(self.hidden_size)

    def _hidden_error(self, from_output: Tensor, later: Tensor, t: int) -> Tensor:
        """The gradient with respect to the hidden state of step `t`."""
        del t
        return from_output + later

    def _slope(self, t: int) -> Tensor:
        """The derivative of the hyperbolic tangent of step `t`."""
        slope: Tensor = 1 - self._states[t + 1] ** 2
        return slope

    def _stacked(self, t: int) -> Tensor:
        """What was multiplied by the weights in step `t`."""
        return np.concatenate([self._inputs[t], self._states[t], [1.0]])

    def _add(self, total: Tensor, share: Tensor) -> Tensor:
        return total + share

    def _finish(self, gradient_weights: Tensor, gradient_output: Tensor) -> None:
        self._store_and_update(gradient_weights, gradient_output)


@mistake(
    hint="h = np.tanh(np.concatenate([x[t], h, [1]]) @ weights): the h of the step before",
    families=("value", "recurrence"),
)
class StateNotCarried(RNNInSteps):
    """Every step starts from a hidden state of zeros.

    The state is reset inside the loop over time, or never assigned back. Then each element is processed alone and
    the layer is no recurrent one.
    """

    def _next_state(self, element: Tensor, state: Tensor) -> Tensor:
        return super()._next_state(element, np.zeros_like(state))


@mistake(hint="np.concatenate([x_t, h, [1.0]]) @ weights, with the bias in the last row")
class BiasLeftOut(RNNInSteps):
    """The hidden state is computed without a bias.

    Input and hidden state are stacked without the 1 that belongs to the bias row, so the bias never takes part.
    """

    def _units(self, element: Tensor, state: Tensor) -> Tensor:
        units: Tensor = np.concatenate([element, state]) @ self.weights[:-1]
        return units


@mistake(hint="y_t = np.append(h_t, 1.0) @ output_weights")
class OutputBiasLeftOut(RNNInSteps):
    """The output is computed without a bias.

    The hidden state is multiplied by the output weights alone; the row of the bias is left out.
    """

    def _output(self, t: int) -> Tensor:
        output: Tensor = self._states[t] @ self.output_weights[:-1]
        return output


@mistake(hint="h = np.tanh(units), and 1 - h**2 in backward")
class LogisticState(RNNInSteps):
    """The hidden state goes through a sigmoid.

    The two activations of the exercise are mixed up: the state of this network is a hyperbolic tangent, between -1
    and 1.
    """

    def _next_state(self, element: Tensor, state: Tensor) -> Tensor:
        next_state: Tensor = 1 / (1 + np.exp(-self._units(element, state)))
        return next_state

    def _slope(self, t: int) -> Tensor:
        slope: Tensor = self._states[t + 1] * (1 - self._states[t + 1])
        return slope


@mistake(hint="h = np.tanh(units)")
class StateWithoutActivation(RNNInSteps):
    """The hidden state is linear.

    The hyperbolic tangent is missing. The network is then a linear filter, and its state may grow without bound.
    """

    def _next_state(self, element: Tensor, state: Tensor) -> Tensor:
        return self._units(element, state)

    def _slope(self, t: int) -> Tensor:
        return np.ones_like(self._states[t + 1])


@mistake(hint="carry on h = np.tanh(units), not the units themselves")
class ActivationForTheOutputOnly(RNNInSteps):
    """The state is carried on before its activation.

    The output uses the hyperbolic tangent, but the next step gets the number that went into it.
    """

    def _next_state(self, element: Tensor, state: Tensor) -> Tensor:
        return self._units(element, state)

    def _output(self, t: int) -> Tensor:
        output: Tensor = np.append(np.tanh(self._states[t]), 1.0) @ self.output_weights
        return output


@mistake(hint="update the hidden state first: h = np.tanh(...), then y[t] = np.append(h, 1) @ output_weights")
class OutputOfStateBefore(RNNInSteps):
    """The output is computed from the hidden state before the step.

    The state is saved before it is updated, so output t does not see input t, and the last state is never used.
    """

    def _output(self, t: int) -> Tensor:
        return super()._output(t - 1)


@mistake(hint="states.append(h.copy()), or make a new array in every step", families=("value", "recurrence"))
class OneArrayForAllStates(RNNInSteps):
    """All saved states are one and the same array.

    The state is updated in place and the list holds references to it, so in the end every entry is the last state.
    """

    def _output(self, t: int) -> Tensor:
        del t
        return super()._output(len(self._states) - 1)


@mistake(hint="y_t = np.append(h_t, 1) @ output_weights, as it is")
class OutputThroughTanh(RNNInSteps):
    """The output goes through a hyperbolic tangent.

    The output layer is affine. An activation that follows it, if any, is a layer of its own.
    """

    def _output(self, t: int) -> Tensor:
        return np.tanh(super()._output(t))


@mistake(hint="for t in range(len(x)), from the first to the last", families=("value", "recurrence"))
class TimeReversed(RNNInSteps):
    """The sequence is read from its end.

    The loop of forward runs backwards through time, as that of backward should. Outputs then depend on later inputs.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        return super().forward(input_tensor[::-1])[::-1]

    def backward(self, error_tensor: Tensor) -> Tensor:
        return super().backward(error_tensor[::-1])[::-1]


@mistake(hint="outputs = [] at the beginning of every forward", families=("contract",))
class OutputsPileUp(RNN):
    """The list of outputs is never emptied.

    It is made in the constructor, and every forward appends to it: the second sequence returns the outputs of both.
    """

    def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
        super().__init__(input_size, hidden_size, output_size)
        self._outputs: list[Tensor] = []

    def forward(self, input_tensor: Tensor) -> Tensor:
        self._outputs += list(super().forward(input_tensor))
        return np.array(self._outputs)
