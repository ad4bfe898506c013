"""Fully connected layer: wrong updates, wrong initialisation, wrong memory."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ..framework import FullyConnected, Initializer
from ..framework.validation import Tensor
from .fully_connected import InSteps
from .registry import mistake


@mistake(
    "fully_connected.input-error-after-update",
    hint="compute error_tensor @ weights[:-1].T first, and call calculate_update last",
    families=("gradient",),
)
class InputErrorAfterUpdate(InSteps):
    """The input error is computed with updated weights.

    backward updates the weights and uses the new ones for the input error. The output came from the old weights, so
    its derivative does as well. Without an optimizer nothing is wrong, so a gradient check does not see it.
    """

    def _input_error(self, error_tensor: Tensor, weights: Tensor) -> Tensor:  # noqa: ARG002 - that is the mistake
        return super()._input_error(error_tensor, self.weights)


@mistake(
    "fully_connected.update-twice",
    hint="call optimizer.calculate_update once, in backward",
    families=("optimizer",),
)
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
    "fully_connected.update-dropped",
    hint="self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)",
    families=("optimizer",),
)
class UpdateDropped(FullyConnected):
    """The updated weights are thrown away.

    calculate_update returns the new weights and leaves the old ones alone. Nothing is assigned to self.weights, so
    the layer never learns.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        weights = self.weights
        input_error = super().backward(error_tensor)
        self.weights = weights
        return input_error


@mistake(
    "fully_connected.update-without-bias",
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
    "fully_connected.update-one-step-late",
    hint="compute the gradient first, then pass it to calculate_update in the same backward",
    families=("optimizer",),
)
class UpdateOneStepLate(InSteps):
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


@mistake(
    "fully_connected.gradients-accumulate",
    hint="self.gradient_weights = ..., not +=",
    families=("contract",),
)
class GradientsAccumulate(InSteps):
    """The gradients add up over all backward passes.

    backward adds to the gradient of the pass before instead of replacing it, so every step repeats all earlier ones.
    """

    def _gradient(self, extended_input: Tensor, error_tensor: Tensor) -> Tensor:
        gradient = super()._gradient(extended_input, error_tensor)
        return gradient if self.gradient_weights is None else self.gradient_weights + gradient


@mistake(
    "fully_connected.fans-swapped",
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


@mistake(
    "fully_connected.bias-counts-as-input",
    hint="pass fan_in = input_size, also where the bias is stacked with the weights",
    families=("initializer",),
)
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
    "fully_connected.bias-initializer-ignored",
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


@mistake(
    "fully_connected.initialize-does-nothing",
    hint="self.weights = np.vstack([weights, bias]) at the end of initialize",
    families=("initializer",),
)
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


@mistake(
    "fully_connected.state-on-class",
    hint="store what backward needs on self: self.input_tensor = input_tensor",
    families=("contract",),
)
class StateOnClass(FullyConnected):
    """All layers share one stored input.

    The input is stored on the class, so the latest forward of any fully connected layer overwrites it. A network with
    two of them computes the first one's gradient from the second one's input.
    """

    latest: ClassVar[tuple[Tensor, Tensor]]

    def forward(self, input_tensor: Tensor) -> Tensor:
        output = super().forward(input_tensor)
        assert self._cache is not None  # noqa: S101 - the parent has set it
        type(self).latest = self._cache
        return output

    def backward(self, error_tensor: Tensor) -> Tensor:
        self._cache = self.latest
        return super().backward(error_tensor)


@mistake(
    "fully_connected.first-input-kept",
    hint="self.input_tensor = input_tensor in every forward, without `if`",
    families=("contract",),
)
class FirstInputKept(FullyConnected):
    """Backward uses the input of the very first forward.

    The input is stored only if none is stored yet, so every later batch gets the gradient of the first one.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        first = self._cache
        output = super().forward(input_tensor)
        self._cache = first or self._cache
        return output


@mistake(
    "fully_connected.first-batch-size-kept",
    hint="batch_size = input_tensor.shape[0] in every forward",
    families=("contract",),
)
class FirstBatchSizeKept(InSteps):
    """The batch size of the first forward is used for ever.

    The column of ones for the bias is made once. The last batch of an epoch, or a test set, has another size and
    does not fit.
    """

    _ones: Tensor | None = None

    def _extended(self, input_tensor: Tensor) -> Tensor:
        if self._ones is None:
            self._ones = np.ones((len(input_tensor), 1), input_tensor.dtype)
        return np.hstack([input_tensor, self._ones])


@mistake(
    "fully_connected.output-squeezed",
    hint="return the product as it is, of shape (batch, output_size), without squeeze",
    families=("contract",),
    cases=("batch-1", "1-to-1"),
)
class OutputSqueezed(FullyConnected):
    """Forward drops axes of length 1.

    squeeze turns the output of a single sample, or of a single unit, into a vector. The next layer takes samples for
    features, or fails.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        return super().forward(input_tensor).squeeze()


@mistake(
    "fully_connected.input-not-copied",
    hint="self.input_tensor = input_tensor.copy()",
    families=("contract",),
    level="strict",
)
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
