"""Hyperbolic tangent: mistakes that show in a sequence of calls."""

from __future__ import annotations

from ..framework import TanH
from ..framework.validation import Tensor
from .registry import Declare

SHARED: dict[tuple[int, ...], Tensor] = {}

mistake = Declare(families=("state",))


@mistake(hint="return error_tensor * (1 - self.activation**2), without **= on what is stored", families=("contract",))
class ActivationOverwritten(TanH):
    """Backward squares the stored activation in place.

    A second backward for the same forward finds the square where it expects the activation, and returns
    1 - activation**4 times the error.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        activation = self._of_latest_forward(self._activation)
        activation **= 2
        input_error: Tensor = error_tensor * (1 - activation)
        return input_error


@mistake(hint="self.activation = np.tanh(input_tensor), never in a module variable", families=("contract",))
class CacheSharedByShape(TanH):
    """All layers share one cache, with a place for each shape.

    Two layers of the same size overwrite each other's activation; with different sizes the mistake does not show.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        output = super().forward(input_tensor)
        SHARED[output.shape] = output.copy()
        return output

    def backward(self, error_tensor: Tensor) -> Tensor:
        self._activation = SHARED[error_tensor.shape]
        return super().backward(error_tensor)


@mistake(hint="self.activation = np.tanh(input_tensor) in every forward, without a flag")
class OldOutputAfterTesting(TanH):
    """The first training batch after testing is not stored.

    The test phase sets a flag that nothing is to be stored, and forward looks at the flag before it resets it. The
    backward of that batch uses the activation of an older one.
    """

    skip = False

    def forward(self, input_tensor: Tensor) -> Tensor:
        kept = self._activation
        output = super().forward(input_tensor)
        if self.skip and kept is not None and kept.shape == output.shape:
            self._activation = kept
        self.skip = self.testing_phase
        return output
