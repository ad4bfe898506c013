"""Batch normalization: wrong running statistics."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ..framework.validation import Tensor
from .batch_normalization import BatchNormalizationInSteps
from .registry import Declare

AVERAGE = "running = decay * running + (1 - decay) * batch, with a decay such as 0.8"
TRAINING = ("vector", "image", "one-channel", "square")

mistake = Declare(families=("phase",), cases=TRAINING)


@mistake(hint="if self.testing_phase: normalise with self.running_mean and self.running_var", cases=())
class TestUsesBatch(BatchNormalizationInSteps):
    """The test phase uses the statistics of the test batch.

    A prediction then depends on the other samples of its batch, and a single sample becomes 0.
    """

    def _uses_batch(self) -> bool:
        return True


@mistake(
    hint="in the train phase: (input_tensor - input_tensor.mean(axis=0)) / np.sqrt(input_tensor.var(axis=0) + epsilon)"
)
class TrainingUsesRunning(BatchNormalizationInSteps):
    """Training normalises by the running statistics from the second batch on.

    Only the first batch is normalised by its own mean and variance. The running averages lag behind, so later batches
    do not come out with mean 0 and variance 1.
    """

    def _statistics(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        mean, variance = super()._statistics(vectors)
        self._keep(mean, variance)
        return self._running()

    def _learns_statistics(self) -> bool:
        return False


@mistake(hint="if not self.testing_phase: update the running statistics", cases=())
class RunningUpdatedInTestPhase(BatchNormalizationInSteps):
    """Test batches change the running statistics.

    The running averages are updated in every forward. Testing twice gives two results, and test data leak into the
    model.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        output = super().forward(input_tensor)
        if self.testing_phase:
            vectors = self.reformat(input_tensor) if input_tensor.ndim == 4 else input_tensor
            self._keep(*self._statistics(vectors))
        return output


@mistake(hint="if self.running_mean is None: start with mean and variance of the batch")
class RunningStartsAtZero(BatchNormalizationInSteps):
    """The running statistics start at 0.

    The first batch enters with the weight 1 - decay only, so mean and variance are far too small for many batches.
    """

    def _keep(self, mean: Tensor, variance: Tensor) -> None:
        if self.running_mean is None or self.running_var is None:
            self.running_mean, self.running_var = np.zeros_like(mean), np.zeros_like(variance)
        super()._keep(mean, variance)


@mistake(hint="if self.running_mean is None: start with mean and variance of the batch")
class RunningStartsAtStandard(BatchNormalizationInSteps):
    """The running statistics start at mean 0 and variance 1.

    The first batch enters with the weight 1 - decay only; the invented start stays visible for many batches.
    """

    def _keep(self, mean: Tensor, variance: Tensor) -> None:
        if self.running_mean is None or self.running_var is None:
            self.running_mean, self.running_var = np.zeros_like(mean), np.ones_like(variance)
        super()._keep(mean, variance)


@mistake(hint=AVERAGE + ", in every training forward")
class RunningNeverMoves(BatchNormalizationInSteps):
    """The running statistics are those of the first batch for ever.

    Later training batches do not change them.
    """

    def _keep(self, mean: Tensor, variance: Tensor) -> None:
        if self.running_mean is None:
            super()._keep(mean, variance)


@mistake(hint=AVERAGE)
class RunningForgets(BatchNormalizationInSteps):
    """The running statistics are those of the latest batch.

    They are overwritten instead of averaged, so predictions depend on which batch came last.
    """

    def _keep(self, mean: Tensor, variance: Tensor) -> None:
        self.running_mean, self.running_var = mean, variance


@mistake(hint=AVERAGE + ", for the variance as well")
class RunningMeanOnly(BatchNormalizationInSteps):
    """Only the running mean moves.

    The running variance stays that of the first batch.
    """

    def _keep(self, mean: Tensor, variance: Tensor) -> None:
        first = self.running_var
        super()._keep(mean, variance)
        self.running_var = variance if first is None else first


