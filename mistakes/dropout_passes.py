"""Dropout: mistakes in the backward pass and in the phases."""

from __future__ import annotations

import numpy as np

from ..framework.validation import Tensor
from .dropout import DROPPING, DropoutInSteps
from .registry import Declare

mistake = Declare(families=("gradient",), cases=DROPPING)


@mistake(hint="store mask / probability in forward; backward: error_tensor * self.mask")
class BackwardUnscaled(DropoutInSteps):
    """Backward forgets the scaling.

    forward divides kept units by the probability to keep them, backward multiplies by the mask of zeros and ones
    alone. Every dropout layer makes the gradients before it too small by that probability.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        result: Tensor = error_tensor * (self._of_latest_forward(self._factors) != 0)
        return result


@mistake(hint="if self.mask is divided by the probability already: error_tensor * self.mask")
class BackwardScaledTwice(DropoutInSteps):
    """Backward scales twice.

    The stored mask contains the division by the probability, and backward divides once more.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        input_error = super().backward(error_tensor)
        return input_error if self.testing_phase else input_error / self.probability


@mistake(hint="store the mask in forward, self.mask = ..., and use self.mask in backward")
class BackwardNewMask(DropoutInSteps):
    """Backward draws a mask of its own.

    Errors pass through units that forward has dropped, and are lost at units that it has kept.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        return error_tensor * (np.ones_like(error_tensor) if self.testing_phase else self._drawn(error_tensor))


@mistake(
    hint="store the mask itself in forward, self.mask = ...; backward: error_tensor * self.mask",
    cases=(*DROPPING, "keep-all"),
)
class MaskOfOutput(DropoutInSteps):
    """Backward takes the zeros of the output for the mask.

    A kept unit whose input is exactly 0, as is common after ReLU, has the output 0 as well. It is taken for dropped
    and gets no error.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        output = super().forward(input_tensor)
        if not self.testing_phase:
            self._factors = (output != 0) / self.probability
        return output


@mistake(hint="if self.testing_phase: return input_tensor", families=("phase",), cases=())
class ActiveInTestPhase(DropoutInSteps):
    """Units are dropped in the test phase as well.

    forward never looks at testing_phase, so predictions are random.
    """

    def _training(self) -> bool:
        return True


@mistake(
    hint="if self.testing_phase: return input_tensor, as training has divided by the probability already",
    families=("phase",),
    cases=(*DROPPING, "test-phase"),
)
class ScaledInTestPhase(DropoutInSteps):
    """The test phase scales although training does as well.

    The output is multiplied by the probability in the test phase. That belongs to the original method, in which
    training does not scale; here the factor is applied twice.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        output = super().forward(input_tensor)
        return output * self.probability if self.testing_phase else output


@mistake(
    hint="train: input_tensor * mask / probability; test: input_tensor",
    families=("phase",),
    cases=(*DROPPING, "test-phase"),
)
class NotInverted(DropoutInSteps):
    """The scaling happens in the test phase, not in training.

    This is dropout as first published: training multiplies by the mask alone, the test phase by the probability.
    Inverted dropout, which is asked for, divides in training and leaves the test phase alone.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        output = super().forward(input_tensor)
        return output * self.probability if self.testing_phase else output

    def _drawn(self, input_tensor: Tensor) -> Tensor:
        return self._mask(input_tensor.shape)


@mistake(hint="ask for self.testing_phase in every forward and change nothing else", families=("phase",))
class StuckInTestPhase(DropoutInSteps):
    """After one test the layer never drops again.

    The test phase sets something that training does not set back, for example the probability to 1.
    """

    def _training(self) -> bool:
        if self.testing_phase:
            self.probability = 1.0
        return super()._training()


@mistake(
    hint="if the latest forward was in the test phase: return error_tensor, unchanged",
    families=("contract",),
    cases=("test-phase", "keep-0.25"),
    level="strict",
)
class OldMaskInTestPhase(DropoutInSteps):
    """Backward in the test phase applies the mask of the latest training batch.

    forward returns early in the test phase and leaves the old mask where backward finds it. Where there is none yet,
    backward fails.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        return input_tensor.copy() if self.testing_phase else super().forward(input_tensor)
