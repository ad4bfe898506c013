"""Elman network: wrong updates, initialisation and penalties."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..framework import RNN, Initializer
from ..framework.validation import Tensor
from .registry import mistake
from .rnn import InSteps


@mistake(
    "rnn.input-error-after-update",
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
    "rnn.update-in-every-step",
    hint="sum the gradients over time, and call calculate_update once, after the loop",
    families=("optimizer",),
    cases=("sequence",),
)
class UpdateInEveryStep(InSteps):
    """The weights are updated in every step of time.

    Momentum then counts each step as an update of its own. A backward is one update, with the gradient of the whole
    sequence.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        input_error, *total = self._walk_back(error_tensor, *self._used)
        for t in reversed(range(len(error_tensor))):
            alone = np.zeros_like(error_tensor)
            alone[t] = error_tensor[t]
            self._finish(*self._walk_back(alone, *self._used)[1:])
        self.gradient_weights, self.gradient_output_weights = total
        return input_error


@mistake(
    "rnn.one-optimizer-state",
    hint="self._output_optimizer = copy.deepcopy(optimizer) where the optimizer is set",
    families=("optimizer",),
)
class OneOptimizerState(RNN):
    """Hidden and output weights share one optimizer.

    An optimizer with momentum keeps the average of one gradient. Here two weights of different shapes write to it in
    turn.
    """

    def _store_and_update(self, *gradients: Tensor) -> None:
        if self._optimizers is not None:
            self._optimizers = self._optimizers[:1] * len(gradients)
        super()._store_and_update(*gradients)


@mistake(
    "rnn.output-not-updated",
    hint="update both: the weights of the hidden state and output_weights = calculate_update(output_weights, ...)",
    families=("optimizer",),
)
class OutputNotUpdated(RNN):
    """The output layer is never updated.

    Only the weights of the hidden state get the optimizer's step; the output layer keeps what it was initialised
    with.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        output_weights = self.output_weights
        input_error = super().backward(error_tensor)
        self.output_weights = output_weights
        return input_error


@mistake(
    "rnn.hidden-not-updated",
    hint="self.weights = optimizer.calculate_update(self.weights, self.gradient_weights)",
    families=("optimizer",),
)
class HiddenNotUpdated(RNN):
    """The hidden weights are never updated.

    The new weights are stored in the layer, but not in the fully connected layer that computes the hidden state.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        weights = self.weights
        input_error = super().backward(error_tensor)
        self.weights = weights
        return input_error


@mistake(
    "rnn.gradients-accumulate",
    hint="gradient_weights = np.zeros_like(weights) at the beginning of every backward",
    families=("contract",),
)
class GradientsAccumulate(InSteps):
    """The gradients add up over all backward passes.

    They are summed over time as they should, but never set to zero again before the next sequence.
    """

    def _finish(self, gradient_weights: Tensor, gradient_output: Tensor) -> None:
        if self.gradient_weights is not None and self.gradient_output_weights is not None:
            gradient_weights = gradient_weights + self.gradient_weights
            gradient_output = gradient_output + self.gradient_output_weights
        super()._finish(gradient_weights, gradient_output)


@mistake(
    "rnn.error-modified",
    hint="hidden_error = error[t] @ ... in a new array, not error_tensor[t] += ...",
    families=("contract",),
)
class ErrorModified(RNN):
    """Backward writes into the incoming gradient.

    What comes from the next step is added to error_tensor in place. Its owner may still need it.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        input_error = super().backward(error_tensor)
        error_tensor[:-1] += error_tensor[1:]
        error_tensor[0] *= 2
        return input_error


@mistake(
    "rnn.output-not-initialized",
    hint="initialize both: the weights of the hidden state, and output_weights with fan_in = hidden_size",
    families=("initializer",),
)
class OutputNotInitialized(RNN):
    """Initialize leaves the output layer alone.

    Only the weights of the hidden state are drawn anew; the output layer keeps those of the constructor.
    """

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        constructed = getattr(self, "output_weights", None)
        super().initialize(weights_initializer, bias_initializer)
        if constructed is not None:
            self.output_weights = constructed


@mistake(
    "rnn.bias-initializer-ignored",
    hint="fill the bias rows with bias_initializer.initialize((1, outputs), inputs, outputs)",
    families=("initializer",),
)
class BiasInitializerIgnored(RNN):
    """The biases are filled by the weights' initializer.

    initialize calls the first initializer for everything, and the second one never.
    """

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        del bias_initializer
        super().initialize(weights_initializer, weights_initializer)


@mistake(
    "rnn.fan-in-counts-bias",
    hint="fan_in = input_size + hidden_size, without the 1 of the bias",
    families=("initializer",),
)
class FanInCountsBias(RNN):
    """The fan-in counts the bias.

    It is the number of inputs that a unit sums over: those of the sequence and of the hidden state. The bias is none
    of them.
    """

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        super().initialize(_OneMore(weights_initializer), bias_initializer)


class _OneMore(Initializer):
    """Passes a fan-in that is one too large."""

    def __init__(self, initializer: Initializer) -> None:
        self._initializer = initializer

    def initialize(self, weights_shape: int | Sequence[int], fan_in: int, fan_out: int) -> Tensor:
        return self._initializer.initialize(weights_shape, fan_in + 1, fan_out)


@mistake(
    "rnn.penalty-twice",
    hint="return optimizer.regularizer.norm(self.weights), and let nobody else add it",
    families=("regularization",),
)
class PenaltyTwice(RNN):
    """The penalty counts twice.

    The norm of the weights is added for the layer and once more for the fully connected layer inside, which has the
    same weights.
    """

    def calculate_regularization_loss(self) -> float:
        return 2 * super().calculate_regularization_loss()


@mistake(
    "rnn.penalty-missing",
    hint="return self.optimizer.regularizer.norm(self.weights)",
    families=("regularization",),
)
class PenaltyMissing(RNN):
    """The layer reports no penalty.

    calculate_regularization_loss returns 0 although the optimizer has a regularizer, so the loss leaves it out.
    """

    def calculate_regularization_loss(self) -> float:
        return 0.0


@mistake(
    "rnn.penalty-in-every-step",
    hint="return regularizer.norm(weights), outside of the loop over time",
    families=("regularization",),
    cases=("sequence",),
)
class PenaltyInEveryStep(RNN):
    """The penalty counts once per step of time.

    It is added up in the loop over the sequence. The weights are the same in all steps: their norm counts once.
    """

    def calculate_regularization_loss(self) -> float:
        steps = 1 if self._cache is None else len(self._cache.input_tensor)
        return steps * super().calculate_regularization_loss()
