"""Conventions: each option is detected on a subject made that way, and accepted; a mixture of two is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backproof import framework
from backproof.checks.conventions import PROBES, detect
from backproof.checks.results import Verdict
from backproof.framework.validation import Weights
from backproof.mistakes import correct
from backproof.specs import Array, Spec, all_specs
from backproof.wall import DirectSession, SubjectTimeout

from . import convolution_styles as styles
from .mutants import made_of
from .running import BuildSubject, Here, findings

# ReLU: the derivative at 0.


class OneAtZero(framework.ReLU):
    at_zero = 1.0

    def forward(self, input_tensor: Array) -> Array:
        self._zero = input_tensor == 0
        return super().forward(input_tensor)

    def backward(self, error_tensor: Array) -> Array:
        gradient: Array = super().backward(error_tensor) + self.at_zero * (self._zero * error_tensor)
        return gradient


class HalfAtZero(OneAtZero):
    at_zero = 0.5


class ThreeAtZero(OneAtZero):
    at_zero = 3.0


# Losses.


class MeanLoss(framework.CrossEntropyLoss):
    def forward(self, prediction_tensor: Array, label_tensor: Array) -> float:
        return super().forward(prediction_tensor, label_tensor) / len(label_tensor)

    def backward(self, label_tensor: Array) -> Array:
        return super().backward(label_tensor) / len(label_tensor)


class MeanLossSummedGradient(MeanLoss):
    """The loss is a mean, its gradient that of the sum."""

    def backward(self, label_tensor: Array) -> Array:
        return super().backward(label_tensor) * len(label_tensor)


class HalfLoss(framework.CrossEntropyLoss):
    def forward(self, prediction_tensor: Array, label_tensor: Array) -> float:
        return super().forward(prediction_tensor, label_tensor) / 2

    def backward(self, label_tensor: Array) -> Array:
        return super().backward(label_tensor) / 2


# L2.


class FullGradient(framework.L2_Regularizer):
    def calculate_gradient(self, weights: Weights) -> Weights:
        return 2 * self.alpha * weights


class RootNorm(framework.L2_Regularizer):
    def norm(self, weights: Array) -> float:
        return float(self.alpha * np.sqrt(np.sum(np.square(weights))))


class HalfNorm(framework.L2_Regularizer):
    def norm(self, weights: Array) -> float:
        return super().norm(weights) / 2


class MixedGradient(framework.L2_Regularizer):
    """alpha w for matrices, 2 alpha w for everything else."""

    def calculate_gradient(self, weights: Weights) -> Weights:
        return (1 if np.ndim(weights) == 2 else 2) * self.alpha * weights


class MixedNorm(framework.L2_Regularizer):
    """A square for matrices, its root for everything else."""

    def norm(self, weights: Array) -> float:
        square = float(np.sum(np.square(weights)))
        return float(self.alpha * (square if np.ndim(weights) == 2 else square**0.5))


# Adam.


class LargerEpsilon(framework.Adam):
    epsilon = 1e-8


class NoEpsilon(framework.Adam):
    epsilon = 0.0


class EpsilonInside(framework.Adam):
    """The epsilon stands inside the root: no epsilon outside explains it."""

    epsilon = 0.0

    def _displacement(self, gradient: Weights) -> Weights:
        displacement = super()._displacement(gradient)
        root = np.sqrt(self.second_moment / (1 - self.rho**self.updates))
        inside: Weights = displacement * root / np.sqrt(root**2 + 1e-4)
        return inside


# BatchNormalization: the moving average of the variance, of the deviation or of the unbiased variance.


class _Averages(framework.BatchNormalization):
    """Keeps the running variance by channel in the way that `ways` says."""

    ways: tuple[str, ...] = ("variance",)

    def _centred_by_batch(self, pixels: Array) -> tuple[Array, Array]:
        before = self.running_var
        centred, variance = super()._centred_by_batch(pixels)
        count = pixels.size // self.channels
        unbiased = variance * count / (count - 1)
        if before is None:
            options = {"variance": variance, "deviation": variance, "unbiased": unbiased}
        else:
            old, new = self.decay, 1 - self.decay
            options = {
                "variance": old * before + new * variance,
                "deviation": np.square(old * np.sqrt(before) + new * np.sqrt(variance)),
                "unbiased": old * before + new * unbiased,
            }
        ways = [self.ways[channel % len(self.ways)] for channel in range(self.channels)]
        self.running_var = np.array([options[way][channel] for channel, way in enumerate(ways)])
        return centred, variance


class RunningDeviation(_Averages):
    ways = ("deviation",)


class RunningUnbiased(_Averages):
    ways = ("unbiased",)


class SlowAverage(framework.BatchNormalization):
    decay = 0.99


class MixedAverages(_Averages):
    """One channel averages the variance, the next one the deviation."""

    ways = ("variance", "deviation")


class TwoDecays(framework.BatchNormalization):
    """The mean moves faster than the variance."""

    def _centred_by_batch(self, vectors: Array) -> tuple[Array, Array]:
        before = self.running_mean
        result = super()._centred_by_batch(vectors)
        if before is not None:
            self.running_mean = 0.5 * before + 0.5 * vectors.mean(axis=0)
        return result


# Networks: whether the bias is regularized.


class WeightsOnly(framework.NeuralNetwork):
    """The penalty leaves the last row, which is the bias, out of the loss."""

    def forward(self) -> float:
        loss: float = super().forward()
        layers: list[Any] = list(self.layers)
        for layer in layers:
            regularizer = layer.optimizer.regularizer if layer.trainable and layer.optimizer else None
            if regularizer is not None:
                loss -= regularizer.norm(layer.weights) - regularizer.norm(layer.weights[:-1])
        return loss


# Convolution and pooling.


class FlippedRows(styles.Loops):
    flipped = (2,)


class SidesByKernel(styles.Loops):
    """Kernels of size 2 are padded after, larger even ones before."""

    def _pairs(self, images: Array) -> Any:
        self.early = max(self._kernel) > 2
        return super()._pairs(images)


class TurnedSequences(styles.Loops):
    """Images are correlated, sequences convolved."""

    def _forward(self, images: Array, weights: Array) -> Array:
        self.flipped = (2, 3) if len(self.stride_shape) == 1 else ()
        return super()._forward(images, weights)


class TiesInFull(framework.Pooling):
    """Each of several equal maxima gets the whole gradient."""

    def forward(self, input_tensor: Array) -> Array:
        output = super().forward(input_tensor)
        self._shape = input_tensor.shape
        self._equal = [candidate == output for candidate in self._positions(input_tensor)]
        return output

    def backward(self, error_tensor: Array) -> Array:
        input_error = np.zeros(self._shape)
        for equal, target in zip(self._equal, self._positions(input_error), strict=True):
            target[...] += error_tensor * equal
        return input_error


# Recurrent layers: what comes after the output's affine map.


class _SigmoidOutput:
    """Mixed into a recurrent layer: its output goes through a sigmoid."""

    _output: Array

    def forward(self, input_tensor: Array) -> Array:
        self._output = 1 / (1 + np.exp(-super().forward(input_tensor)))  # type: ignore[misc]  # the layer's
        return self._output.copy()

    def backward(self, error_tensor: Array) -> Array:
        slope = self._output * (1 - self._output)
        result: Array = super().backward(error_tensor * slope)  # type: ignore[misc]  # the layer's
        return result


class SigmoidRNN(_SigmoidOutput, framework.RNN):
    pass


class SigmoidLSTM(_SigmoidOutput, framework.LSTM):
    pass


class SquaredOutput(framework.RNN):
    """An output that is neither."""

    def forward(self, input_tensor: Array) -> Array:
        return super().forward(input_tensor) ** 2


OPTIONS: dict[str, tuple[str, str, BuildSubject, str]] = {
    "zero": ("ReLU", "relu'(0)", correct, "0"),
    "one": ("ReLU", "relu'(0)", made_of(OneAtZero), "1"),
    "between": ("ReLU", "relu'(0)", made_of(HalfAtZero), "between"),
    "sum": ("CrossEntropyLoss", "loss reduction", correct, "sum"),
    "mean": ("CrossEntropyLoss", "loss reduction", made_of(MeanLoss), "mean"),
    "half-gradient": ("L2_Regularizer", "L2 gradient", correct, "alpha w"),
    "full-gradient": ("L2_Regularizer", "L2 gradient", made_of(FullGradient), "2 alpha w"),
    "square": ("L2_Regularizer", "L2 norm", correct, "alpha sum w²"),
    "root": ("L2_Regularizer", "L2 norm", made_of(RootNorm), "alpha sqrt(sum w²)"),
    "half": ("L2_Regularizer", "L2 norm", made_of(HalfNorm), "alpha/2 sum w²"),
    "epsilon": ("Adam", "Adam epsilon", correct, "2.2e-16"),
    "larger-epsilon": ("Adam", "Adam epsilon", made_of(LargerEpsilon), "1e-8"),
    "no-epsilon": ("Adam", "Adam epsilon", made_of(NoEpsilon), "none"),
    "variance": ("BatchNormalization", "running statistics", correct, "variance, decay 0.8"),
    "slow": ("BatchNormalization", "running statistics", made_of(SlowAverage), "variance, decay 0.99"),
    "deviation": (
        "BatchNormalization",
        "running statistics",
        made_of(RunningDeviation),
        "standard deviation, decay 0.8",
    ),
    "unbiased": ("BatchNormalization", "running statistics", made_of(RunningUnbiased), "unbiased variance, decay 0.8"),
    "correlation": ("Conv", "convolution", correct, "cross-correlation"),
    "convolution": ("Conv", "convolution", made_of(styles.TrueConvolution), "convolution"),
    "turned-sequences": (
        "Conv",
        "convolution",
        made_of(TurnedSequences),
        "cross-correlation, sequences: convolution",
    ),
    "channels-in-order": ("Conv", "kernel channels", correct, "in order"),
    "channels-reversed": ("Conv", "kernel channels", made_of(styles.ChannelsReversed), "reversed"),
    "padding-after": ("Conv", "even kernels", correct, "padding after"),
    "padding-before": ("Conv", "even kernels", made_of(styles.LoopsPaddedBefore), "padding before"),
    "one-maximum": ("Pooling", "max-pool ties", correct, "one maximum"),
    "shared-maximum": ("Pooling", "max-pool ties", made_of(styles.SharedTies), "shared"),
    "linear-rnn": ("RNN", "RNN output", correct, "linear"),
    "sigmoid-rnn": ("RNN", "RNN output", made_of(SigmoidRNN), "sigmoid"),
    "linear-lstm": ("LSTM", "LSTM output", correct, "linear"),
    "sigmoid-lstm": ("LSTM", "LSTM output", made_of(SigmoidLSTM), "sigmoid"),
    "weights-and-bias": ("NeuralNetwork", "regularized parameters", correct, "weights and bias"),
    "weights": ("NeuralNetwork", "regularized parameters", made_of(WeightsOnly), "weights"),
}

MIXTURES: dict[str, tuple[str, str, BuildSubject]] = {
    "slope-above-one": ("ReLU", "gradient.kink", made_of(ThreeAtZero)),
    "mean-forward-sum-backward": ("CrossEntropyLoss", "gradient.prediction", made_of(MeanLossSummedGradient)),
    "half-a-loss": ("CrossEntropyLoss", "value.loss", made_of(HalfLoss)),
    "gradient-by-shape": ("L2_Regularizer", "regularization.gradient", made_of(MixedGradient)),
    "norm-by-shape": ("L2_Regularizer", "regularization.norm", made_of(MixedNorm)),
    "epsilon-inside": ("Adam", "optimizer.trajectory", made_of(EpsilonInside)),
    "averages-by-channel": ("BatchNormalization", "phase.running-average", made_of(MixedAverages)),
    "one-axis-flipped": ("Conv", "value.forward", made_of(FlippedRows)),
    "sides-by-kernel": ("Conv", "value.forward", made_of(SidesByKernel)),
    "ties-in-full": ("Pooling", "gradient.ties", made_of(TiesInFull)),
    "squared-output": ("RNN", "value.forward", made_of(SquaredOutput)),
    "two-decays": ("BatchNormalization", "phase.running-average", made_of(TwoDecays)),
}

every_option = pytest.mark.parametrize("name", OPTIONS)


def detected(build: BuildSubject, *spec_names: str) -> dict[str, str]:
    return detect(Here(build), spec_names)


@every_option
def test_option_is_detected(name: str) -> None:
    spec_name, convention, build, option = OPTIONS[name]
    assert detected(build, spec_name)[convention] == option


@every_option
def test_option_is_accepted(name: str) -> None:
    spec_name, _, build, _ = OPTIONS[name]
    assert [(f.id, f.verdict, f.message) for f in findings(build, spec_name) if f.verdict is not Verdict.PASSED] == []


@pytest.mark.parametrize("name", MIXTURES)
def test_mixture_is_not_accepted(name: str) -> None:
    spec_name, check, build = MIXTURES[name]
    failing = {finding.check for finding in findings(build, spec_name) if finding.failing}
    assert check in failing


@pytest.mark.parametrize(
    "name",
    [
        "slope-above-one",
        "half-a-loss",
        "epsilon-inside",
        "averages-by-channel",
        "one-axis-flipped",
        "ties-in-full",
        "squared-output",
    ],
)
def test_what_fits_no_option_is_left_out(name: str) -> None:
    spec_name, _, build = MIXTURES[name]
    conventions = {convention for _, convention, _, _ in OPTIONS.values()}
    undetected = conventions - detected(build, spec_name).keys()
    own = {convention for owner, convention, _, _ in OPTIONS.values() if owner == spec_name}
    assert own & undetected


def test_options_are_declared_by_the_specs() -> None:
    declared = {
        (name, convention.name): convention.options
        for name, spec in all_specs().items()
        for convention in spec.conventions
    }
    for spec_name, convention, _, option in OPTIONS.values():
        assert option.partition(",")[0] in declared[spec_name, convention]


def test_every_probe_has_its_options_here() -> None:
    probed = {(spec.name(), convention) for spec, convention in PROBES}
    assert probed == {(spec_name, convention) for spec_name, convention, _, _ in OPTIONS.values()}


def test_only_what_is_offered_is_probed() -> None:
    built: list[str] = []

    def build(spec: Spec) -> Any:
        built.append(spec.name())
        return correct(spec)

    assert set(detected(build, "ReLU")) == {"relu'(0)"}
    assert set(built) == {"ReLU"}
    assert detected(build) == {}


@pytest.mark.parametrize("answer", [None, "text", 1j, np.nan, [], {}, np.zeros(0), np.array([None])], ids=range(8))
def test_a_strange_subject_has_no_conventions_and_does_no_harm(answer: object) -> None:
    class Strange:
        def __getattr__(self, name: str) -> Callable[..., object]:
            return lambda *arguments: answer

    assert detected(lambda spec: Strange(), *all_specs()) == {}


def test_a_session_that_ends_is_replaced_by_another() -> None:
    class Ending(DirectSession):
        alive = True

        def build(self, spec: Spec, seed: int = 0) -> Any:
            if spec.name() == "ReLU":
                self.alive = False
                raise SubjectTimeout(5.0, "forward")
            return super().build(spec, seed)

    class Source:
        sessions = 0

        def session(self) -> DirectSession:
            self.sessions += 1
            return Ending(correct)

    source = Source()
    assert detect(source, ["ReLU", "CrossEntropyLoss"]) == {"loss reduction": "sum"}
    assert source.sessions == 2
