"""Odd values: whatever a subject returns, the finding is about the subject, and never an error of the harness.

Every method of every kind of subject returns every kind of odd value, at its first call or at a later one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backproof.checks.results import Finding, Verdict
from backproof.mistakes import correct
from backproof.specs import Array, Spec

from .running import BuildSubject, findings

Odd = Callable[[Any], Any]


def each(change: Callable[[Array], Any]) -> Odd:
    """Change every array or number in a value."""

    def changed(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: change(np.asarray(item, dtype=float)) for name, item in value.items()}
        if isinstance(value, list):
            return [change(np.ones(2)) for _ in value]
        return change(np.asarray(0.0 if value is None else value, dtype=float))

    return changed


ODD: dict[str, Odd] = {
    "None": lambda value: None,
    "string": lambda value: "what is this",
    "object": lambda value: object(),
    "True": lambda value: True,
    "empty dict": lambda value: {},
    "empty list": lambda value: [],
    "ragged list": lambda value: [[1.0], [1.0, 2.0]],
    "complex number": lambda value: 1j,
    "pair": lambda value: (value, value),
    "huge integer": lambda value: 10**400,
    "lists": each(lambda array: array.tolist()),
    "NaN": each(lambda array: np.full_like(array, np.nan)),
    "infinite": each(lambda array: np.full_like(array, np.inf)),
    "overflowing": each(lambda array: np.full_like(array, 1e308)),
    "complex": each(lambda array: array + 1j),
    "integers": each(lambda array: array.astype(int)),
    "booleans": each(lambda array: array > 0),
    "object array": each(lambda array: array.astype(object)),
    "text array": each(lambda array: array.astype(str)),
    "single": each(lambda array: array.astype(np.float32)),
    "shorter": each(lambda array: array[:-1] if array.ndim else np.ones(2)),
    "empty": each(lambda array: np.zeros(0)),
    "scalar": each(lambda array: np.asarray(1.0)),
    "transposed": each(np.transpose),
    "more axes": each(lambda array: array[None, None]),
    "masked": each(lambda array: np.ma.masked_array(array, array > 0)),
}

NEVER_RIGHT = ("None", "string", "object", "empty list", "NaN", "complex", "text array", "empty")
LATER = ("None", "string", "empty dict", "ragged list", "NaN", "complex", "booleans", "object array", "empty", "scalar",
         "shorter", "transposed")  # fmt: skip
UNREAD = {
    ("FullyConnected/4-to-3/initializer.layer", "initialize")
}  # a layer need not say how it called its initializer

# What is run, and which of its methods answer.
METHODS = {
    "FullyConnected/4-to-3": ("forward", "backward", "parameters", "gradients"),
    "FullyConnected/4-to-3/initializer.layer": ("initialize",),
    "BatchNormalization/vector": ("forward", "backward", "gradients"),
    "Dropout/keep-0.25": ("forward", "backward"),
    "CrossEntropyLoss/9-by-4": ("forward", "backward"),
    "L2_Regularizer/matrix": ("norm", "gradient"),
    "Adam/small-decays": ("update",),
    "Sgd/with-L1": ("update",),
    "Constant/vector": ("initialize",),
    "He/kernels": ("initialize",),
    "NeuralNetwork/classifier": ("forward", "train", "test", "parameters", "gradients"),
    "NeuralNetwork/with-L2": ("forward", "test", "gradients"),
    "NeuralNetwork/with-phases": ("test", "seen_phases"),
}
CALLS = [(case, method) for case, methods in METHODS.items() for method in methods]


class Strange:
    """A subject of which one method returns odd values, after some right ones."""

    def __init__(self, inner: Any, method: str, odd: Odd, right: int) -> None:
        self._inner, self._method, self._odd, self._right = inner, method, odd, right

    def __getattr__(self, name: str) -> Any:
        answer = getattr(self._inner, name)
        if name != self._method:
            return answer

        def odd(*arguments: Any) -> Any:
            value = answer(*arguments)
            self._right -= 1
            return value if self._right >= 0 else self._odd(value)

        return odd


def strange(spec_name: str, method: str, odd: Odd, right: int) -> BuildSubject:
    def build(spec: Spec) -> Any:
        return Strange(correct(spec), method, odd, right) if spec.name() == spec_name else correct(spec)

    return build


def found_in(case: str, method: str, odd: Odd, right: int = 0) -> list[Finding]:
    spec_name = case.partition("/")[0]
    return findings(strange(spec_name, method, odd, right), spec_name, names=(case,), conventions={})


@pytest.mark.parametrize(("case", "method"), CALLS, ids=[f"{case}:{method}" for case, method in CALLS])
def test_odd_values_are_reported_and_never_the_harness_fault(case: str, method: str) -> None:
    blamed, missed = [], []
    for name, odd in ODD.items():
        found = found_in(case, method, odd)
        blamed += [f"{name}: {item.id}: {item.message}" for item in found if item.verdict is Verdict.HARNESS_ERROR]
        failing = [item for item in found if item.failing]
        assert all(item.message and item.expected and item.found for item in failing), name
        if name in NEVER_RIGHT and not any(item.verdict is not Verdict.PASSED for item in found):
            missed.append(name)
    assert blamed == []
    assert missed == [] or (case, method) in UNREAD, "these values pass every check"


@pytest.mark.parametrize(("case", "method"), CALLS, ids=[f"{case}:{method}" for case, method in CALLS])
def test_odd_values_after_right_ones_are_never_the_harness_fault(case: str, method: str) -> None:
    blamed = [
        f"{name}: {finding.id}: {finding.message}"
        for name in LATER
        for finding in found_in(case, method, ODD[name], right=1)
        if finding.verdict is Verdict.HARNESS_ERROR
    ]
    assert blamed == []


@pytest.mark.parametrize(
    ("case", "method", "name", "check", "message"),
    [
        (
            "ReLU/vector",
            "forward",
            "None",
            "contract.forward",
            "is None, but should be a floating-point array of",
        ),
        ("ReLU/vector", "forward", "NaN", "contract.forward", "[0, 0] = nan, but should be finite; 50 of 50 entries"),
        ("ReLU/vector", "forward", "integers", "contract.forward", "has dtype int64, but should be floating-point"),
        ("ReLU/vector", "forward", "shorter", "contract.forward", "has shape (9, 5), but should have (10, 5)"),
        ("ReLU/vector", "backward", "string", "contract.backward", "backward(dy) is str 'what is this', but should be"),
        ("ReLU/vector", "forward", "object array", "contract.forward", "ndarray of object"),
        ("L2_Regularizer/matrix", "norm", "None", "regularization.norm", "norm(w) is None, but should be a number"),
        ("L2_Regularizer/matrix", "norm", "NaN", "regularization.norm", "norm(w) = nan, but should be finite"),
        ("Sgd/matrix", "update", "None", "optimizer.trajectory", "the weights after 1 step is None, but should be an"),
        ("Constant/matrix", "initialize", "lists", "contract.initializer", "but should be a floating-point array"),
    ],
)
def test_the_message_says_what_came_and_what_was_expected(
    case: str, method: str, name: str, check: str, message: str
) -> None:
    found = {finding.check: finding for finding in found_in(case, method, ODD[name])}
    assert found[check].verdict is Verdict.FAILED
    assert message in found[check].message


@pytest.mark.parametrize(
    ("case", "method", "name"),
    [
        ("FullyConnected/4-to-3", "backward", "shorter"),
        ("FullyConnected/4-to-3", "backward", "object array"),
        ("CrossEntropyLoss/9-by-4", "forward", "string"),
        ("CrossEntropyLoss/9-by-4", "backward", "transposed"),
    ],
)
def test_a_call_that_returns_something_else_than_its_like_is_named(case: str, method: str, name: str) -> None:
    """The first calls answer well, so the contract holds; a later law meets the odd value."""
    failing = [finding for finding in found_in(case, method, ODD[name], right=1) if finding.failing]
    assert any(finding.message.startswith(f"{method} returned ") for finding in failing)
    assert all("please report this" not in finding.message for finding in failing)


def test_numbers_of_numpy_and_arrays_with_one_entry_are_numbers() -> None:
    for odd in (each(lambda array: array), each(np.float64), each(np.atleast_1d)):
        found = found_in("L2_Regularizer/matrix", "norm", odd)
        assert {finding.verdict for finding in found} == {Verdict.PASSED}
