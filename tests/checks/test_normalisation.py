"""Gradients that vanish because large terms cancel: batches of two, layer norm of two features and of one.

Two values are normalised to -1 and 1 whatever they are, and one to 0, so their gradient is 0 but for rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np
import pytest

from backproof.checks.definitions.dispatch import ANY, Conventions, forward
from backproof.checks.definitions.normalisation import normalised
from backproof.checks.law import Level
from backproof.checks.numerics.compare import Estimate
from backproof.checks.plan.plan import make_plan
from backproof.checks.results import Finding, Verdict
from backproof.checks.run.runner import Runner
from backproof.checks.settings import Settings
from backproof.framework.layers.weights_and_bias import WeightsAndBias
from backproof.mistakes import all_mistakes, correct
from backproof.mistakes.subjects import build
from backproof.specs import Array, Case, LayerSpec, Parameter, Spec, Trait
from backproof.specs.registry import _SPECS, register

from .running import Here

DTYPES = ["float64", "float32"]
SEEDS = range(2)
EPSILON = 1e-12


@dataclass(frozen=True, kw_only=True)
class LayerNorm(LayerSpec):
    """Layer normalisation: (batch, features) -> the same shape."""

    features: int

    source: ClassVar[str] = "Ba, Kiros, Hinton: Layer Normalization (2016), section 3"
    definition: ClassVar[str] = "y = weights * (x - mean) / sqrt(var + eps) + bias, by sample"
    traits: ClassVar[frozenset[Trait]] = frozenset({Trait.BATCH_INDEPENDENT, Trait.DIFFERENTIABLE, Trait.NORMALISES})

    def __post_init__(self) -> None:
        """Any number of features will do."""

    def parameters(self) -> Mapping[str, Parameter]:
        shape = (self.features,)
        return {"weights": Parameter(shape=shape, initial=1.0), "bias": Parameter(shape=shape, initial=0.0)}

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return tuple(
            Case(name=f"{features}-features", spec=cls(features=features), input_shape=(3, features))
            for features in (6, 2, 1)
        )


@forward.register
def _(spec: LayerNorm, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Estimate:
    del spec, conventions
    return normalised(x, parameters, (((n, c), x[n]) for n, c in np.ndindex(*x.shape)))


class Norm(WeightsAndBias):
    """Right, by the textbook formula."""

    def __init__(self, features: int) -> None:
        self.weights, self.bias = np.ones(features), np.zeros(features)

    def forward(self, x: Array) -> Array:
        mean = x.mean(axis=1, keepdims=True)
        self.deviation = np.sqrt(self.variance(x, mean) + EPSILON).astype(x.dtype)
        self.normal = (x - mean) / self.deviation
        self.used = self.weights.astype(x.dtype)
        return self.used * self.normal + self.bias.astype(x.dtype)

    def variance(self, x: Array, mean: Array) -> Array:
        result: Array = np.square(x - mean).mean(axis=1, keepdims=True)
        return result

    def backward(self, dy: Array) -> Array:
        result = self.to_input(dy * self.used)
        self._learn((dy * self.normal).sum(axis=0), dy.sum(axis=0))
        return result

    def to_input(self, scaled: Array) -> Array:
        through = self.normal * (scaled * self.normal).mean(axis=1, keepdims=True)
        result: Array = (scaled - scaled.mean(axis=1, keepdims=True) - through) / self.deviation
        return result


class OtherVariance(Norm):
    """The mean of the squares less the square of the mean."""

    def variance(self, x: Array, mean: Array) -> Array:
        result: Array = np.maximum((x * x).mean(axis=1, keepdims=True) - mean * mean, 0.0)
        return result


class StepByStep(Norm):
    """The gradients of variance and mean one after another, as a computational graph has them."""

    def to_input(self, scaled: Array) -> Array:
        size, distance = scaled.shape[1], self.normal * self.deviation
        of_variance = (scaled * distance).sum(axis=1, keepdims=True) * -0.5 / self.deviation**3
        of_mean = -(scaled / self.deviation).sum(axis=1, keepdims=True)
        result: Array = scaled / self.deviation + of_variance * 2 * distance / size + of_mean / size
        return result


class ForgetsTheMean(Norm):
    """The mean is taken for a constant."""

    def to_input(self, scaled: Array) -> Array:
        result: Array = (scaled - self.normal * (scaled * self.normal).mean(axis=1, keepdims=True)) / self.deviation
        return result


class ForgetsTheDeviation(Norm):
    """The deviation is taken for a constant."""

    def to_input(self, scaled: Array) -> Array:
        result: Array = (scaled - scaled.mean(axis=1, keepdims=True)) / self.deviation
        return result


def norm_subject(cls: type[Norm]) -> Callable[[Spec], Any]:
    return partial(build, parts={LayerNorm.name(): cls})


@pytest.fixture
def layer_norm() -> Iterator[str]:
    register(LayerNorm)
    try:
        yield LayerNorm.name()
    finally:
        del _SPECS[LayerNorm.name()]


def found_for(build: Callable[[Spec], Any], names: tuple[str, ...], dtype: str, seed: int) -> list[Finding]:
    settings = Settings(level=Level.STRICT, names=names, dtype=dtype, seed=seed)
    found: list[Finding] = []
    Runner(make_plan((names[0].partition("/")[0],), settings), Here(build), settings).run(1, found.append)
    return found


def accused(found: list[Finding]) -> list[str]:
    return [f"{finding.id}: {finding.verdict}: {finding.message}" for finding in found if finding.verdict != "passed"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cls", [Norm, OtherVariance, StepByStep])
def test_right_layer_norms_are_not_accused(layer_norm: str, cls: type[Norm], dtype: str) -> None:
    for seed in SEEDS:
        assert accused(found_for(norm_subject(cls), (layer_norm,), dtype, seed)) == []


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("cls", "features"), [(ForgetsTheMean, (6, 2, 1)), (ForgetsTheDeviation, (6, 2))])
def test_wrong_layer_norms_are_caught_where_they_differ(
    layer_norm: str, cls: type[Norm], features: tuple[int, ...], dtype: str
) -> None:
    for seed in SEEDS:
        found = found_for(norm_subject(cls), (layer_norm,), dtype, seed)
        wrong = {
            f.case.removesuffix("-float32")
            for f in found
            if f.check == "gradient.input" and f.verdict is Verdict.FAILED
        }
        assert wrong == {f"{count}-features" for count in features}


# Batch norm with a batch of two.

TWO = "BatchNormalization/batch=2,channels=3,phase=train"


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_right_batch_norm_of_two_samples_is_not_accused(dtype: str) -> None:
    for seed in SEEDS:
        assert accused(found_for(correct, (TWO,), dtype, seed)) == []


@pytest.mark.parametrize("dtype", DTYPES)
def test_wrong_batch_norms_of_two_samples_are_caught(dtype: str) -> None:
    """The terms of mean and deviation: without one of them, nothing cancels."""
    for name in ("way-through-mean-missing", "way-through-variance-missing"):
        for seed in SEEDS:
            found = found_for(all_mistakes()[f"batch_normalization.{name}"].build, (TWO,), dtype, seed)
            assert any(f.check == "gradient.input" and f.verdict is Verdict.FAILED for f in found)
