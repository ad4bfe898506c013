"""Layers that a framework differentiates: the adapter says what forward computes, the base class does the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from backproof.adapters.autodiff import AutodiffLayer, Pull
from backproof.adapters.base import OptimizerAdapter
from backproof.checks.law import Level
from backproof.checks.plan.plan import make_plan
from backproof.checks.results import Finding, Verdict
from backproof.checks.run.runner import Runner
from backproof.checks.run.source import DirectSource
from backproof.checks.settings import Settings
from backproof.specs import Array, FullyConnected, OptimizerSubject, SgdWithMomentum, Spec, Unsupported


class Momentum(OptimizerAdapter):
    """The published update."""

    spec: SgdWithMomentum
    velocity: Any = 0.0

    def update(self, weights: Array, gradient: Array) -> Array:
        self.velocity = self.spec.momentum_rate * self.velocity - self.spec.learning_rate * gradient
        updated: Array = weights + self.velocity
        return updated


class Linear(AutodiffLayer):
    """What an adapter of a framework would be; the framework is three lines of NumPy."""

    def optimizer(self, spec: SgdWithMomentum) -> OptimizerSubject:
        return Momentum(spec)

    def linearize(self, parameters: dict[str, Array], x: Array) -> tuple[Array, Pull]:
        weights = parameters["weights"]

        def pull(dy: Array) -> tuple[Mapping[str, Array], Array]:
            return {"weights": x.T @ dy, "bias": dy.sum(axis=0)}, dy @ weights.T

        return x @ weights + parameters["bias"], pull


class Averaged(Linear):
    """The bias gradient is averaged."""

    def linearize(self, parameters: dict[str, Array], x: Array) -> tuple[Array, Pull]:
        y, right = super().linearize(parameters, x)

        def pull(dy: Array) -> tuple[Mapping[str, Array], Array]:
            gradients, dx = right(dy)
            return {**gradients, "bias": dy.mean(axis=0)}, dx

        return y, pull


class Wide(Linear):
    """Computes in float64 whatever it is given."""

    def linearize(self, parameters: dict[str, Array], x: Array) -> tuple[Array, Pull]:
        return super().linearize(parameters, x.astype(np.float64))


def failing(layer: type[AutodiffLayer]) -> set[str]:
    def build(spec: Spec) -> AutodiffLayer | None:
        return layer(spec) if isinstance(spec, FullyConnected) else None

    findings: list[Finding] = []
    plan = make_plan(["FullyConnected"], Settings(level=Level.STRICT))
    Runner(plan, DirectSource(build, {})).run(1, findings.append)
    assert len(findings) > 100
    return {item.check for item in findings if item.verdict in {Verdict.FAILED, Verdict.ERRORED}}


def test_a_right_layer_is_accepted_at_the_strictest_level() -> None:
    assert failing(Linear) == set()


@pytest.mark.parametrize(("layer", "check"), [(Averaged, "gradient.parameter"), (Wide, "contract.dtype")])
def test_a_wrong_layer_is_found(layer: type[AutodiffLayer], check: str) -> None:
    assert check in failing(layer)


def test_without_an_optimizer_none_can_be_attached() -> None:
    layer = AutodiffLayer(FullyConnected(input_size=2, output_size=1))
    with pytest.raises(Unsupported, match=r"override AutodiffLayer\.optimizer to have it checked"):
        layer.attach_optimizer(0.1, 0.9)
    with pytest.raises(Unsupported, match=r"override AutodiffLayer\.linearize to have it checked"):
        layer.forward(np.ones((1, 2)))


def test_what_is_handed_out_and_taken_in_is_copied() -> None:
    layer = Linear(FullyConnected(input_size=2, output_size=1))
    weights, x = np.ones((2, 1)), np.ones((1, 2))
    layer.assign({"weights": weights})
    weights[:] = 7.0
    layer.parameters()["weights"][:] = 7.0
    assert layer.forward(x).tolist() == [[2.0]]
    x[:] = 7.0
    assert layer.backward(np.ones((1, 1))).tolist() == [[1.0, 1.0]]
    layer.gradients()["weights"][:] = 7.0
    assert layer.gradients()["weights"].tolist() == [[1.0], [1.0]]
