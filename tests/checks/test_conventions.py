"""Conventions: each option is detected on a subject made that way, and accepted; a mixture of two is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backproof import framework
from backproof.adapters import resolve
from backproof.checks.choices.conventions import PROBES, detect
from backproof.checks.results import Verdict
from backproof.checks.run.source import WorkerSource
from backproof.mistakes import correct
from backproof.sandbox import DirectSession, Limits, SubjectTimeout
from backproof.specs import Spec, all_specs

from . import convolution_styles as styles
from . import loss_styles as losses
from .convention_subjects import (
    EpsilonInside,
    FlippedRows,
    FullGradient,
    HalfAtZero,
    HalfLoss,
    HalfNorm,
    HugeLogEpsilon,
    LargerEpsilon,
    LargerLogEpsilon,
    MeanLoss,
    MeanLossSummedGradient,
    MixedAverages,
    MixedGradient,
    MixedNorm,
    NoEpsilon,
    OneAtZero,
    RootNorm,
    RunningDeviation,
    RunningUnbiased,
    SidesByKernel,
    SigmoidLSTM,
    SigmoidRNN,
    SlowAverage,
    SquaredOutput,
    ThreeAtZero,
    TiesInFull,
    TurnedSequences,
    TwoDecays,
    WeightsOnly,
)
from .dropout_styles import dropout
from .mutants import made_of
from .running import BuildSubject, Here, findings

OPTIONS: dict[str, tuple[str, str, BuildSubject, str]] = {
    "zero": ("ReLU", "relu'(0)", correct, "0"),
    "one": ("ReLU", "relu'(0)", made_of(OneAtZero), "1"),
    "between": ("ReLU", "relu'(0)", made_of(HalfAtZero), "between"),
    "keep": ("Dropout", "dropout argument", dropout("keep", "training"), "keep"),
    "drop": ("Dropout", "dropout argument", dropout("drop", "testing"), "drop"),
    "scaled-in-training": ("Dropout", "dropout scaling", dropout("drop", "training"), "in training"),
    "scaled-in-testing": ("Dropout", "dropout scaling", dropout("keep", "testing"), "in testing"),
    "sum": ("CrossEntropyLoss", "loss reduction", correct, "sum"),
    "mean": ("CrossEntropyLoss", "loss reduction", made_of(MeanLoss), "mean"),
    "log-epsilon": ("CrossEntropyLoss", "log epsilon", correct, "2.2e-16"),
    "larger-log-epsilon": ("CrossEntropyLoss", "log epsilon", made_of(LargerLogEpsilon), "1e-10"),
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
    "scores-summed": ("SoftMaxCrossEntropyLoss", "SoftMaxCrossEntropyLoss reduction", correct, "sum"),
    "scores-averaged": (
        "SoftMaxCrossEntropyLoss",
        "SoftMaxCrossEntropyLoss reduction",
        made_of(losses.MeanOfScores),
        "mean",
    ),
    "output-epsilon": ("SoftmaxOutput", "SoftmaxOutput epsilon", correct, "1e-10"),
    "output-without-epsilon": ("SoftmaxOutput", "SoftmaxOutput epsilon", made_of(losses.WithoutEpsilon), "none"),
    "output-averaged": ("SoftmaxOutput", "SoftmaxOutput gradient", correct, "of the mean"),
    "output-summed": ("SoftmaxOutput", "SoftmaxOutput gradient", made_of(losses.SummedGradient), "of the sum"),
    "linear-averaged": ("LinearOutput", "LinearOutput gradient", correct, "of the mean"),
    "linear-summed": ("LinearOutput", "LinearOutput gradient", made_of(losses.SummedSquares), "of the sum"),
    "squares-summed": ("L2Loss", "L2Loss reduction", correct, "sum"),
    "squares-halved": (
        "L2Loss",
        "L2Loss reduction",
        made_of(losses.scaled(framework.L2Loss, 0.5)),
        "half the sum",
    ),
    "squares-per-sample": (
        "L2Loss",
        "L2Loss reduction",
        made_of(losses.scaled(framework.L2Loss, "1/samples")),
        "mean over the batch",
    ),
    "squares-averaged": ("MeanSquaredError", "MeanSquaredError reduction", correct, "mean"),
    "squares-averaged-over-batch": (
        "MeanSquaredError",
        "MeanSquaredError reduction",
        made_of(losses.scaled(framework.MeanSquaredError, "features")),
        "mean over the batch",
    ),
    "adagrad": ("AdaGrad", "AdaGrad epsilon", correct, "2.2e-16"),
    "adagrad-larger": ("AdaGrad", "AdaGrad epsilon", made_of(losses.LargerEpsilonOfRoot), "1e-8"),
    "adagrad-inside": ("AdaGrad", "AdaGrad epsilon", made_of(losses.EpsilonInsideOfRoot), "1e-8 inside the root"),
    "weights-and-bias": ("NeuralNetwork", "regularized parameters", correct, "weights and bias"),
    "weights": ("NeuralNetwork", "regularized parameters", made_of(WeightsOnly), "weights"),
}

MIXTURES: dict[str, tuple[str, str, BuildSubject]] = {
    "slope-above-one": ("ReLU", "gradient.kink", made_of(ThreeAtZero)),
    "mean-forward-sum-backward": ("CrossEntropyLoss", "gradient.prediction", made_of(MeanLossSummedGradient)),
    "log-epsilon-that-shows": ("CrossEntropyLoss", "value.loss", made_of(HugeLogEpsilon)),
    "half-a-loss": ("CrossEntropyLoss", "value.loss", made_of(HalfLoss)),
    "gradient-by-shape": ("L2_Regularizer", "regularization.gradient", made_of(MixedGradient)),
    "norm-by-shape": ("L2_Regularizer", "regularization.norm", made_of(MixedNorm)),
    "epsilon-inside": ("Adam", "optimizer.trajectory", made_of(EpsilonInside)),
    "averages-by-channel": ("BatchNormalization", "phase.running-average", made_of(MixedAverages)),
    "one-axis-flipped": ("Conv", "value.forward", made_of(FlippedRows)),
    "sides-by-kernel": ("Conv", "value.forward", made_of(SidesByKernel)),
    "ties-in-full": ("Pooling", "gradient.ties", made_of(TiesInFull)),
    "squared-output": ("RNN", "value.forward", made_of(SquaredOutput)),
    "scores-mean-forward-sum-backward": (
        "SoftMaxCrossEntropyLoss",
        "gradient.prediction",
        made_of(losses.MeanOfScoresSummedGradient),
    ),
    "scale-by-batch": ("SoftmaxOutput", "gradient.prediction", made_of(losses.GradientByBatchSize)),
    "scale-by-features": ("LinearOutput", "gradient.prediction", made_of(losses.ScaleByFeatures)),
    "half-forward": ("L2Loss", "gradient.prediction", made_of(losses.HalfInForwardAlone)),
    "batch-forward": ("MeanSquaredError", "gradient.prediction", made_of(losses.OverBatchInForwardAlone)),
    "epsilon-by-shape": ("AdaGrad", "optimizer.trajectory", made_of(losses.EpsilonByShape)),
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
    # Some of them are written for float64; that float32 stays float32 is another matter.
    odd = [f for f in findings(build, spec_name) if f.verdict is not Verdict.PASSED and f.check != "contract.dtype"]
    assert [(f.id, f.verdict, f.message) for f in odd] == []


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


def test_asking_in_two_sessions_at_the_same_time_tells_the_same() -> None:
    target = resolve(None)
    with WorkerSource(target, Limits()) as source:
        apart = detect(source, all_specs(), apart=True)
        assert apart == detect(source, all_specs())
    assert len(apart) > 5


def test_a_session_that_ends_is_replaced_by_another() -> None:
    class Ending(DirectSession):
        alive = True

        def build(self, spec: Spec, seed: int = 0, *, later: bool = False) -> Any:
            if spec.name() == "ReLU":
                self.alive = False
                raise SubjectTimeout(5.0, "forward")
            return super().build(spec, seed, later=later)

    class Source:
        sessions = 0

        def session(self) -> DirectSession:
            self.sessions += 1
            return Ending(correct)

    source = Source()
    assert detect(source, ["ReLU", "CrossEntropyLoss"]) == {"loss reduction": "sum", "log epsilon": "2.2e-16"}
    assert source.sessions == 3  # one for the probes, one more after its end, one to ask about float32
