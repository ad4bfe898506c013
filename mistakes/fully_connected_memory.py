"""Fully connected layer: mistakes that show in a sequence of calls."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ..framework import FullyConnected
from ..framework.validation import Tensor
from .fully_connected import FullyConnectedInSteps
from .registry import Declare

mistake = Declare(families=("contract",))


@mistake(hint="self.gradient_weights = ..., not +=, whatever the batch size")
class GradientsAccumulateBySize(FullyConnectedInSteps):
    """The gradients add up as long as the batch size stays.

    They are set anew only when a batch has another size, so all batches of an epoch but the last add up.
    """

    rows = 0

    def _gradient(self, extended_input: Tensor, error_tensor: Tensor) -> Tensor:
        gradient = super()._gradient(extended_input, error_tensor)
        if self.gradient_weights is not None and len(error_tensor) == self.rows:
            gradient = self.gradient_weights + gradient
        self.rows = len(error_tensor)
        return gradient


@mistake(hint="input @ self.weights with the current self.weights, in every forward", families=("gradient",))
class WeightsOfFirstForward(FullyConnected):
    """Forward keeps the weights of its first call.

    It stores a transposed or stacked copy once. What is assigned to the weights later, also by the optimizer, has no
    effect on the output.
    """

    kept: Tensor | None = None

    def forward(self, input_tensor: Tensor) -> Tensor:
        super().forward(input_tensor)
        assert self._cache is not None  # noqa: S101 - the parent has set it
        if self.kept is None:
            self.kept = self.weights.copy()
        self._cache = self._cache[0], self.kept
        output: Tensor = self._cache[0] @ self.kept
        return output


@mistake(hint="return error_tensor @ self.weights[:-1].T, whatever was computed before", families=("contract",))
class BackwardHalves(FullyConnected):
    """Every further backward for the same forward is half as large.

    The error is divided by the number of backward passes since the latest forward, as if their mean were wanted.
    """

    passes = 0

    def forward(self, input_tensor: Tensor) -> Tensor:
        self.passes = 0
        return super().forward(input_tensor)

    def backward(self, error_tensor: Tensor) -> Tensor:
        self.passes += 1
        return super().backward(error_tensor / self.passes)


@mistake(
    hint="if self.optimizer is not None: self.weights = self.optimizer.calculate_update(...)",
    families=("state",),
    cases=("4-to-3",),
)
class UpdateStopsAfterTesting(FullyConnected):
    """After the first test the layer never learns again.

    A forward in the test phase switches the update off, and nothing switches it on again. Training with a test after
    each epoch stops after the first.
    """

    frozen = False

    def forward(self, input_tensor: Tensor) -> Tensor:
        self.frozen |= self.testing_phase
        return super().forward(input_tensor)

    def backward(self, error_tensor: Tensor) -> Tensor:
        weights = self.weights
        input_error = super().backward(error_tensor)
        if self.frozen:
            self.weights = weights
        return input_error


@mistake(hint="self.input_tensor = input_tensor, never in a class attribute")
class InputSharedBySize(FullyConnected):
    """Layers of the same size share the stored input.

    It is kept on the class, in a table by the shape of the batch. Two equal layers in a network get each other's
    input.
    """

    inputs: ClassVar[dict[tuple[int, ...], Tensor]] = {}

    def forward(self, input_tensor: Tensor) -> Tensor:
        output = super().forward(input_tensor)
        assert self._cache is not None  # noqa: S101 - the parent has set it
        self.inputs[output.shape] = self._cache[0]
        return output

    def backward(self, error_tensor: Tensor) -> Tensor:
        _, weights = self._of_latest_forward(self._cache)
        self._cache = self.inputs[error_tensor.shape], weights
        return super().backward(error_tensor)


@mistake(hint="pass the gradient of this backward to calculate_update, not a mean over passes", families=("optimizer",))
class StepOfTwoBatches(FullyConnectedInSteps):
    """From the second step on, the update uses the mean of two gradients.

    The gradient of the pass before is kept and averaged with the new one, which is a momentum that nobody asked for.
    """

    before: Tensor | None = None

    def backward(self, error_tensor: Tensor) -> Tensor:
        extended_input, weights = self._of_latest_forward(self._cache)
        self.gradient_weights = self._gradient(extended_input, error_tensor)
        step = self.gradient_weights if self.before is None else np.add(self.before, self.gradient_weights) / 2
        self.before = self.gradient_weights
        if self.optimizer is not None:
            self.weights = self.optimizer.calculate_update(self.weights, step)
        return self._input_error(error_tensor, weights)
