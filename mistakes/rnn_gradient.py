"""Elman network: wrong gradients."""

from __future__ import annotations

import numpy as np

from ..framework.validation import Tensor
from .registry import mistake
from .rnn import InSteps


@mistake(
    "rnn.last-step-only",
    hint="for t in reversed(range(len(x))): every step has an error of its own",
    families=("gradient",),
)
class LastStepOnly(InSteps):
    """Only the error of the last step is used.

    backward looks at the last row of the incoming gradient. Every output has an error, and all of them count.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        last = np.zeros_like(error_tensor)
        last[-1] = error_tensor[-1]
        return super().backward(last)


@mistake(
    "rnn.hidden-gradient-not-carried",
    hint="hidden_error = output_weights[:-1] @ error[t] + weights[n:n + m] @ unit_error of step t + 1",
    families=("gradient", "recurrence"),
)
class HiddenGradientNotCarried(InSteps):
    """Nothing goes back through the hidden state.

    Each step's gradient comes from its own output alone. The state also reaches all later outputs, so their errors
    must come back through it.
    """

    def _hidden_error(self, from_output: Tensor, later: Tensor, t: int) -> Tensor:
        del later, t
        return from_output


@mistake(
    "rnn.carried-gradient-replaces-output",
    hint="hidden_error = from_output + from_later: the state was copied to two places",
    families=("gradient",),
)
class CarriedGradientReplacesOutput(InSteps):
    """The gradient from the next step replaces the one from the output.

    But for the last step, the error of the output is overwritten. A state that is used twice gets the sum of both
    gradients.
    """

    def _hidden_error(self, from_output: Tensor, later: Tensor, t: int) -> Tensor:
        return from_output if t == len(self._inputs) - 1 else later


@mistake(
    "rnn.truncated-after-one-step",
    hint="from_later = weights[n:n + m] @ unit_error, where unit_error already contains what came from later steps",
    families=("gradient", "recurrence"),
)
class TruncatedAfterOneStep(InSteps):
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


@mistake(
    "rnn.forward-in-time",
    hint="for t in reversed(range(len(x)))",
    families=("gradient", "recurrence"),
)
class ForwardInTime(InSteps):
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


@mistake(
    "rnn.slope-of-step-before",
    hint="1 - h[t]**2 with the state that step t has computed, not the one it started from",
    families=("gradient",),
)
class SlopeOfStepBefore(InSteps):
    """The derivative of tanh is taken one step too early.

    The saved states contain the one before the sequence, so the state that step t computes has the index t + 1.
    """

    def _slope(self, t: int) -> Tensor:
        slope: Tensor = 1 - self._states[t] ** 2
        return slope


@mistake(
    "rnn.slope-of-last-step",
    hint="save the activation of every step, and set it before each backward: tanh.activations = saved[t]",
    families=("gradient",),
    cases=("sequence",),
)
class SlopeOfLastStep(InSteps):
    """The derivative of tanh is that of the last step, in every step.

    The activation layer remembers its latest forward only. Its activations must be saved in every step, and restored
    before its backward is called for that step.
    """

    def _slope(self, t: int) -> Tensor:
        del t
        return super()._slope(len(self._inputs) - 1)


@mistake("rnn.slope-missing", hint="unit_error = hidden_error * (1 - h**2)", families=("gradient",))
class SlopeMissing(InSteps):
    """The derivative of tanh is missing.

    The gradient passes the activation as if it were the identity.
    """

    def _slope(self, t: int) -> Tensor:
        return np.ones_like(self._states[t + 1])


@mistake(
    "rnn.weights-gradients-overwritten",
    hint="gradient_weights += ... in the loop over time: all steps use the same weights",
    families=("gradient",),
    cases=("sequence",),
)
class WeightsGradientsOverwritten(InSteps):
    """The gradients of the weights are those of one step.

    Each step of backward overwrites them, so that of the first step stays. All steps share the weights: the gradient
    is the sum over time.
    """

    def _add(self, total: Tensor, share: Tensor) -> Tensor:
        del total
        return share


@mistake(
    "rnn.output-gradient-overwritten",
    hint="gradient_output += np.outer(np.append(h, 1), error[t]) in the loop over time",
    families=("gradient",),
    cases=("sequence",),
)
class OutputGradientOverwritten(InSteps):
    """The gradient of the output weights is that of one step.

    The hidden weights' gradient is summed over time, the output layer's is forgotten: it keeps what its latest
    backward has left.
    """

    def _add(self, total: Tensor, share: Tensor) -> Tensor:
        return share if share.shape == self.output_weights.shape else total + share


@mistake(
    "rnn.gradients-averaged",
    hint="sum over time; do not divide by len(x)",
    families=("gradient",),
    cases=("sequence",),
)
class GradientsAveraged(InSteps):
    """The gradients of the weights are averaged over time.

    The loss is a sum over the sequence, and so is its gradient.
    """

    def _finish(self, gradient_weights: Tensor, gradient_output: Tensor) -> None:
        super()._finish(gradient_weights / len(self._inputs), gradient_output / len(self._inputs))


@mistake(
    "rnn.weights-gradient-of-state-after",
    hint="np.outer(np.concatenate([x[t], h[t - 1], [1]]), unit_error): the state before the step",
    families=("gradient",),
)
class WeightsGradientOfStateAfter(InSteps):
    """The weights' gradient uses the state after the step.

    What was multiplied by the weights is the state of the step before. The fully connected layer's stored input must
    be restored to it.
    """

    def _stacked(self, t: int) -> Tensor:
        return np.concatenate([self._inputs[t], self._states[t + 1], [1.0]])


@mistake(
    "rnn.bias-gradient-missing",
    hint="the bias row's gradient is unit_error.sum(axis=0): stack a 1 below input and state",
    families=("gradient",),
)
class BiasGradientMissing(InSteps):
    """The bias of the hidden state has no gradient.

    The row that belongs to the bias stays zero, so the bias is never trained.
    """

    def _finish(self, gradient_weights: Tensor, gradient_output: Tensor) -> None:
        super()._finish(np.vstack([gradient_weights[:-1], np.zeros_like(gradient_weights[-1:])]), gradient_output)


@mistake(
    "rnn.stack-order-mixed-up",
    hint="split the gradient as forward has stacked it: [: input_size] is the input's, the rest the state's",
    families=("gradient",),
)
class StackOrderMixedUp(InSteps):
    """Backward splits the gradient in another order than forward has stacked it.

    forward stacks [input, state], backward takes the first rows for the state. Where the sizes differ, both parts
    also contain something of the other.
    """

    def _walk_back(
        self, error_tensor: Tensor, weights: Tensor, output_weights: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        size = self.hidden_size
        swapped = np.vstack([weights[size:-1], weights[:size], weights[-1:]])
        return super()._walk_back(error_tensor, swapped, output_weights)


@mistake(
    "rnn.sigmoid-in-forward-only",
    hint="error[t] * y[t] * (1 - y[t]) first, if the output goes through a sigmoid",
    families=("gradient",),
)
class SigmoidInForwardOnly(InSteps):
    """The output's sigmoid is missing in backward.

    forward applies it, so backward must multiply the error by its derivative before anything else.
    """

    def _output(self, t: int) -> Tensor:
        output: Tensor = 1 / (1 + np.exp(-super()._output(t)))
        return output


@mistake(
    "rnn.first-step-left-out",
    hint="for t in reversed(range(len(x))), down to 0",
    families=("gradient",),
)
class FirstStepLeftOut(InSteps):
    """Backward stops one step too early.

    range(len(x) - 1, 0, -1) does not contain 0: the first input gets no gradient and its share of the weights'
    gradient is missing.
    """

    def _slope(self, t: int) -> Tensor:
        return super()._slope(t) if t else np.zeros(self.hidden_size)


@mistake(
    "rnn.single-step-not-trained",
    hint="treat a sequence of one step as any other: for t in reversed(range(len(x)))",
    families=("gradient",),
    cases=("one-step",),
)
class SingleStepNotTrained(InSteps):
    """A sequence of one step gets no gradient.

    The code asks for a step before, and does nothing where there is none. The only step has an input and an error as
    all others.
    """

    def _slope(self, t: int) -> Tensor:
        return super()._slope(t) if len(self._inputs) > 1 else np.zeros(self.hidden_size)


@mistake(
    "rnn.gradient-clipped",
    hint="drop np.clip(...): it belongs to the optimizer, if it is wanted at all",
    families=("gradient",),
)
class GradientClipped(InSteps):
    """The gradients are clipped.

    Against exploding gradients they are cut off at a bound. Then backward is no derivative any more; who wants that
    does it in the optimizer.
    """

    def _hidden_error(self, from_output: Tensor, later: Tensor, t: int) -> Tensor:
        return np.clip(super()._hidden_error(from_output, later, t), -0.5, 0.5)


@mistake(
    "rnn.states-pile-up",
    hint="states = [h] at the beginning of every forward",
    families=("contract", "recurrence"),
)
class StatesPileUp(InSteps):
    """Backward uses states of an earlier sequence.

    The list of saved states is made in the constructor and never emptied, so its first entries belong to the first
    sequence that the layer has seen.
    """

    _all: list[Tensor] | None = None

    def backward(self, error_tensor: Tensor) -> Tensor:
        states = self._states
        self._all = [*(self._all or []), *states]
        self._states = self._all
        input_error = super().backward(error_tensor)
        self._states = states
        return input_error
