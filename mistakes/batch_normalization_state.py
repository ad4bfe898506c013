"""Batch normalization: mistakes that show in a sequence of calls."""

from __future__ import annotations

from ..framework import BatchNormalization
from ..framework.validation import Tensor
from .registry import Declare

mistake = Declare(families=("state",), cases=("vector",))


@mistake(hint="update the running statistics whenever not self.testing_phase")
class RunningStopsAfterTesting(BatchNormalization):
    """After the first test the running statistics are never updated again.

    The test phase marks them as final. A network that is tested after each epoch keeps the statistics of the first
    one.
    """

    final = False

    def forward(self, input_tensor: Tensor) -> Tensor:
        kept = self.running_mean, self.running_var
        output = super().forward(input_tensor)
        if self.final:
            self.running_mean, self.running_var = kept
        self.final |= self.testing_phase
        return output


@mistake(hint="self.weights * normalized + self.bias with the current weights and bias, in both phases")
class TestWeightsKept(BatchNormalization):
    """The test phase keeps the weights of its first use.

    It computes a factor and an offset once and stores them. Whatever is learned after the first test does not reach
    the prediction.
    """

    folded: tuple[Tensor, Tensor] | None = None

    def forward(self, input_tensor: Tensor) -> Tensor:
        if not self.testing_phase:
            return super().forward(input_tensor)
        current = self.weights, self.bias
        self.folded = self.folded or current
        self.weights, self.bias = self.folded
        output = super().forward(input_tensor)
        self.weights, self.bias = current
        return output


@mistake(
    hint="work on copies in backward, without *= on what forward has stored",
    families=("contract",),
    cases=("vector", "image", "one-channel", "square"),
)
class NormalizedOverwritten(BatchNormalization):
    """Backward overwrites the stored normalised input.

    The product with the error is computed in place for the gradient of gamma. A second backward for the same forward
    starts from that product.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        normalized = self._of_latest_forward(self._cache).normalized
        input_error = super().backward(error_tensor)
        normalized *= error_tensor.reshape(normalized.shape)
        return input_error
