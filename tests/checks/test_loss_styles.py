"""Right losses, activations, initializers and AdaGrad in other styles: never accused, in either type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backproof import framework
from backproof.checks.results import Verdict
from backproof.specs import Spec

from . import loss_styles as styles
from .mutants import made_of
from .running import findings

STYLES: dict[str, tuple[str, Any]] = {
    "mean-of-scores": ("SoftMaxCrossEntropyLoss", styles.MeanOfScores),
    "log-sum-exp": ("SoftMaxCrossEntropyLoss", styles.LogSumExp),
    "sample-by-sample": ("SoftMaxCrossEntropyLoss", styles.SampleBySample),
    "summed-gradient": ("SoftmaxOutput", styles.SummedGradient),
    "gradient-with-epsilon": ("SoftmaxOutput", styles.GradientWithEpsilon),
    "clipped": ("SoftmaxOutput", styles.ClippedProbabilities),
    "smaller-epsilon": ("SoftmaxOutput", styles.SmallerEpsilon),
    "without-epsilon": ("SoftmaxOutput", styles.WithoutEpsilon),
    "half-the-sum": ("L2Loss", styles.scaled(framework.L2Loss, 0.5)),
    "half-the-mean-over-batch": ("L2Loss", styles.scaled(styles.scaled(framework.L2Loss, 0.5), "1/samples")),
    "expanded": ("L2Loss", styles.Expanded),
    "half-the-mean": ("MeanSquaredError", styles.scaled(framework.MeanSquaredError, 0.5)),
    "mean-over-batch": ("MeanSquaredError", styles.scaled(framework.MeanSquaredError, "features")),
    "summed-squares": ("LinearOutput", styles.SummedSquares),
    "hands-through": ("Identity", styles.HandsThrough),
    "table-of-functions": ("Activation", styles.TableOfFunctions),
    "standard-normal": ("Normal", styles.StandardNormalTimes),
    "larger-epsilon": ("AdaGrad", styles.LargerEpsilonOfRoot),
    "epsilon-inside": ("AdaGrad", styles.EpsilonInsideOfRoot),
    "tiny-epsilon-inside": ("AdaGrad", styles.TinyEpsilonInsideOfRoot),
    "rate-involved": ("AdaGrad", styles.RateInvolved),
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", STYLES)
def test_style_is_not_accused(name: str, dtype: str) -> None:
    spec_name, style = STYLES[name]
    build: Callable[[Spec], Any] = made_of(style)
    for seed in range(2):
        found = findings(build, spec_name, seed=seed, dtype=dtype)
        # Whether float32 stays float32 is another matter: some of these are written for float64.
        odd = [f for f in found if f.verdict is not Verdict.PASSED and "dtype" not in f.check]
        assert len(found) > 5
        assert [(seed, f.id, f.verdict, f.message) for f in odd] == []
