"""Backward is linear in the incoming gradient: that of the input and those of the parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backproof.checks.numerics.precision import PRECISIONS
from backproof.checks.results import Verdict
from backproof.mistakes import all_mistakes
from backproof.mistakes.subjects import build
from backproof.specs import Array, LayerSpec

from .running import findings

LAW = "contract.linear"


class ClipsForParameters:
    """A layer whose parameters see a clipped incoming gradient; what it hands on is right."""

    def __init__(self, spec: LayerSpec) -> None:
        self._inner, self._at = build(spec), 1.5
        self._gradients: dict[str, Array] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def backward(self, dy: Array) -> Array:
        self._inner.backward(np.clip(dy, -self._at, self._at))
        self._gradients = {name: np.array(value) for name, value in self._inner.gradients().items()}
        result: Array = self._inner.backward(dy)
        return result

    def gradients(self) -> dict[str, Array]:
        return self._gradients


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("spec_name", ["FullyConnected", "Conv", "BatchNormalization"])
def test_gradients_of_parameters_are_linear(spec_name: str, dtype: str) -> None:
    found = [f for f in findings(ClipsForParameters, spec_name, dtype=dtype, names=(LAW,)) if f.check == LAW]
    failed = [f.message for f in found if f.verdict is Verdict.FAILED]
    assert failed
    assert all("the gradient of " in message and "after backward(2 v + 3 w)" in message for message in failed)


def test_gradients_that_are_summed_up_are_linear() -> None:
    mistake = all_mistakes()["fully_connected.gradients-accumulate"]
    found = findings(mistake.build, mistake.spec, names=(LAW, "contract.accumulation"))
    verdicts = {law: {f.verdict for f in found if f.check == law} for law in (LAW, "contract.accumulation")}
    assert verdicts == {LAW: {Verdict.PASSED}, "contract.accumulation": {Verdict.FAILED}}
