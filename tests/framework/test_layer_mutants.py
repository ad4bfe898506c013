"""The laws of the layers catch layers that break them."""

from collections.abc import Callable

import numpy as np
import pytest

from backproof.framework import (
    LSTM,
    RNN,
    BaseLayer,
    BatchNormalization,
    Conv,
    Dropout,
    Flatten,
    FullyConnected,
    Pooling,
    ReLU,
    Sigmoid,
    SoftMax,
    TanH,
)

from .layer_laws import (
    Gradient,
    Subject,
    Tensor,
    law_arguments_are_not_modified,
    law_backward_belongs_to_the_latest_forward,
    law_backward_does_not_accumulate,
    law_callers_may_overwrite_tensors,
    law_float32_stays_float32,
    law_gradient,
    law_integers_are_numbers,
    law_update_comes_last,
    law_wrong_use_is_refused,
)


class ElementwiseSoftMax(SoftMax):
    """Uses the diagonal of the Jacobian only."""

    def backward(self, error_tensor: Tensor) -> Tensor:
        assert self._probabilities is not None
        derivative: Tensor = self._probabilities * (1 - self._probabilities)
        return error_tensor * derivative


class UnscaledDropout(Dropout):
    """Forgets the factor 1 / probability in backward."""

    def backward(self, error_tensor: Tensor) -> Tensor:
        return super().backward(error_tensor) * self.probability


class InPlaceReLU(ReLU):
    """Writes into the error."""

    def backward(self, error_tensor: Tensor) -> Tensor:
        assert self._positive is not None
        error_tensor[~self._positive] = 0
        return error_tensor


class ReferencingReLU(ReLU):
    """Keeps a reference to the input instead of a copy."""

    def forward(self, input_tensor: Tensor) -> Tensor:
        self.input_tensor = input_tensor
        return super().forward(input_tensor)

    def backward(self, error_tensor: Tensor) -> Tensor:
        return np.where(self.input_tensor > 0, error_tensor, 0.0)


class LeakingTanH(TanH):
    """Returns its cached activation."""

    def forward(self, input_tensor: Tensor) -> Tensor:
        super().forward(input_tensor)
        assert self._activation is not None
        return self._activation


class AccumulatingFullyConnected(FullyConnected):
    """Adds up the gradients of all calls."""

    def backward(self, error_tensor: Tensor) -> Tensor:
        before = self.gradient_weights
        input_error = super().backward(error_tensor)
        if before is not None and self.gradient_weights is not None:
            self.gradient_weights = before + self.gradient_weights
        return input_error


class UpdatingFirstFullyConnected(FullyConnected):
    """Computes the error with the updated weights."""

    def backward(self, error_tensor: Tensor) -> Tensor:
        super().backward(error_tensor)
        return error_tensor @ self.weights[:-1].T


class FirstForwardSigmoid(Sigmoid):
    """Never replaces its cache."""

    def forward(self, input_tensor: Tensor) -> Tensor:
        first = self._activation
        output = super().forward(input_tensor)
        self._activation = self._activation if first is None else first[: len(input_tensor)]
        return output


class PhaseOfBackwardDropout(Dropout):
    """Looks at the phase once more in backward."""

    def backward(self, error_tensor: Tensor) -> Tensor:
        return error_tensor.copy() if self.testing_phase else super().backward(error_tensor)


class ConstantStatistics(BatchNormalization):
    """Forgets that the statistics of the batch depend on the input."""

    def backward(self, error_tensor: Tensor) -> Tensor:
        assert self._cache is not None
        self._cache = self._cache._replace(of_batch=False)
        return super().backward(error_tensor)


class DoubleSigmoid(Sigmoid):
    """Turns everything to float64."""

    def forward(self, input_tensor: Tensor) -> Tensor:
        return super().forward(input_tensor.astype(np.float64))


class ViewingFlatten(Flatten):
    """Returns a view of its input, in whatever dtype."""

    def forward(self, input_tensor: Tensor) -> Tensor:
        super().forward(input_tensor)
        return input_tensor.reshape(len(input_tensor), -1)


class BroadcastingReLU(ReLU):
    """Does not look at shapes."""

    def backward(self, error_tensor: Tensor) -> Tensor:
        assert self._positive is not None
        return error_tensor * np.ones_like(error_tensor)


