"""Keras, JAX, tinygrad and mygrad through the adapters of the examples: right as they are, found when made wrong."""

from __future__ import annotations

from importlib.util import find_spec as installed
from pathlib import Path
from typing import Any

import pytest

import backproof
from backproof.adapters import load, resolve
from backproof.checks.plan.plan import make_plan
from backproof.checks.results import Finding, Verdict
from backproof.checks.run.runner import Runner
from backproof.checks.run.source import DirectSource
from backproof.checks.settings import Settings

pytestmark = pytest.mark.frameworks

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NEEDS = {
    "jax": ("jax", "equinox", "optax"),
    "keras": ("keras", "jax"),
    "tinygrad": ("tinygrad",),
    "mygrad": ("mygrad",),
}
QUICK = ("FullyConnected", "Activation")  # on every framework; the others are for benchmarks/frameworks.py


@pytest.fixture(params=NEEDS)
def adapter(request: pytest.FixtureRequest) -> str:
    if not all(map(installed, NEEDS[request.param])):
        pytest.skip(f"needs {' and '.join(NEEDS[request.param])}")
    return str(EXAMPLES / "frameworks" / f"{request.param}_adapter.py")


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_framework_is_conformant_at_the_strictest_level(adapter: str, dtype: str) -> None:
    result = backproof.check(
        adapter, *QUICK, effort="quick", level="strict", dtype=dtype, direct=True, jobs=1, seconds=600.0
    )
    assert result, result.footer.reasons
    assert result.footer.counts["passed"] > 80


def test_a_framework_is_conformant_behind_the_wall(adapter: str) -> None:
    # One job: judges would be forked from this process, in which other tests have made the threads of XLA.
    result = backproof.check(adapter, "FullyConnected", effort="quick", seconds=600.0, jobs=1)
    assert result, result.footer.reasons
    assert result.header.protected


def test_a_wrong_gradient_of_a_framework_would_be_found(adapter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load(resolve(adapter))
    source = DirectSource(lambda spec: _slightly_wrong(loaded.build(spec)), loaded.describe())
    findings: list[Finding] = []
    Runner(make_plan(["FullyConnected"], Settings(names=("gradient.input",), effort="quick")), source).run(
        1, findings.append
    )
    assert {item.verdict for item in findings} == {Verdict.FAILED}


def _slightly_wrong(layer: Any) -> Any:
    right = layer.backward
    layer.backward = lambda dy: right(dy) * (1 + 1e-6)
    return layer


@pytest.mark.skipif(not all(map(installed, NEEDS["jax"])), reason="needs JAX, Equinox and Optax")
def test_what_equinox_does_differently_is_waived_and_nothing_else() -> None:
    result = backproof.check(
        str(EXAMPLES / "frameworks" / "jax_adapter.py"),
        "BatchNormalization",
        effort="quick",
        direct=True,
        jobs=1,
        seconds=600.0,
        waivers=str(EXAMPLES / "waivers" / "jax.toml"),
    )
    assert result, result.footer.reasons
    waived = {finding.check for finding in result.findings if finding.verdict is Verdict.WAIVED}
    assert waived == {"phase.running-first"}
