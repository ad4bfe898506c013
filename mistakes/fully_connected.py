"""Fully connected layer: wrong outputs and wrong gradients."""

from __future__ import annotations

import numpy as np

from ..framework import FullyConnected
from ..framework.validation import Tensor
from .registry import Declare

mistake = Declare(families=("gradient",))


class FullyConnectedInSteps(FullyConnected):
    """The same layer with its passes cut into steps, so that a mistake can replace one of them."""

    def forward(self, input_tensor: Tensor) -> Tensor:
        extended_input = self._extended(input_tensor)
        self._cache = extended_input, self.weights.copy()
        output: Tensor = extended_input @ self.weights
        return output

    def backward(self, error_tensor: Tensor) -> Tensor:
        extended_input, weights = self._of_latest_forward(self._cache)
        self.gradient_weights = self._gradient(extended_input, error_tensor)
        if self.optimizer is not None:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
        return self._input_error(error_tensor, weights)

    def _extended(self, input_tensor: Tensor) -> Tensor:
        return np.hstack([input_tensor, np.ones((len(input_tensor), 1), input_tensor.dtype)])

    def _gradient(self, extended_input: Tensor, error_tensor: Tensor) -> Tensor:
        gradient: Tensor = extended_input.T @ error_tensor
        return gradient

    def _input_error(self, error_tensor: Tensor, weights: Tensor) -> Tensor:
        input_error: Tensor = error_tensor @ weights[:-1].T
        return input_error


@mistake(hint="append ones to the input: np.hstack([input_tensor, np.ones((batch, 1))]) @ weights", families=("value",))
class BiasLeftOut(FullyConnectedInSteps):
    """Forward leaves out the bias.

    The column appended to the input holds zeros, so the bias row of the weights is multiplied away. Without a bias
    every unit's output at input 0 is 0, whatever is learned.
    """

    def _extended(self, input_tensor: Tensor) -> Tensor:
        return np.hstack([input_tensor, np.zeros((len(input_tensor), 1), input_tensor.dtype)])


@mistake(hint="np.ones((batch, 1), dtype=input_tensor.dtype)", families=("contract",), level="strict")
class OnesOfFloat64(FullyConnectedInSteps):
    """The column of ones makes everything float64.

    np.ones makes float64 unless it is told otherwise, and NumPy promotes what is stacked with it. So inputs and weights
    of float32 give outputs and gradients of float64: twice the memory, and none of the speed.
    """

    def _extended(self, input_tensor: Tensor) -> Tensor:
        return np.hstack([input_tensor, np.ones((len(input_tensor), 1))])


@mistake(
    hint="gradient_weights = input_tensor.T @ error_tensor",
    families=("gradient", "contract"),
    cases=("4-to-3", "batch-1", "square"),
)
class WeightsGradientTransposed(FullyConnectedInSteps):
    """The gradient of the weights is transposed.

    backward computes error.T @ input. Entry (i, j) must be the product of input i and error j; this is the one of
    input j and error i. Where input and output have the same size, nothing but the values tells.
    """

    def _gradient(self, extended_input: Tensor, error_tensor: Tensor) -> Tensor:
        return np.vstack([error_tensor.T @ extended_input[:, :-1], error_tensor.sum(axis=0)])


@mistake(
    hint="gradient_weights = extended_input.T @ error_tensor has the right shape without reshape",
    cases=("4-to-3", "batch-1", "square"),
)
class WeightsGradientReshaped(FullyConnectedInSteps):
    """The gradient of the weights is reshaped where it should be transposed.

    reshape makes the shape of error.T @ input fit, but leaves the entries in their old order, so nearly all of them
    end up at another weight's place.
    """

    def _gradient(self, extended_input: Tensor, error_tensor: Tensor) -> Tensor:
        gradient: Tensor = error_tensor.T @ extended_input
        return gradient.reshape(self.weights.shape)


@mistake(hint="gradient_bias = error_tensor.sum(axis=0)", cases=("4-to-3", "square", "1-to-1"))
class BiasGradientAveraged(FullyConnectedInSteps):
    """The gradient of the bias is a mean, that of the weights a sum.

    backward takes error.mean(axis=0) for the bias. The bias is added to every sample's output, so the samples'
    gradients add up; the mean is too small by the batch size, and inconsistent with the weights.
    """

    def _gradient(self, extended_input: Tensor, error_tensor: Tensor) -> Tensor:
        gradient = super()._gradient(extended_input, error_tensor)
        gradient[-1] = error_tensor.mean(axis=0)
        return gradient


