"""Dropout: mistakes in the backward pass and in the phases."""

from __future__ import annotations

import numpy as np

from ..framework import Dropout
from ..framework.validation import Tensor
from .dropout import DROPPING, InSteps
from .registry import mistake


@mistake(
    "dropout.backward-unscaled",
    hint="store mask / probability in forward; backward: error_tensor * self.mask",
    families=("gradient",),
    cases=DROPPING,
)
class BackwardUnscaled(InSteps):
    """Backward forgets the scaling.

    forward divides kept units by the probability to keep them, backward multiplies by the mask of zeros and ones
    alone. Every dropout layer makes the gradients before it too small by that probability.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        result: Tensor = error_tensor * (self._of_latest_forward(self._factors) != 0)
        return result


@mistake(
    "dropout.backward-scaled-twice",
    hint="if self.mask is divided by the probability already: error_tensor * self.mask",
    families=("gradient",),
    cases=DROPPING,
)
class BackwardScaledTwice(InSteps):
    """Backward scales twice.

    The stored mask contains the division by the probability, and backward divides once more.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        input_error = super().backward(error_tensor)
        return input_error if self.testing_phase else input_error / self.probability


@mistake(
    "dropout.backward-new-mask",
    hint="store the mask in forward, self.mask = ..., and use self.mask in backward",
    families=("gradient",),
    cases=DROPPING,
)
class BackwardNewMask(InSteps):
    """Backward draws a mask of its own.

    Errors pass through units that forward has dropped, and are lost at units that it has kept.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        return error_tensor * (np.ones_like(error_tensor) if self.testing_phase else self._drawn(error_tensor))


@mistake(
    "dropout.backward-passes-all",
    hint="error_tensor * self.mask, with the scaled mask of forward",
    families=("gradient",),
    cases=DROPPING,
)
class BackwardPassesAll(InSteps):
    """Backward returns the error as it came.

    The mask is missing in backward: dropped units, which did not contribute to the output, get errors.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        return error_tensor.copy()


@mistake(
    "dropout.mask-of-output",
    hint="store the mask itself in forward, self.mask = ...; backward: error_tensor * self.mask",
    families=("gradient",),
    cases=(*DROPPING, "keep-all"),
)
class MaskOfOutput(InSteps):
    """Backward takes the zeros of the output for the mask.

    A kept unit whose input is exactly 0, as is common after ReLU, has the output 0 as well. It is taken for dropped
    and gets no error.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        output = super().forward(input_tensor)
        if not self.testing_phase:
            self._factors = (output != 0) / self.probability
        return output


@mistake(
    "dropout.writes-into-input",
    hint="return input_tensor * mask, which makes a new array, not input_tensor *= mask",
    families=("contract",),
    cases=DROPPING,
)
class WritesIntoInput(InSteps):
    """Forward overwrites its input.

    input_tensor *= mask changes the array of the caller. A layer before that has kept it for its own backward
    computes wrong gradients.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        input_tensor[...] = super().forward(input_tensor)
        return input_tensor.copy()


@mistake(
    "dropout.active-in-test-phase",
    hint="if self.testing_phase: return input_tensor",
    families=("phase",),
)
class ActiveInTestPhase(InSteps):
    """Units are dropped in the test phase as well.

    forward never looks at testing_phase, so predictions are random.
    """

    def _training(self) -> bool:
        return True


@mistake(
    "dropout.scaled-in-test-phase",
    hint="if self.testing_phase: return input_tensor, as training has divided by the probability already",
    families=("phase",),
    cases=(*DROPPING, "test-phase"),
)
class ScaledInTestPhase(InSteps):
    """The test phase scales although training does as well.

    The output is multiplied by the probability in the test phase. That belongs to the original method, in which
    training does not scale; here the factor is applied twice.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        output = super().forward(input_tensor)
        return output * self.probability if self.testing_phase else output


@mistake(
    "dropout.not-inverted",
    hint="train: input_tensor * mask / probability; test: input_tensor",
    families=("phase",),
    cases=(*DROPPING, "test-phase"),
)
class NotInverted(InSteps):
    """The scaling happens in the test phase, not in training.

    This is dropout as first published: training multiplies by the mask alone, the test phase by the probability.
    Inverted dropout, which is asked for, divides in training and leaves the test phase alone.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        output = super().forward(input_tensor)
        return output * self.probability if self.testing_phase else output

    def _drawn(self, input_tensor: Tensor) -> Tensor:
        return self._mask(input_tensor.shape)


@mistake(
    "dropout.stuck-in-test-phase",
    hint="ask for self.testing_phase in every forward and change nothing else",
    families=("phase",),
    cases=DROPPING,
)
class StuckInTestPhase(InSteps):
    """After one test the layer never drops again.

    The test phase sets something that training does not set back, for example the probability to 1.
    """

    def _training(self) -> bool:
        if self.testing_phase:
            self.probability = 1.0
        return super()._training()


@mistake(
    "dropout.starts-in-test-phase",
    hint="self.testing_phase = False in the base class's __init__, and super().__init__() in the layer's",
    families=("phase",),
    cases=DROPPING,
)
class StartsInTestPhase(Dropout):
    """A new layer is in the test phase.

    Nothing is dropped until somebody sets the phase, which a plain training loop never does.
    """

    testing_phase = True


@mistake(
    "dropout.old-mask-in-test-phase",
    hint="if the latest forward was in the test phase: return error_tensor, unchanged",
    families=("contract",),
    level="strict",
    cases=("test-phase", "keep-0.25"),
)
class OldMaskInTestPhase(InSteps):
    """Backward in the test phase applies the mask of the latest training batch.

    forward returns early in the test phase and leaves the old mask where backward finds it. Where there is none yet,
    backward fails.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        return input_tensor.copy() if self.testing_phase else super().forward(input_tensor)