@mistake(hint="running_var = decay * running_var + (1 - decay) * variance, with the same decay as for the mean")
class RunningDecaysMixed(BatchNormalizationInSteps):
    """Mean and variance weigh old and new the other way round.

    One of them keeps the share decay of the old value, the other one the share 1 - decay, so the two belong to
    different times.
    """

    def _keep(self, mean: Tensor, variance: Tensor) -> None:
        old = self.running_var
        super()._keep(mean, variance)
        if old is not None:
            self.running_var = (1 - self.decay) * old + self.decay * variance


@mistake(hint=AVERAGE + ": the two factors must add up to 1")
class RunningSum(BatchNormalizationInSteps):
    """The running statistics grow with every batch.

    The factor 1 - decay is missing: decay * running + batch is no average but a sum.
    """

    def _keep(self, mean: Tensor, variance: Tensor) -> None:
        if self.running_mean is None or self.running_var is None:
            super()._keep(mean, variance)
        else:
            self.running_mean = self.decay * self.running_mean + mean
            self.running_var = self.decay * self.running_var + variance


@mistake(
    hint="average variances and divide by np.sqrt(running_var + epsilon), or average deviations and divide by them"
)
class RunningDeviationAsVariance(BatchNormalizationInSteps):
    """The running average is taken of the standard deviation but used as a variance.

    In the test phase the root is taken once more.
    """

    def _keep(self, mean: Tensor, variance: Tensor) -> None:
        super()._keep(mean, np.sqrt(variance))


@mistake(hint="apply weights * normalized + bias in both phases", cases=())
class TestWithoutWeightsAndBias(BatchNormalizationInSteps):
    """The test phase leaves out gamma and beta.

    It returns the normalised input. What gamma and beta have learned counts in training only.
    """

    def _output(self, normalized: Tensor) -> Tensor:
        return normalized if self.testing_phase else super()._output(normalized)


@mistake(hint="divide by np.sqrt(running_var + epsilon) in the test phase too", cases=())
class TestWithoutRoot(BatchNormalizationInSteps):
    """The test phase divides by the variance.

    Training divides by the root of the variance, the test phase forgets the root.
    """

    def _deviation(self, variance: Tensor) -> Tensor:
        return variance + self.epsilon if self.testing_phase else super()._deviation(variance)


@mistake(
    hint="use the same reformat in both phases, or running_mean.reshape(1, -1, 1, 1), and the variance alike",
    families=("phase", "contract"),
    cases=("image", "square", "image-test-phase"),
)
class TestImagesAlongWidth(BatchNormalizationInSteps):
    """The test phase subtracts the running mean along the width of an image.

    Without reformat NumPy aligns the statistics of the channels with the last axis, the width. That fails, unless an
    image happens to be as wide as it has channels; then every column gets another channel's statistics.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        if not self.testing_phase or input_tensor.ndim == 2:
            return super().forward(input_tensor)
        mean, variance = self._running()
        shape = (1, -1, 1, 1)
        normalized = (input_tensor - mean) / np.sqrt(variance + self.epsilon)
        return self.weights.reshape(shape) * normalized + self.bias.reshape(shape)


@mistake(hint="self.running_mean = ..., set to None in __init__, not BatchNormalization.running_mean = ...", cases=())
class RunningOnClass(BatchNormalizationInSteps):
    """All layers share the running statistics.

    They are stored on the class, so layers that see different data overwrite each other's averages. It shows in the
    test phase only.
    """

    shared: ClassVar[dict[int, tuple[Tensor, Tensor]]] = {}

    def _running(self) -> tuple[Tensor, Tensor]:
        return self.shared.get(self.channels, super()._running())

    def _keep(self, mean: Tensor, variance: Tensor) -> None:
        self.running_mean, self.running_var = self.shared.get(self.channels, (None, None))
        super()._keep(mean, variance)
        assert self.running_mean is not None and self.running_var is not None  # noqa: PT018, S101 - the parent did
        self.shared[self.channels] = self.running_mean, self.running_var
