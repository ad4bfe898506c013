"""Dropout: mistakes that show in a sequence of calls."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ..framework import Dropout
from ..framework.validation import Tensor
from .registry import Declare

mistake = Declare(families=("state",), cases=("keep-0.25",))


@mistake(hint="self.mask = ... in forward, never on the class", cases=())
class MaskOnClass(Dropout):
    """All dropout layers share one mask.

    It is stored on the class, so the backward of one layer uses the mask that another one has drawn last.
    """

    shared: ClassVar[Tensor]

    def forward(self, input_tensor: Tensor) -> Tensor:
        output = super().forward(input_tensor)
        MaskOnClass.shared = self._of_latest_forward(self._factors)
        return output

    def backward(self, error_tensor: Tensor) -> Tensor:
        self._factors = self.shared
        return super().backward(error_tensor)


@mistake(hint="self.testing_phase = False in __init__, and no assignment to the class")
class PhaseOnClass(Dropout):
    """The phase belongs to the class.

    Setting the phase of one layer sets that of all: while one network is tested, another one trains without dropout.
    """

    testing: ClassVar[bool] = False

    @property
    def testing_phase(self) -> bool:
        return self.testing

    @testing_phase.setter
    def testing_phase(self, value: bool) -> None:
        PhaseOnClass.testing = value


@mistake(hint="self.mask = np.random.rand(*input_tensor.shape) < self.probability in every training forward")
class OldMaskAfterTesting(Dropout):
    """The first training batch after testing gets an old mask.

    A new mask is drawn only if the forward before was in training; after the test phase the last one is used again.
    """

    drawn: Tensor | None = None
    tested = False

    def forward(self, input_tensor: Tensor) -> Tensor:
        output = super().forward(input_tensor)
        if not self.testing_phase:
            if self.tested and self.drawn is not None and self.drawn.shape == input_tensor.shape:
                self._factors = self.drawn
                output = input_tensor * self.drawn
            self.drawn = self._factors
        self.tested = self.testing_phase
        return output


@mistake(
    hint="return error_tensor * self.mask / self.probability, without /= on the stored mask",
    families=("contract",),
    cases=("keep-0.25", "keep-0.8-image"),
)
class MaskScaledInPlace(Dropout):
    """Backward divides the stored mask by the probability once more.

    It scales in place after it has used the mask, so a second backward for the same forward is too large.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        factors = self._of_latest_forward(self._factors)
        input_error = super().backward(error_tensor)
        np.divide(factors, self.probability, out=factors)
        return input_error
