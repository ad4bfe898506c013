"""Elman network: wrong sums over time, and single steps that go wrong."""

from __future__ import annotations

import numpy as np

from ..framework.validation import Tensor
from .registry import Declare
from .rnn import RNNInSteps

mistake = Declare(families=("gradient",))


@mistake(hint="gradient_output += np.outer(np.append(h, 1), error[t]) in the loop over time", cases=("sequence",))
class OutputGradientOverwritten(RNNInSteps):
    """The gradient of the output weights is that of one step.

    The hidden weights' gradient is summed over time, the output layer's is forgotten: it keeps what its latest
    backward has left.
    """

    def _add(self, total: Tensor, share: Tensor) -> Tensor:
        return share if share.shape == self.output_weights.shape else total + share


@mistake(hint="sum over time; do not divide by len(x)", cases=("sequence",))
class GradientsAveraged(RNNInSteps):
    """The gradients of the weights are averaged over time.

    The loss is a sum over the sequence, and so is its gradient.
    """

    def _finish(self, gradient_weights: Tensor, gradient_output: Tensor) -> None:
        super()._finish(gradient_weights / len(self._inputs), gradient_output / len(self._inputs))


@mistake(hint="np.outer(np.concatenate([x[t], h[t - 1], [1]]), unit_error): the state before the step")
class WeightsGradientOfStateAfter(RNNInSteps):
    """The weights' gradient uses the state after the step.

    What was multiplied by the weights is the state of the step before. The fully connected layer's stored input must
    be restored to it.
    """

    def _stacked(self, t: int) -> Tensor:
        return np.concatenate([self._inputs[t], self._states[t + 1], [1.0]])


@mistake(hint="the bias row's gradient is unit_error.sum(axis=0): stack a 1 below input and state")
class BiasGradientMissing(RNNInSteps):
    """The bias of the hidden state has no gradient.

    The row that belongs to the bias stays zero, so the bias is never trained.
    """

    def _finish(self, gradient_weights: Tensor, gradient_output: Tensor) -> None:
        super()._finish(np.vstack([gradient_weights[:-1], np.zeros_like(gradient_weights[-1:])]), gradient_output)


@mistake(hint="split the gradient as forward has stacked it: [: input_size] is the input's, the rest the state's")
class StackOrderMixedUp(RNNInSteps):
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


@mistake(hint="error[t] * y[t] * (1 - y[t]) first, if the output goes through a sigmoid")
class SigmoidInForwardOnly(RNNInSteps):
    """The output's sigmoid is missing in backward.

    forward applies it, so backward must multiply the error by its derivative before anything else.
    """

    def _output(self, t: int) -> Tensor:
        output: Tensor = 1 / (1 + np.exp(-super()._output(t)))
        return output


@mistake(hint="for t in reversed(range(len(x))), down to 0")
class FirstStepLeftOut(RNNInSteps):
    """Backward stops one step too early.

    range(len(x) - 1, 0, -1) does not contain 0: the first input gets no gradient and its share of the weights'
    gradient is missing.
    """

    def _slope(self, t: int) -> Tensor:
        return super()._slope(t) if t else np.zeros(self.hidden_size)


@mistake(hint="treat a sequence of one step as any other: for t in reversed(range(len(x)))", cases=("one-step",))
class SingleStepNotTrained(RNNInSteps):
    """A sequence of one step gets no gradient.

    The code asks for a step before, and does nothing where there is none. The only step has an input and an error as
    all others.
    """

    def _slope(self, t: int) -> Tensor:
        return super()._slope(t) if len(self._inputs) > 1 else np.zeros(self.hidden_size)


@mistake(hint="drop np.clip(...): it belongs to the optimizer, if it is wanted at all")
class GradientClipped(RNNInSteps):
    """The gradients are clipped.

    Against exploding gradients they are cut off at a bound. Then backward is no derivative any more; who wants that
    does it in the optimizer.
    """

    def _hidden_error(self, from_output: Tensor, later: Tensor, t: int) -> Tensor:
        return np.clip(super()._hidden_error(from_output, later, t), -0.5, 0.5)


@mistake(hint="states = [h] at the beginning of every forward", families=("contract", "recurrence"))
class StatesPileUp(RNNInSteps):
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
