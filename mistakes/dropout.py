"""Dropout: mistakes in the mask."""

from __future__ import annotations

import numpy as np

from ..framework import Dropout
from ..framework.validation import Tensor
from .registry import Declare

DROPPING = ("keep-0.25", "keep-0.8-image")  # the cases in which a random mask is drawn
TRAINING = (*DROPPING, "keep-all")

mistake = Declare(families=("phase",), cases=DROPPING)


class DropoutInSteps(Dropout):
    """The same layer with its forward pass cut into steps, so that a mistake can replace one of them."""

    def forward(self, input_tensor: Tensor) -> Tensor:
        factors = self._drawn(input_tensor) if self._training() else np.ones_like(input_tensor)
        self._factors = factors.astype(input_tensor.dtype)
        return input_tensor * self._factors

    def _training(self) -> bool:
        return not self.testing_phase

    def _drawn(self, input_tensor: Tensor) -> Tensor:
        return self._mask(input_tensor.shape) / self.probability

    def _mask(self, shape: tuple[int, ...]) -> Tensor:
        return (self.rng.random(shape) < self.probability).astype(float)


@mistake(hint="error_tensor * self.mask, not self.mask *= error_tensor", families=("contract",), cases=TRAINING)
class MaskUsedUp(DropoutInSteps):
    """Backward multiplies the error into the stored mask.

    self.mask *= error_tensor; return self.mask is right once. A second backward for the same forward multiplies by the
    error twice.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        factors = self._of_latest_forward(self._factors)
        factors *= error_tensor
        return factors.copy()


@mistake(hint="input_tensor * mask / probability")
class ForwardUnscaled(DropoutInSteps):
    """Kept units are not scaled up.

    forward multiplies by the mask alone, so in training the layer's output is smaller on average than in the test
    phase, by the probability to keep a unit. Backward belongs to it, so no gradient check sees it.
    """

    def _drawn(self, input_tensor: Tensor) -> Tensor:
        return self._mask(input_tensor.shape)


@mistake(hint="mask / probability, where probability is that of keeping a unit", cases=TRAINING)
class ScaledByDropProbability(DropoutInSteps):
    """Kept units are divided by the probability to drop them.

    The scaling must make up for the dropped units: 1 / keep. This is 1 / (1 - keep), which is right for one half
    only.
    """

    def _drawn(self, input_tensor: Tensor) -> Tensor:
        return self._mask(input_tensor.shape) / (1 - self.probability)


@mistake(hint="mask / probability, not mask * probability")
class MultipliedNotDivided(DropoutInSteps):
    """Kept units are multiplied by the probability, not divided.

    The output becomes even smaller instead of keeping its mean.
    """

    def _drawn(self, input_tensor: Tensor) -> Tensor:
        return self._mask(input_tensor.shape) * self.probability


@mistake(hint="mask = np.random.rand(*shape) < probability keeps a unit with that probability", cases=TRAINING)
class SwappedInMask(DropoutInSteps):
    """The mask takes the probability for that of dropping, the scaling for that of keeping.

    rand > probability keeps the wrong share of the units, while the division still uses the probability to keep. A
    probability of one half hides it.
    """

    def _mask(self, shape: tuple[int, ...]) -> Tensor:
        return (self.rng.random(shape) > self.probability).astype(float)


@mistake(
    hint="the constructor's argument is the probability to keep a unit: mask = rand < p, divided by p", cases=TRAINING
)
class Swapped(DropoutInSteps):
    """The argument is taken for the probability to drop a unit.

    Mask and scaling fit each other, but with an argument of 0.25 three quarters of the units are kept instead of one
    quarter.
    """

    def _mask(self, shape: tuple[int, ...]) -> Tensor:
        return (self.rng.random(shape) < 1 - self.probability).astype(float)

    def _drawn(self, input_tensor: Tensor) -> Tensor:
        return self._mask(input_tensor.shape) / (1 - self.probability)


@mistake(hint="mask = np.random.rand(*shape) < probability", cases=TRAINING)
class AlwaysHalf(DropoutInSteps):
    """Half of the units are dropped whatever the probability.

    The mask is drawn by randint(0, 2), or by rounding random numbers, and never looks at the probability.
    """

    def _mask(self, shape: tuple[int, ...]) -> Tensor:
        return np.round(self.rng.random(shape))


@mistake(hint="np.random.rand(*shape) < probability, not np.random.randn", cases=("keep-0.25", "keep-all"))
class NormalNumbers(DropoutInSteps):
    """The mask compares normal, not uniform, random numbers.

    A number from randn lies below p with another probability than p: for 0.5 it is 69 %.
    """

    def _mask(self, shape: tuple[int, ...]) -> Tensor:
        return (self.rng.standard_normal(shape) < self.probability).astype(float)


@mistake(hint="mask = (np.random.rand(*shape) < probability) / probability")
class GaussianFactors(DropoutInSteps):
    """Units are multiplied by normal noise.

    The factors have the mean and the variance of dropout's, but they are normal: nothing is ever dropped.
    """

    def _drawn(self, input_tensor: Tensor) -> Tensor:
        deviation = np.sqrt((1 - self.probability) / self.probability)
        return self.rng.normal(1.0, deviation, input_tensor.shape)


@mistake(hint="input_tensor * (np.random.rand(*input_tensor.shape) < probability) / probability")
class NothingDropped(DropoutInSteps):
    """Nothing is dropped.

    forward returns its input in both phases.
    """

    def _training(self) -> bool:
        return False


@mistake(hint="draw the mask with the shape of the input: np.random.rand(*input_tensor.shape)")
class WholeSamples(DropoutInSteps):
    """Whole samples are dropped.

    One random number is drawn for each sample, so that a row of the batch is kept or dropped as a whole. Then units
    do not learn to do without each other, which is what dropout is for.
    """

    def _mask(self, shape: tuple[int, ...]) -> Tensor:
        return super()._mask((shape[0],) + (1,) * (len(shape) - 1)) * np.ones(shape)


@mistake(hint="draw the mask with the shape of the input: np.random.rand(*input_tensor.shape)")
class SameForAllSamples(DropoutInSteps):
    """All samples of a batch lose the same units.

    The mask has the shape of one sample and is broadcast over the batch.
    """

    def _mask(self, shape: tuple[int, ...]) -> Tensor:
        return super()._mask(shape[1:]) * np.ones(shape)


@mistake(hint="draw the mask with the shape of the input: np.random.rand(*input_tensor.shape)")
class WholeChannels(DropoutInSteps):
    """Whole channels of an image are dropped.

    One random number is drawn for each channel. That is spatial dropout, another method; on vectors there is no
    difference.
    """

    def _mask(self, shape: tuple[int, ...]) -> Tensor:
        return super()._mask(shape[:2] + (1,) * (len(shape) - 2)) * np.ones(shape)


@mistake(hint="self.mask = np.random.rand(*input_tensor.shape) < probability in every training forward")
class MaskDrawnOnce(DropoutInSteps):
    """The mask is drawn once and kept.

    Later batches of the same shape drop the same units, which amounts to training a smaller network.
    """

    _kept: Tensor | None = None

    def _mask(self, shape: tuple[int, ...]) -> Tensor:
        if self._kept is None or self._kept.shape != shape:
            self._kept = super()._mask(shape)
        return self._kept


@mistake(hint="no np.random.seed(...) in a layer; seed once, at the start of the program")
class SeededInForward(DropoutInSteps):
    """Every forward seeds the generator and so draws the same mask.

    np.random.seed in forward starts the random numbers anew each time. It also resets the generator for everything
    else in the program that draws.
    """

    def _mask(self, shape: tuple[int, ...]) -> Tensor:
        return (np.random.RandomState(42).random(shape) < self.probability).astype(float)