@mistake(hint="gradient_bias = error_tensor.sum(axis=0); with stacked weights use the input with its column of ones")
class BiasGradientMissing(FullyConnectedInSteps):
    """The gradient of the bias stays 0.

    backward computes the gradient of the weights only, so the bias never learns.
    """

    def _gradient(self, extended_input: Tensor, error_tensor: Tensor) -> Tensor:
        gradient = super()._gradient(extended_input, error_tensor)
        gradient[-1] = 0.0
        return gradient


@mistake(hint="gradient_bias = error_tensor.sum(axis=0), not error_tensor[0]", cases=("4-to-3", "square", "1-to-1"))
class BiasGradientFirstSample(FullyConnectedInSteps):
    """The gradient of the bias is that of the first sample.

    backward takes the first row of the error instead of the sum over all rows: the other samples do not count.
    """

    def _gradient(self, extended_input: Tensor, error_tensor: Tensor) -> Tensor:
        gradient = super()._gradient(extended_input, error_tensor)
        gradient[-1] = error_tensor[0]
        return gradient


@mistake(
    hint="gradient_weights = input_tensor.T @ error_tensor, without / batch_size; a mean belongs into the loss",
    cases=("4-to-3", "square", "1-to-1"),
)
class GradientAveraged(FullyConnectedInSteps):
    """The gradients are divided by the batch size.

    Whether a batch counts by its sum or its mean is decided by the loss, whose gradient arrives here. Dividing again
    makes the steps of this layer too small by the batch size.
    """

    def _gradient(self, extended_input: Tensor, error_tensor: Tensor) -> Tensor:
        return super()._gradient(extended_input, error_tensor) / len(error_tensor)


@mistake(hint="use a matrix product, or loop over range(output_size)")
class LastUnitSkipped(FullyConnectedInSteps):
    """The last unit's gradient stays 0.

    A loop over the units ends one too early, for example at range(output_size - 1): the last unit's weights never
    learn.
    """

    def _gradient(self, extended_input: Tensor, error_tensor: Tensor) -> Tensor:
        gradient = super()._gradient(extended_input, error_tensor)
        gradient[:, -1] = 0.0
        return gradient


@mistake(hint="compare the reported entry with input_tensor[:, 0] @ error_tensor[:, 0]")
class OneEntryOff(FullyConnectedInSteps):
    """One entry of the gradient is off by a millionth.

    The first weight's gradient is too large by a factor of 1 + 1e-6. Nobody would write that; it measures how small
    an error the checks still see.
    """

    def _gradient(self, extended_input: Tensor, error_tensor: Tensor) -> Tensor:
        gradient = super()._gradient(extended_input, error_tensor)
        gradient[0, 0] *= 1 + 1e-6
        return gradient


@mistake(hint="return error_tensor @ weights[:-1].T, without the bias row", families=("contract",))
class BiasRowInInputError(FullyConnectedInSteps):
    """The input error has a column for the bias.

    backward multiplies by the whole weights, bias row included, and returns one column too many: the column of ones
    was appended inside of forward and is no input of the layer.
    """

    def _input_error(self, error_tensor: Tensor, weights: Tensor) -> Tensor:
        input_error: Tensor = error_tensor @ weights.T
        return input_error


@mistake(hint="return error_tensor @ weights[:-1].T if the bias is the last row (weights[1:] if it is the first)")
class WrongRowRemoved(FullyConnectedInSteps):
    """The input error leaves out a row of weights, not the bias.

    The bias is the last row, but backward removes the first one. The shape is right; every column belongs to the
    neighbouring input, and the last one to the bias.
    """

    def _input_error(self, error_tensor: Tensor, weights: Tensor) -> Tensor:
        input_error: Tensor = error_tensor @ weights[1:].T
        return input_error


@mistake(hint="return error_tensor @ weights[:-1].T, without / batch_size", cases=("4-to-3", "square", "1-to-1"))
class InputErrorAveraged(FullyConnectedInSteps):
    """The input error is divided by the batch size.

    Row b of the input error belongs to sample b alone, so there is nothing to average. Every such layer makes the
    gradients of all layers before it smaller by another factor.
    """

    def _input_error(self, error_tensor: Tensor, weights: Tensor) -> Tensor:
        return super()._input_error(error_tensor, weights) / len(error_tensor)


@mistake(hint="return error_tensor @ weights[:-1].T", cases=("4-to-3", "batch-1", "square"))
class InputErrorUntransposed(FullyConnectedInSteps):
    """The input error uses the weights without transposing them.

    Forward maps inputs to units by W, so backward must map units to inputs by its transpose. Without it only a square
    layer runs at all, and there every error goes to a wrong input.
    """

    def _input_error(self, error_tensor: Tensor, weights: Tensor) -> Tensor:
        input_error: Tensor = error_tensor @ weights[:-1]
        return input_error
