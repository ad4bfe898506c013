"""Losses in the course's API: what they are given and asked for, with a method predict and without."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backproof.adapters.builtin import BuiltinAdapter
from backproof.adapters.class_api.subjects import build
from backproof.checks.choices.conventions import detect
from backproof.checks.law import Level
from backproof.checks.plan.plan import make_plan
from backproof.checks.results import Finding, Verdict
from backproof.checks.run.runner import Runner
from backproof.checks.run.source import DirectSource
from backproof.checks.settings import Settings
from backproof.specs import Array, SoftMaxCrossEntropyLoss, Unsupported, all_specs

SCORES, TARGET = np.array([[1.0, 3.0], [2.0, 2.0]]), np.eye(2)


class Fused:
    """A submission's loss that has what a network needs while it trains."""

    def forward(self, x: Array, labels: Array) -> float:
        shifted = x - x.max(axis=1, keepdims=True)
        logarithms = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self.softmax = np.exp(logarithms)
        return float(-logarithms[labels == 1].sum())

    def backward(self, labels: Array) -> Array:
        gradient: Array = self.softmax - labels
        return gradient


class Predicting(Fused):
    def predict(self, x: Array) -> Array:
        powers: Array = np.exp(x - x.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)


def subject(cls: type) -> Any:
    return build(SoftMaxCrossEntropyLoss(), {"SoftMaxCrossEntropyLoss": cls}.get)


def findings(cls: type) -> list[Finding]:
    source = DirectSource(lambda spec: build(spec, {"SoftMaxCrossEntropyLoss": cls}.get), {})
    name, found = "SoftMaxCrossEntropyLoss", list[Finding]()
    Runner(make_plan([name], Settings(level=Level.STRICT)), source, Settings(conventions=detect(source, [name]))).run(
        1, found.append
    )
    return found


def test_calls_reach_the_submission() -> None:
    loss = subject(Predicting)
    expected = np.log(1 + np.exp(2)) + np.log(2)
    assert loss.forward(SCORES, TARGET) == pytest.approx(expected)
    np.testing.assert_allclose(loss.backward(TARGET), loss.predict(SCORES) - TARGET)
    assert loss.code_templates()["predict"] == "$self.predict($0)"


def test_a_loss_without_predict_says_so_and_is_checked_otherwise() -> None:
    with pytest.raises(Unsupported, match="Fused has no method predict"):
        subject(Fused).predict(SCORES)
    assert "predict" not in subject(Fused).code_templates()
    odd = [f for f in findings(Fused) if f.verdict is not Verdict.PASSED]
    assert {(f.check, f.verdict) for f in odd} == {("value.loss-predict", Verdict.UNSUPPORTED)}


def test_a_loss_with_predict_passes_everything() -> None:
    assert {f.verdict for f in findings(Predicting)} == {Verdict.PASSED}


def test_what_the_submission_lacks_is_not_offered() -> None:
    assert build(SoftMaxCrossEntropyLoss(), {}.get) is None


def test_the_built_in_framework_offers_every_spec() -> None:
    facts = BuiltinAdapter().describe()
    # Training by epochs and training loops belong to other courses' frameworks.
    expected = {name for name, spec in all_specs().items() if spec.kind not in {"perceptron", "trainer", "evaluator"}}
    assert set(facts["offered"]) == expected
    assert facts["missing"] == []


def test_pytorch_offers_what_it_has_of_the_other_courses_components() -> None:
    adapter = pytest.importorskip("backproof.adapters.torch_adapter", reason="needs PyTorch", exc_type=ImportError)
    others = {"Activation", "AdaGrad", "Identity", "L2Loss", "MeanSquaredError", "Normal", "SoftMaxCrossEntropyLoss"}
    assert others <= set(adapter.OFFERED) <= set(all_specs())
