"""Fully connected layer: wrong updates, wrong initialisation, wrong memory."""

from __future__ import annotations

import numpy as np

from ..framework import FullyConnected, Initializer
from ..framework.validation import Tensor
from .fully_connected import FullyConnectedInSteps
from .registry import Declare

mistake = Declare(families=("contract",))


@mistake(hint="compute error_tensor @ weights[:-1].T first, and call calculate_update last", families=("gradient",))
class InputErrorAfterUpdate(FullyConnectedInSteps):
    """The input error is computed with updated weights.

    backward updates the weights and uses the new ones for the input error. The output came from the old weights, so
    its derivative does as well. Without an optimizer nothing is wrong, so a gradient check does not see it.
    """

    def _input_error(self, error_tensor: Tensor, weights: Tensor) -> Tensor:  # noqa: ARG002 - that is the mistake
        return super()._input_error(error_tensor, self.weights)


@mistake(hint="call optimizer.calculate_update once, in backward", families=("optimizer",))
class UpdateTwice(FullyConnected):
    """Every backward updates the weights twice.

    calculate_update is called in two places. Every step is twice as long, and momentum counts each gradient twice.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        input_error = super().backward(error_tensor)
        if self.optimizer is not None and self.gradient_weights is not None:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
        return input_error


@mistake(
    hint="self.weights = calculate_update(self.weights, self.gradient_weights), with the bias row in both",
    families=("optimizer",),
)
class UpdateWithoutBias(FullyConnected):
    """The bias is never updated.

    Its gradient is computed, but only the weights get the optimizer's step: the bias keeps the value it was
    initialised with.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        bias = self.weights[-1]
        input_error = super().backward(error_tensor)
        self.weights = np.vstack([self.weights[:-1], bias])
        return input_error


@mistake(
    hint="compute the gradient first, then pass it to calculate_update in the same backward", families=("optimizer",)
)
class UpdateOneStepLate(FullyConnectedInSteps):
    """Every update uses the gradient of the backward before.

    calculate_update is called before the new gradient is computed, so it gets the old one; the first backward does
    not update at all.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        extended_input, weights = self._of_latest_forward(self._cache)
        if self.optimizer is not None and self.gradient_weights is not None:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
        self.gradient_weights = self._gradient(extended_input, error_tensor)
        return self._input_error(error_tensor, weights)


@mistake(hint="self.gradient_weights = ..., not +=")
class GradientsAccumulate(FullyConnectedInSteps):
    """The gradients add up over all backward passes.

    backward adds to the gradient of the pass before instead of replacing it, so every step repeats all earlier ones.
    """

    def _gradient(self, extended_input: Tensor, error_tensor: Tensor) -> Tensor:
        gradient = super()._gradient(extended_input, error_tensor)
        return gradient if self.gradient_weights is None else self.gradient_weights + gradient


@mistake(
    hint="weights_initializer.initialize((input_size, output_size), input_size, output_size)",
    families=("initializer",),
    cases=("4-to-3", "batch-1"),
)
class FansSwapped(FullyConnected):
    """Fan-in and fan-out are swapped.

    The layer passes (output_size, input_size) to its initializer. He's variance is 2 / fan_in, so the weights of
    every layer that is not square get the wrong size.
    """

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        fans = self.output_size, self.input_size
        weights = weights_initializer.initialize((self.input_size, self.output_size), *fans)
        self.weights = np.vstack([weights, bias_initializer.initialize((1, self.output_size), *fans)])


@mistake(hint="pass fan_in = input_size, also where the bias is stacked with the weights", families=("initializer",))
class BiasCountsAsInput(FullyConnected):
    """The fan-in counts the bias.

    The layer passes the number of rows of its stacked weights, input_size + 1. The fan-in is the number of inputs
    that a unit sums over; the bias is none of them.
    """

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        fans = self.input_size + 1, self.output_size
        weights = weights_initializer.initialize((self.input_size, self.output_size), *fans)
        self.weights = np.vstack([weights, bias_initializer.initialize((1, self.output_size), *fans)])


@mistake(
    hint="fill the bias row with bias_initializer.initialize((1, output_size), input_size, output_size)",
    families=("initializer",),
)
class BiasInitializerIgnored(FullyConnected):
    """The bias is filled by the weights' initializer.

    initialize calls the first initializer for the whole stacked matrix and never the second one.
    """

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:  # noqa: ARG002
        shape = (self.input_size + 1, self.output_size)
        self.weights = weights_initializer.initialize(shape, self.input_size, self.output_size)


@mistake(hint="self.weights = np.vstack([weights, bias]) at the end of initialize", families=("initializer",))
class InitializeDoesNothing(FullyConnected):
    """The initialised weights are not stored.

    initialize calls the initializers but puts the result into a local variable: the layer keeps the weights of its
    constructor.
    """

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        constructed = getattr(self, "weights", None)
        super().initialize(weights_initializer, bias_initializer)
        if constructed is not None:
            self.weights = constructed


@mistake(hint="batch_size = input_tensor.shape[0] in every forward")
class FirstBatchSizeKept(FullyConnectedInSteps):
    """The batch size of the first forward is used for ever.

    The column of ones for the bias is made once. The last batch of an epoch, or a test set, has another size and
    does not fit.
    """

    _ones: Tensor | None = None

    def _extended(self, input_tensor: Tensor) -> Tensor:
        if self._ones is None:
            self._ones = np.ones((len(input_tensor), 1), input_tensor.dtype)
        return np.hstack([input_tensor, self._ones])


@mistake(hint="self.input_tensor = input_tensor.copy()", level="strict")
class InputNotCopied(FullyConnected):
    """The layer keeps a reference to the caller's input.

    backward reads the array that the caller passed to forward. A caller who reuses that array for the next batch,
    as data loaders do, changes the gradient.
    """

    _input: Tensor

    def forward(self, input_tensor: Tensor) -> Tensor:
        self._input = input_tensor
        return super().forward(input_tensor)

    def backward(self, error_tensor: Tensor) -> Tensor:
        extended_input, weights = self._of_latest_forward(self._cache)
        self._cache = np.hstack([self._input, extended_input[:, -1:]]), weights
        return super().backward(error_tensor)