class FlippedConv(Conv):
    """Turns the error by half a turn, as for a true convolution."""

    def backward(self, error_tensor: Tensor) -> Tensor:
        return super().backward(error_tensor)[..., ::-1, ::-1].copy()


class ViewingConv(Conv):
    """Skips the copy of the padded input where there is no padding."""

    def _padded(self, input_tensor: Tensor) -> Tensor:
        return input_tensor if self._kernel == (1, 1) else super()._padded(input_tensor)


class OneOptimizerConv(Conv):
    """Updates the weights only."""

    def _learn(self, gradient_weights: Tensor, gradient_bias: Tensor) -> None:
        bias = self.bias
        super()._learn(gradient_weights, gradient_bias)
        self.bias = bias


class CornerPooling(Pooling):
    """Gives the gradient to the corner of the window, wherever the maximum was."""

    def backward(self, error_tensor: Tensor) -> Tensor:
        assert self._cache is not None
        self._cache = self._cache._replace(winners=np.zeros_like(self._cache.winners))
        return super().backward(error_tensor)


class MemorylessRNN(RNN):
    """Forgets the error that comes from later steps."""

    def _unroll_back(self, hidden_error: Tensor, weights: Tensor, trace: Tensor) -> Tensor:
        return hidden_error * trace


class ReferencingRNN(RNN):
    """Keeps a reference to the weights instead of a copy."""

    def forward(self, input_tensor: Tensor) -> Tensor:
        output = super().forward(input_tensor)
        assert self._cache is not None
        self._cache = self._cache._replace(weights=self.weights)
        return output


class DoubleLSTM(LSTM):
    """Starts from a state in float64."""

    def forward(self, input_tensor: Tensor) -> Tensor:
        return super().forward(input_tensor) + np.zeros(1)


@pytest.mark.parametrize(
    ("mutant", "shape", "law"),
    [
        (ElementwiseSoftMax, (5, 4), law_gradient),
        (lambda: UnscaledDropout(0.6), (5, 4), law_gradient),
        (lambda: ConstantStatistics(3), (6, 3), law_gradient),
        (InPlaceReLU, (5, 4), law_arguments_are_not_modified),
        (ReferencingReLU, (5, 4), law_callers_may_overwrite_tensors),
        (LeakingTanH, (5, 4), law_callers_may_overwrite_tensors),
        (ViewingFlatten, (5, 3, 2), law_callers_may_overwrite_tensors),
        (lambda: AccumulatingFullyConnected(4, 3), (5, 4), law_backward_does_not_accumulate),
        (FirstForwardSigmoid, (5, 4), law_backward_belongs_to_the_latest_forward),
        (lambda: PhaseOfBackwardDropout(0.6), (5, 4), law_backward_belongs_to_the_latest_forward),
        (ViewingFlatten, (5, 3, 2), law_integers_are_numbers),
        (DoubleSigmoid, (5, 4), law_float32_stays_float32),
        (lambda: UpdatingFirstFullyConnected(4, 3), (5, 4), law_update_comes_last),
        (lambda: FlippedConv(1, (2, 3, 3), 4), (3, 2, 5, 6), law_gradient),
        (lambda: ViewingConv(1, (2, 1, 1), 4), (3, 2, 5, 6), law_callers_may_overwrite_tensors),
        (lambda: OneOptimizerConv(1, (2, 3, 3), 4), (3, 2, 5, 6), law_update_comes_last),
        (lambda: CornerPooling(2, 2), (2, 2, 4, 6), law_gradient),
        (lambda: MemorylessRNN(3, 4, 2), (6, 3), law_gradient),
        (lambda: ReferencingRNN(3, 4, 2), (6, 3), law_callers_may_overwrite_tensors),
        (lambda: DoubleLSTM(3, 4, 2), (6, 3), law_float32_stays_float32),
        (BroadcastingReLU, (5, 4), law_wrong_use_is_refused),
    ],
)
def test_mutants_are_caught(
    mutant: Callable[[], BaseLayer],
    shape: tuple[int, ...],
    law: Callable[[Subject, Gradient], None],
    numerical_gradient: Gradient,
) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        law(Subject(mutant, shape), numerical_gradient)
