"""Rectified linear unit: mistakes that show in a sequence of calls."""

from __future__ import annotations

from typing import ClassVar

from ..framework import ReLU
from ..framework.validation import Tensor
from .registry import Declare

mistake = Declare(families=("state",))


@mistake(hint="self.mask = input_tensor > 0 in every forward, instead of a list")
class MasksQueued(ReLU):
    """Masks are kept in a queue.

    forward appends a mask to a list and backward takes the first one out. A forward without a backward, as in testing,
    leaves its mask behind, and every later backward gets one that is too old.
    """

    def __init__(self) -> None:
        self.masks: list[Tensor] = []

    def forward(self, input_tensor: Tensor) -> Tensor:
        output = super().forward(input_tensor)
        self.masks.append(self._of_latest_forward(self._positive))
        return output

    def backward(self, error_tensor: Tensor) -> Tensor:
        self._positive = self.masks.pop(0)
        return super().backward(error_tensor)


@mistake(hint="self.testing_phase = False in __init__, and no assignment to the class")
class PhaseOnClass(ReLU):
    """The phase belongs to the class, and the test phase stores no mask.

    Setting one layer's phase sets that of all. A layer in training that runs while another one is tested stores
    nothing, and its backward uses the mask of an earlier batch.
    """

    testing: ClassVar[bool] = False

    @property
    def testing_phase(self) -> bool:
        return self.testing

    @testing_phase.setter
    def testing_phase(self, value: bool) -> None:
        PhaseOnClass.testing = value

    def forward(self, input_tensor: Tensor) -> Tensor:
        kept = self._positive
        output = super().forward(input_tensor)
        if self.testing and kept is not None:
            self._positive = kept
        return output
