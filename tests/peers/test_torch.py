"""PyTorch as an independent judge of the specs: what it implements must be conformant."""

from __future__ import annotations

import numpy as np
import pytest

import backproof
from backproof.adapters import load, resolve
from backproof.checks.choices.conventions import detect
from backproof.checks.context import COMPUTES_IN_FLOAT32
from backproof.checks.law import Level
from backproof.checks.numerics.precision import PRECISIONS
from backproof.checks.plan.plan import make_plan
from backproof.checks.results import Finding, Verdict
from backproof.checks.run.runner import Runner
from backproof.checks.run.source import DirectSource
from backproof.checks.settings import Settings
from backproof.specs import Array, LayerSpec, RecurrentSpec, find_spec

pytest.importorskip("torch", reason="needs PyTorch")
pytestmark = pytest.mark.peers

SUBJECT = "backproof.adapters.torch_adapter"


@pytest.fixture(scope="module")
def source() -> DirectSource:
    adapter = load(resolve(SUBJECT))
    return DirectSource(adapter.build, adapter.describe())


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("seed", range(2))
def test_every_layer_that_pytorch_offers_is_conformant_at_the_strictest_level(
    source: DirectSource, seed: int, dtype: str
) -> None:
    offered = source.facts["offered"]
    plan = make_plan(offered, Settings(level=Level.STRICT, dtype=dtype))
    findings: list[Finding] = []
    Runner(plan, source, Settings(conventions=detect(source, offered, dtype=dtype), seed=seed)).run(1, findings.append)
    odd = [f"{item.id}: {item.message}" for item in findings if item.verdict is not Verdict.PASSED]
    without_penalties = [line for line in odd if "/with-L" not in line and "/regularization.layer: " not in line]
    assert len(findings) > 600
    assert without_penalties == []


def test_modules_of_float32_that_are_given_float64_are_not_accused(
    source: DirectSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backproof.adapters import torch_adapter

    class Single(torch_adapter.TorchLayer):
        def forward(self, x: Array) -> Array:
            return super().forward(x.astype(np.float32))

        def backward(self, dy: Array) -> Array:
            return super().backward(dy.astype(np.float32))

    monkeypatch.setattr(torch_adapter, "TorchLayer", Single)
    offered = [name for name in source.facts["offered"] if issubclass(find_spec(name), LayerSpec)]
    layers = [name for name in offered if not issubclass(find_spec(name), RecurrentSpec)]  # of another class
    known = detect(source, layers)
    assert known[COMPUTES_IN_FLOAT32].split(", ") == sorted(layers)
    for seed in range(1):
        findings: list[Finding] = []
        Runner(make_plan(layers, Settings(level=Level.STRICT)), source, Settings(conventions=known, seed=seed)).run(
            1, findings.append
        )
        assert [f"{item.id}: {item.message}" for item in findings if item.verdict is not Verdict.PASSED] == []


def test_pytorch_is_conformant_in_the_sandbox() -> None:
    result = backproof.check(SUBJECT, "FullyConnected", "BatchNormalization", "RNN", "LSTM", "Adam", seconds=60.0)
    assert result, result.footer.reasons
    assert result.header.conventions["running statistics"] == "unbiased variance, decay 0.8"
    assert result.header.conventions["Adam epsilon"] == "1e-8"


def test_a_wrong_gradient_of_pytorch_would_be_found(source: DirectSource, monkeypatch: pytest.MonkeyPatch) -> None:
    from backproof.adapters import torch_adapter

    right = torch_adapter.TorchLayer.backward
    monkeypatch.setattr(torch_adapter.TorchLayer, "backward", lambda self, dy: right(self, dy) * (1 + 1e-6))
    plan = make_plan(["FullyConnected"], Settings(names=("gradient.input",)))
    findings: list[Finding] = []
    Runner(plan, source).run(1, findings.append)
    assert {item.verdict for item in findings} == {Verdict.FAILED}
