"""Subjects that compute in float32, given float64 or float32: never accused; and errors do not hide behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backproof import framework
from backproof.checks.choices.conventions import detect
from backproof.checks.context import COMPUTES_IN_FLOAT32
from backproof.checks.results import Finding, Verdict
from backproof.mistakes import correct
from backproof.specs import Array, Spec, all_specs

from .mutants import made_of
from .running import Here, findings

LAYERS_AND_LOSS = ("BatchNormalization", "Dropout", "FullyConnected", "ReLU", "SoftMax", "CrossEntropyLoss", "Sgd")


class Converting:
    """Converts what goes into a subject to float32, and what comes out to `result`."""

    def __init__(self, inner: Any, result: type[np.floating[Any]]) -> None:
        self._inner, self._result = inner, result

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._inner, name)
        return lambda *arguments: _to(self._result, method(*(_to(np.float32, item) for item in arguments)))


def _to(dtype: type[np.floating[Any]], value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _to(dtype, item) for name, item in value.items()}
    floating = isinstance(value, np.ndarray | np.generic) and value.dtype.kind == "f"
    return np.asarray(value).astype(dtype) if floating else value


class RoundsItsInput(framework.FullyConnected):
    """The product is one of float64, but of an input of float32."""

    def forward(self, input_tensor: Array) -> Array:
        return super().forward(input_tensor.astype(np.float32).astype(np.float64))


class RoundsItsWeights(framework.FullyConnected):
    def forward(self, input_tensor: Array) -> Array:
        kept, self.weights = self.weights, self.weights.astype(np.float32).astype(np.float64)
        output = super().forward(input_tensor)
        self.weights = kept
        return output


SINGLE: dict[str, Callable[[Spec], Any]] = {
    "returns float32": lambda spec: Converting(correct(spec), np.float32),
    "returns float64 that holds float32": lambda spec: Converting(correct(spec), np.float64),
    "rounds its input": made_of(RoundsItsInput),
    "rounds its weights": made_of(RoundsItsWeights),
}


def odd(found: list[Finding]) -> list[tuple[str, str]]:
    """What is not passed; that float32 stays float32 is another matter."""
    return [(f.id, f.message) for f in found if f.verdict is not Verdict.PASSED and "dtype" not in f.check]


@pytest.mark.parametrize("kind", SINGLE)
def test_single_precision_is_never_accused(kind: str) -> None:
    for seed in range(1, 2):
        for name in LAYERS_AND_LOSS:
            assert odd(findings(SINGLE[kind], name, seed=seed)) == []


@pytest.mark.parametrize("kind", SINGLE)
def test_single_precision_is_detected(kind: str) -> None:
    known = detect(Here(SINGLE[kind]), all_specs())
    assert "FullyConnected" in known[COMPUTES_IN_FLOAT32].split(", ")


def test_the_framework_computes_in_the_type_of_its_data() -> None:
    assert COMPUTES_IN_FLOAT32 not in detect(Here(correct), all_specs())


def test_every_component_that_computes_in_float32_is_named() -> None:
    known = detect(Here(SINGLE["returns float32"]), all_specs())
    without = {"initializer", "perceptron", "trainer", "evaluator"}  # draws, and what is not in the built-in framework
    expected = {name for name, spec in all_specs().items() if spec.kind not in without}
    assert set(known[COMPUTES_IN_FLOAT32].split(", ")) == expected


def _off(error: Callable[[Array], Array]) -> Callable[[Spec], Any]:
    class Off(framework.FullyConnected):
        def forward(self, input_tensor: Array) -> Array:
            return error(super().forward(input_tensor))

    return made_of(type("FullyConnected", (Off,), {}))


def _one_entry(y: Array) -> Array:
    y[0, 0] += 1e-6
    return y


def _rounding_input(digits: int) -> Callable[[Spec], Any]:
    class Rounding(framework.FullyConnected):
        def forward(self, input_tensor: Array) -> Array:
            return super().forward(np.round(input_tensor, digits))

    return made_of(type("FullyConnected", (Rounding,), {}))


IMPRECISE: dict[str, Callable[[Spec], Any]] = {
    "one entry is off by 1e-6": _off(_one_entry),
    "1e-6 is added": _off(lambda y: y + 1e-6),
    "6 decimals are kept": _off(lambda y: np.round(y, 6)),
    "noise of the size of float32's": _off(lambda y: y * (1 + 1e-7 * np.sin(1e9 * y))),
    "float32, then 1e-6": _off(lambda y: y.astype(np.float32).astype(np.float64) + 1e-6),
    "6 decimals of the input are kept": _rounding_input(6),
    "9 decimals of the input are kept": _rounding_input(9),
}


@pytest.mark.parametrize("kind", IMPRECISE)
def test_other_errors_of_that_size_are_found(kind: str) -> None:
    assert COMPUTES_IN_FLOAT32 not in detect(Here(IMPRECISE[kind]), ["FullyConnected"])
    found = {finding.check for finding in findings(IMPRECISE[kind], "FullyConnected") if finding.failing}
    assert "value.forward" in found


@pytest.mark.parametrize("name", ["FullyConnected", "NeuralNetwork", "Adam"])
def test_errors_in_float32_are_found(name: str) -> None:
    class Off(Converting):
        def __getattr__(self, method: str) -> Callable[..., Any]:
            plain = super().__getattr__(method)
            wrong = method in {"forward", "update"}
            return lambda *arguments: _scaled(plain(*arguments)) if wrong else plain(*arguments)

    def _scaled(value: Any) -> Any:
        return value * (1 + 1e-2)

    found = findings(lambda spec: Off(correct(spec), np.float32), name)
    assert any(finding.failing and finding.family != "contract" for finding in found)


@pytest.mark.parametrize("spec_name", all_specs())
def test_the_framework_is_conformant_in_float32(spec_name: str) -> None:
    undecided = 0
    for seed in range(2):
        found = findings(correct, spec_name, seed=seed, dtype="float32")
        assert [(f.id, f.message) for f in found if f.verdict not in {Verdict.PASSED, Verdict.UNDECIDED}] == []
        undecided += sum(f.verdict is Verdict.UNDECIDED for f in found)
        assert undecided <= 0.01 * len(found) * (seed + 1)


def test_a_subject_that_promotes_float32_breaks_the_strict_law_alone() -> None:
    class Widening(framework.FullyConnected):
        def forward(self, input_tensor: Array) -> Array:
            return super().forward(input_tensor.astype(np.float64))

    found = findings(made_of(Widening), "FullyConnected", dtype="float32")
    assert {finding.check for finding in found if finding.failing} == {"contract.dtype"}
    assert {finding.level for finding in found if finding.failing} == {"strict"}


class ReformatsExactly(framework.BatchNormalization):
    """Computes in float32; `reformat` only moves numbers, and so leaves them as they are."""

    def forward(self, input_tensor: Array) -> Array:
        return super().forward(input_tensor.astype(np.float32)).astype(np.float32)

    def backward(self, error_tensor: Array) -> Array:
        return super().backward(error_tensor.astype(np.float32)).astype(np.float32)


class SwapsTwoChannels(ReformatsExactly):
    def reformat(self, tensor: Array) -> Array:
        rows = super().reformat(tensor)
        if rows.ndim == 2:
            rows = rows[:, ::-1].copy()
        return rows


def test_reformat_may_be_exact_in_a_layer_that_computes_in_float32() -> None:
    found = findings(made_of(ReformatsExactly), "BatchNormalization", names=("contract.reformat",))
    assert [finding.verdict for finding in found] == [Verdict.PASSED] * len(found)
    found = findings(made_of(SwapsTwoChannels), "BatchNormalization", names=("contract.reformat",))
    assert any(finding.failing for finding in found)
