"""Softmax: mistakes that show in a sequence of calls."""

from __future__ import annotations

from ..framework import SoftMax
from ..framework.validation import Tensor
from .registry import Declare

mistake = Declare(families=("state",))


@mistake(hint="return self.y * (error_tensor - ...), without *= on the stored y", level="strict")
class ProbabilitiesOverwritten(SoftMax):
    """Backward overwrites the stored probabilities.

    The product with the error is computed in place. A second backward for the same forward takes that product for the
    probabilities.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        probabilities = self._of_latest_forward(self._probabilities)
        input_error = super().backward(error_tensor)
        probabilities *= error_tensor
        return input_error


@mistake(hint="self.y = y in forward, and self.y in backward, instead of a list and a counter")
class OutputsCounted(SoftMax):
    """Backward takes the output with its own number.

    forward appends to a list, and the k-th backward uses the k-th output. After a forward without a backward, as in
    testing, the numbers no longer agree.
    """

    def __init__(self) -> None:
        self.outputs: list[Tensor] = []
        self.calls = 0

    def forward(self, input_tensor: Tensor) -> Tensor:
        output = super().forward(input_tensor)
        self.outputs.append(output.copy())
        return output

    def backward(self, error_tensor: Tensor) -> Tensor:
        self._probabilities = self.outputs[self.calls]
        self.calls += 1
        return super().backward(error_tensor)
