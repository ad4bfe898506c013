"""Mistakes that recur on layers with parameters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..framework import LSTM, RNN, BatchNormalization, Conv, FullyConnected
from ..framework.layers import SeveralParameters, WeightsAndBias
from ..framework.validation import Tensor
from . import lstm, rnn
from .in_front import Layer
from .registry import Declare, On

recurring = Declare(families=("optimizer",))


@recurring.on(
    On(BatchNormalization, hint="self.gradient_weights = ..., not +="),
    On(Conv, hint="set gradient_weights to zeros at the start of backward, then add up"),
    On(LSTM),
    On(RNN),
    hint="gradient_weights = np.zeros_like(weights) at the beginning of every backward",
    families=("contract",),
)
class GradientsAccumulate(SeveralParameters):
    """The gradients add up over all backward passes.

    backward adds to the gradients of the pass before instead of replacing them, so every step repeats all earlier
    ones.
    """

    def _store_and_update(self, *gradients: Tensor) -> None:
        earlier = [getattr(self, f"gradient_{name}") for name in self._parameters]
        pairs = zip(earlier, gradients, strict=True)
        super()._store_and_update(*(new if old is None else old + new for old, new in pairs))


@recurring.on(On(BatchNormalization), On(Conv), hint="give the bias an optimizer of its own: copy.deepcopy(optimizer)")
class OptimizerShared(SeveralParameters):
    """Weights and bias share one optimizer.

    Both are updated by the same object, so their momenta mix, or cannot even be added. With plain gradient descent
    nothing is wrong, as it has no state.
    """

    def _store_and_update(self, *gradients: Tensor) -> None:
        if self._optimizers is not None:
            self._optimizers = (self._optimizers[0],) * len(gradients)
        super()._store_and_update(*gradients)


@recurring.on(
    On(BatchNormalization, hint="self.bias = self.bias_optimizer.calculate_update(self.bias, self.gradient_bias)"),
    On(Conv, hint="self.bias = bias_optimizer.calculate_update(self.bias, self.gradient_bias)"),
)
class BiasNotUpdated(WeightsAndBias):
    """The optimizer updates the weights only.

    The bias' gradient is computed, but the bias never gets a step.
    """

    def _store_and_update(self, *gradients: Tensor) -> None:
        bias = self.bias
        super()._store_and_update(*gradients)
        self.bias = bias


@recurring.on(
    On(FullyConnected, hint="self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)"),
    On(
        RNN,
        name="hidden-not-updated",
        hint="self.weights = optimizer.calculate_update(self.weights, self.gradient_weights)",
        title="the hidden weights are never updated",
        explanation=(
            "The new weights are stored in the layer, but not in the fully connected layer that computes the "
            "hidden state."
        ),
    ),
)
class UpdateDropped(Layer):
    """The updated weights are thrown away.

    calculate_update returns the new weights and leaves the old ones alone. Nothing is assigned to self.weights, so
    the layer never learns.
    """

    weights: Tensor

    def backward(self, error_tensor: Tensor) -> Tensor:
        weights = self.weights
        input_error = super().backward(error_tensor)
        self.weights = weights
        return input_error


@recurring.on(
    On(LSTM, hint="update both: the weights of the gates, and output_weights = calculate_update(output_weights, ...)"),
    On(
        RNN,
        hint="update both: the weights of the hidden state and output_weights = calculate_update(output_weights, ...)",
    ),
)
class OutputNotUpdated(Layer):
    """The output layer is never updated.

    Only the weights of the cell get the optimizer's step; the output layer keeps what it was initialised with.
    """

    output_weights: Tensor

    def backward(self, error_tensor: Tensor) -> Tensor:
        output_weights = self.output_weights
        input_error = super().backward(error_tensor)
        self.output_weights = output_weights
        return input_error


@recurring.on(
    On(LSTM), On(RNN), hint="return self.optimizer.regularizer.norm(self.weights)", families=("regularization",)
)
class PenaltyMissing(Layer):
    """The layer reports no penalty.

    calculate_regularization_loss returns 0 although the optimizer has a regularizer, so the loss leaves it out.
    """

    def calculate_regularization_loss(self) -> float:
        return 0.0


@recurring.on(
    On(LSTM),
    On(RNN),
    hint="for t in reversed(range(len(x))): every step has an error of its own",
    families=("gradient",),
)
class LastStepOnly(Layer):
    """Only the error of the last step is used.

    backward looks at the last row of the incoming gradient. Every output has an error, and all of them count.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        last = np.zeros_like(error_tensor)
        last[-1] = error_tensor[-1]
        return super().backward(last)


@recurring.on(
    On(lstm.LSTMInSteps, hint="gradient_weights += ... in the loop over time"),
    On(rnn.RNNInSteps, hint="gradient_weights += ... in the loop over time: all steps use the same weights"),
    families=("gradient",),
    cases=("sequence",),
)
class WeightsGradientsOverwritten:
    """The weights' gradient is that of one step.

    Each step of backward overwrites it. All steps share the weights: the gradient is the sum over time.
    """

    def _add(self, total: Tensor, share: Tensor) -> Tensor:
        del total
        return share


@recurring.on(
    On(lstm.LSTMInSteps),
    On(rnn.RNNInSteps),
    hint="walk back through all of time first, and call calculate_update last",
    families=("gradient",),
)
class InputErrorAfterUpdate(Layer):
    """The input error is computed with updated weights.

    backward updates the weights and uses the new ones for what it returns. The output came from the old weights, so
    its derivative does as well.
    """

    weights: Tensor
    output_weights: Tensor
    _walk_back: Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor, Tensor]]

    def backward(self, error_tensor: Tensor) -> Tensor:
        super().backward(error_tensor)
        return self._walk_back(error_tensor, self.weights, self.output_weights)[0]
