"""Batch normalization: wrong gradients and updates."""

from __future__ import annotations

from ..framework.validation import Tensor
from .batch_normalization import IMAGES, BatchNormalizationInSteps, Pass
from .registry import Declare

CLOSED_FORM = "(e - e.mean(0) - x_hat * (e * x_hat).mean(0)) / deviation, with e = error * gamma"

mistake = Declare(families=("gradient",))


@mistake(hint=CLOSED_FORM)
class StatisticsTakenAsConstants(BatchNormalizationInSteps):
    """Backward takes mean and variance for constants.

    It returns error * gamma / deviation. Mean and variance are functions of the input as well, so two more terms
    belong to the derivative.
    """

    def _input_error(self, error: Tensor, latest: Pass) -> Tensor:
        return error * latest.gamma / latest.deviation


@mistake(hint=CLOSED_FORM)
class WayThroughMeanMissing(BatchNormalizationInSteps):
    """The way through the mean is missing in backward.

    Every input changes the batch's mean and so all outputs; the term -mean(error) is missing.
    """

    def _input_error(self, error: Tensor, latest: Pass) -> Tensor:
        error = error * latest.gamma
        if latest.of_batch:
            error = error - latest.normalized * (error * latest.normalized).mean(axis=0)
        return error / latest.deviation


@mistake(hint=CLOSED_FORM)
class WayThroughVarianceMissing(BatchNormalizationInSteps):
    """The way through the variance is missing in backward.

    Every input changes the batch's variance and so all outputs; the term -x_hat * mean(error * x_hat) is missing.
    """

    def _input_error(self, error: Tensor, latest: Pass) -> Tensor:
        error = error * latest.gamma
        if latest.of_batch:
            error = error - error.mean(axis=0)
        return error / latest.deviation


@mistake(hint="multiply the error by gamma first: " + CLOSED_FORM)
class WeightsMissingInBackward(BatchNormalizationInSteps):
    """Backward leaves out gamma.

    forward multiplies the normalised input by the weights, so backward has to multiply the error by them. They start
    at 1, so nothing is wrong until they have learned something.
    """

    def _input_error(self, error: Tensor, latest: Pass) -> Tensor:
        return super()._input_error(error / latest.gamma, latest)


@mistake(hint="average over batch * height * width values of a channel", cases=IMAGES)
class BatchSizeWithoutPixels(BatchNormalizationInSteps):
    """Backward averages over the samples but not over the pixels.

    For images the statistics of a channel are means over batch * height * width values; backward divides the sums by
    the batch size alone.
    """

    def _input_error(self, error: Tensor, latest: Pass) -> Tensor:
        error, batch = error * latest.gamma, latest.shape[0]
        if latest.of_batch:
            through_variance = latest.normalized * (error * latest.normalized).sum(axis=0) / batch
            error = error - error.sum(axis=0) / batch - through_variance
        return error / latest.deviation


@mistake(hint="gradient_weights = (error * x_hat).sum(axis=0), with the normalised input x_hat")
class GammaGradientOfInput(BatchNormalizationInSteps):
    """Gamma's gradient is computed with the plain input.

    Gamma multiplies the normalised input, so that is what the error has to be multiplied with.
    """

    def _gradient_gamma(self, error: Tensor, latest: Pass) -> Tensor:
        gradient: Tensor = (error * latest.vectors).sum(axis=0)
        return gradient


@mistake(hint="gradient_weights = (error * (x - mean) / deviation).sum(axis=0)")
class GammaGradientNotDivided(BatchNormalizationInSteps):
    """Gamma's gradient lacks the division by the standard deviation.

    The mean is subtracted from the input, but it is not divided by the deviation.
    """

    def _gradient_gamma(self, error: Tensor, latest: Pass) -> Tensor:
        gradient: Tensor = (error * (latest.vectors - latest.mean)).sum(axis=0)
        return gradient


@mistake(hint="gradient_weights = (error * x_hat).sum(axis=0)")
class GammaGradientAveraged(BatchNormalizationInSteps):
    """Gamma's gradient is a mean instead of a sum.

    Gamma multiplies every row, so the rows' gradients add up.
    """

    def _gradient_gamma(self, error: Tensor, latest: Pass) -> Tensor:
        return super()._gradient_gamma(error, latest) / len(error)


@mistake(hint="gradient_bias = error.sum(axis=0)")
class BetaGradientAveraged(BatchNormalizationInSteps):
    """Beta's gradient is a mean instead of a sum.

    Beta is added to every row, so the rows' gradients add up.
    """

    def _gradient_beta(self, error: Tensor) -> Tensor:
        return super()._gradient_beta(error) / len(error)


@mistake(hint="compute the input error first, and call calculate_update last")
class InputErrorAfterUpdate(BatchNormalizationInSteps):
    """The input error is computed with updated weights.

    backward updates gamma and uses the new one for the input error. The output came from the old one. Without an
    optimizer nothing is wrong, so a gradient check does not see it.
    """

    def _input_error(self, error: Tensor, latest: Pass) -> Tensor:
        self._learn(self._gradient_gamma(error, latest), self._gradient_beta(error))
        return super()._input_error(error, latest._replace(gamma=self.weights))

    def backward(self, error_tensor: Tensor) -> Tensor:
        latest = self._of_latest_forward(self._pass)
        error = self.reformat(error_tensor) if error_tensor.ndim == 4 else error_tensor
        input_error = self._input_error(error, latest)
        return self.reformat(input_error) if error_tensor.ndim == 4 else input_error


@mistake(
    hint="after a forward in the test phase: error * gamma / np.sqrt(running_var + epsilon)",
    cases=("vector-test-phase", "image-test-phase"),
    level="strict",
)
class BackwardOfTrainingInTestPhase(BatchNormalizationInSteps):
    """Backward in the test phase is that of training.

    In the test phase mean and variance are constants, so the terms for their dependence on the input must be left
    out.
    """

    def _input_error(self, error: Tensor, latest: Pass) -> Tensor:
        return super()._input_error(error, latest._replace(of_batch=True))
