"""Elman network: wrong updates, initialisation and penalties."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..framework import RNN, Initializer
from ..framework.validation import Tensor
from .registry import Declare
from .rnn import RNNInSteps

mistake = Declare(families=("optimizer",))


@mistake(hint="sum the gradients over time, and call calculate_update once, after the loop", cases=("sequence",))
class UpdateInEveryStep(RNNInSteps):
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


@mistake(hint="self._output_optimizer = copy.deepcopy(optimizer) where the optimizer is set")
class OneOptimizerState(RNN):
    """Hidden and output weights share one optimizer.

    An optimizer with momentum keeps the average of one gradient. Here two weights of different shapes write to it in
    turn.
    """

    def _store_and_update(self, *gradients: Tensor) -> None:
        if self._optimizers is not None:
            self._optimizers = self._optimizers[:1] * len(gradients)
        super()._store_and_update(*gradients)


@mistake(hint="hidden_error = error[t] @ ... in a new array, not error_tensor[t] += ...", families=("contract",))
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
    hint="fill the bias rows with bias_initializer.initialize((1, outputs), inputs, outputs)", families=("initializer",)
)
class BiasInitializerIgnored(RNN):
    """The biases are filled by the weights' initializer.

    initialize calls the first initializer for everything, and the second one never.
    """

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        del bias_initializer
        super().initialize(weights_initializer, weights_initializer)


@mistake(hint="fan_in = input_size + hidden_size, without the 1 of the bias", families=("initializer",))
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
    hint="return optimizer.regularizer.norm(self.weights), and let nobody else add it", families=("regularization",)
)
class PenaltyTwice(RNN):
    """The penalty counts twice.

    The norm of the weights is added for the layer and once more for the fully connected layer inside, which has the
    same weights.
    """

    def calculate_regularization_loss(self) -> float:
        return 2 * super().calculate_regularization_loss()


@mistake(
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
