"""`--dtype`: all data in float32, in every report; what computes in float32 by itself is named."""

from __future__ import annotations

from pathlib import Path

import pytest

import backproof
from backproof.checks.context import COMPUTES_IN_FLOAT32
from backproof.reports.commands import reproduce
from backproof.reports.terminal import render_text
from backproof.request import UsageError

from .submissions import EXAMPLE

SINGLE = """
import numpy as np


class ReLU:
    def forward(self, x):
        self.x = x.astype(np.float32)
        return np.maximum(self.x, np.float32(0))

    def backward(self, dy):
        return dy.astype(np.float32) * (self.x > 0)

    def set_phase(self, phase): ...
    def parameters(self): return {}
    def assign(self, parameters): ...
    def gradients(self): return {}
    def reseed(self, seed): ...


OFFERED = ["ReLU"]


def build(spec):
    return ReLU()
"""


def test_the_header_and_the_findings_say_the_type() -> None:
    result = backproof.check(EXAMPLE, "Sigmoid", dtype="float32")
    assert result
    assert result.header.dtype == "float32"
    assert all(finding.where.endswith("float32") for finding in result.findings)
    assert "data of float32" in render_text(result)
    assert "--dtype float32" in reproduce(result.header)


def test_float64_is_the_default() -> None:
    result = backproof.check(EXAMPLE, "Sigmoid/vector")
    assert result.header.dtype == "float64"
    assert "--dtype" not in reproduce(result.header)
    assert all(finding.where.endswith("float64") for finding in result.findings)


def test_level_strict_asks_for_float32() -> None:
    asked = {finding.id for finding in backproof.check(EXAMPLE, "Sigmoid", level="strict").findings}
    assert "Sigmoid/vector-float32/contract.dtype" in asked
    assert not any("float32" in finding.id for finding in backproof.check(EXAMPLE, "Sigmoid").findings)


def test_another_type_is_refused() -> None:
    with pytest.raises(UsageError, match="dtype='float16', but should be float64 or float32"):
        backproof.check(EXAMPLE, dtype="float16")


def test_a_check_of_float32_alone_says_what_to_do() -> None:
    with pytest.raises(UsageError, match="asked of nothing that the subject offers in float64, see --dtype"):
        backproof.check(EXAMPLE, "contract.loss-dtype", level="strict")
    assert backproof.check(EXAMPLE, "contract.loss-dtype", level="strict", dtype="float32")


def test_the_report_names_what_computes_in_float32(tmp_path: Path) -> None:
    (tmp_path / "single.py").write_text(SINGLE)
    result = backproof.check(tmp_path / "single.py", level="strict")
    assert result, result.footer.reasons
    assert result.header.conventions[COMPUTES_IN_FLOAT32] == "ReLU"
    assert "computes in float32: ReLU" in " ".join(render_text(result).split())
