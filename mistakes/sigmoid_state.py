"""Logistic sigmoid: mistakes that show in a sequence of calls."""

from __future__ import annotations

from ..framework import Sigmoid
from ..framework.validation import Tensor
from .registry import Declare

mistake = Declare(families=("state",))


@mistake(
    hint="return error_tensor * (self.activation * (1 - self.activation)), without *= on what is stored", level="strict"
)
class ActivationOverwritten(Sigmoid):
    """Backward overwrites the stored activation.

    It computes in place, so the activation becomes the derivative. A second backward for the same forward, as in a
    gradient check, starts from that and is wrong.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        activation = self._of_latest_forward(self._activation)
        activation *= 1 - activation
        return error_tensor * activation


@mistake(hint="self.activation = 1 / (1 + np.exp(-input_tensor)) in both phases", level="strict")
class NothingStoredInTestPhase(Sigmoid):
    """A forward in the test phase leaves the stored activation alone.

    backward after it answers for the last training batch. It belongs to the latest forward, for example where the
    gradient with respect to a test image is asked for.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        kept = self._activation
        output = super().forward(input_tensor)
        if self.testing_phase and kept is not None:
            self._activation = kept
        return output


@mistake(
    hint="self.activation = 1 / (1 + np.exp(-input_tensor)) in every forward, without a table", families=("contract",)
)
class TableByFirstEntry(Sigmoid):
    """Activations are kept in a table by the shape of the batch.

    An entry is made for the first batch of each shape and never replaced, so backward answers for that batch whenever
    the shape comes back.
    """

    def __init__(self) -> None:
        self.table: dict[tuple[int, ...], Tensor] = {}

    def forward(self, input_tensor: Tensor) -> Tensor:
        output = super().forward(input_tensor)
        self._activation = self.table.setdefault(input_tensor.shape, output.copy())
        return output
