"""Elman network: wrong memory from one sequence to the next."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ..framework import RNN
from ..framework.validation import Tensor
from .registry import Declare
from .rnn import RNNInSteps

mistake = Declare(families=("recurrence",))


@mistake(hint="h = self.hidden_state if self.memorize else np.zeros(self.hidden_size)")
class MemoryIgnored(RNNInSteps):
    """Memorize has no effect.

    Every forward starts from zeros. With memorize on, it should start from the state in which the latest sequence
    has ended.
    """

    def _first_state(self) -> Tensor:
        return np.zeros(self.hidden_size)


@mistake(
    hint="if not self.memorize: h = np.zeros(self.hidden_size), in every forward", families=("contract", "recurrence")
)
class MemoryAlwaysOn(RNNInSteps):
    """The state is never reset.

    It is set to zeros in the constructor only, so every sequence continues the one before, whether memorize is on or
    off.
    """

    def _first_state(self) -> Tensor:
        return self.hidden_state


@mistake(
    hint="h = np.zeros(hidden_size) at the beginning of forward: a layer that is only tested has no backward",
    families=("contract", "recurrence"),
)
class ResetInBackward(RNNInSteps):
    """The state is reset in backward.

    Two forwards without a backward between them, as in testing, are then joined although memorize is off.
    """

    def _first_state(self) -> Tensor:
        return self.hidden_state

    def backward(self, error_tensor: Tensor) -> Tensor:
        if not self.memorize:
            self.hidden_state = np.zeros(self.hidden_size)
        return super().backward(error_tensor)


@mistake(hint="h = self.hidden_state if self.memorize else np.zeros(...), in every forward")
class MemoryStaysOn(RNNInSteps):
    """Memory cannot be switched off.

    Once memorize was on, the layer goes on remembering: the switch is looked at where it is set to True, and nowhere
    else.
    """

    _remembers = False

    def _first_state(self) -> Tensor:
        self._remembers = self._remembers or self.memorize
        return self.hidden_state if self._remembers else np.zeros(self.hidden_size)


@mistake(hint="self.hidden_state = h after the loop, when the last step has been made")
class MemoryBeforeLastStep(RNNInSteps):
    """The state is saved before the last step.

    The next sequence misses the last element: the state is stored at the beginning of each step and not at its end.
    """

    def _keep_state(self) -> None:
        self.hidden_state = self._states[-2].copy()


@mistake(hint="self.hidden_state = h at the end of every forward, without `if`")
class MemoryOfFirstSequence(RNNInSteps):
    """The state of the first sequence is kept for ever.

    It is stored only where none is stored yet, so the third sequence starts where the first has ended.
    """

    _stored = False

    def _keep_state(self) -> None:
        if not self._stored:
            super()._keep_state()
        self._stored = True


@mistake(hint="self.hidden_state = np.tanh(units) of the last step")
class MemoryWithoutActivation(RNNInSteps):
    """What is remembered is the state before its activation.

    Within a sequence the right number is carried on, between sequences the one that went into the hyperbolic tangent.
    """

    def _keep_state(self) -> None:
        self.hidden_state = self._units(self._inputs[-1], self._states[-2])


@mistake(hint="self.hidden_state = np.zeros(hidden_size) in __init__")
class MemoryOnClass(RNNInSteps):
    """All layers share one state.

    The state is stored on the class. Two recurrent layers in a network overwrite each other's memory.
    """

    _shared: ClassVar[dict[int, Tensor]] = {}

    def _first_state(self) -> Tensor:
        zeros = np.zeros(self.hidden_size)
        return self._shared.get(self.hidden_size, zeros) if self.memorize else zeros

    def _keep_state(self) -> None:
        self._shared[self.hidden_size] = self._states[-1].copy()


@mistake(hint="start backward with a hidden error of np.zeros(hidden_size), also with memorize on")
class GradientAcrossTheBoundary(RNNInSteps):
    """With memorize on, backward begins with what the backward before has left.

    The hidden error at the end of a sequence is taken from the beginning of the earlier sequence. That lies in the
    past: nothing comes back from it.
    """

    def _error_after_the_end(self) -> Tensor:
        if self.memorize and self._handed_back is not None:
            return self._handed_back
        return super()._error_after_the_end()


@mistake(hint="keep the state that forward started from, and stack that with x[0] in backward")
class CarriedStateNotInGradient(RNNInSteps):
    """The weights' gradient takes zeros for the carried state.

    backward stacks the first input with zeros, although with memorize on forward has started from another state.
    """

    def _stacked(self, t: int) -> Tensor:
        state = self._states[t] if t else np.zeros(self.hidden_size)
        return np.concatenate([self._inputs[t], state, [1.0]])


@mistake(hint="gradient_weights = np.zeros_like(weights) at the beginning of every backward, also with memorize on")
class GradientsAccumulateWithMemory(RNNInSteps):
    """With memorize on, gradients add up over sequences.

    The sequences are one for the state, but each has its own backward and its own update.
    """

    def _finish(self, gradient_weights: Tensor, gradient_output: Tensor) -> None:
        if self.memorize and self.gradient_weights is not None:
            gradient_weights = self.gradient_weights + gradient_weights
        super()._finish(gradient_weights, gradient_output)


@mistake(hint="use a variable of its own in backward; self.hidden_state belongs to forward")
class StateOverwrittenByBackward(RNNInSteps):
    """Backward overwrites the remembered state.

    It walks back with self.hidden_state as its variable. Afterwards that is the state of the first step, and the next
    sequence starts from there.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        self.hidden_state = self._states[1].copy() if len(self._states) > 2 else self._states[0].copy()
        return super().backward(error_tensor)


@mistake(hint="keep the last state only, self.hidden_state = h, of shape (hidden_size,)")
class MemoryOfOneLength(RNN):
    """Memory works for sequences of one length only.

    The state is looked up in the array of the latest states at the index of the new length, and that may be another
    one.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        if self.memorize and self._cache is not None:
            states = self._cache.hidden
            self.hidden_state = states[min(len(input_tensor), len(states) - 1)].copy()
        return super().forward(input_tensor)
