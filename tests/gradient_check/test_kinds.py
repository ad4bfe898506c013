"""Kinds of mistakes of the checker itself: what may not be passed, and what may not be accused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backproof import check_gradient
from backproof.checks.results import Verdict

from .pairs import Array, draw, tanh, tanh_backward

DTYPES = pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["float64", "float32"])


@pytest.mark.parametrize("number", range(1, 9))
def test_one_wrong_answer_of_backward_is_never_passed(number: int) -> None:
    """A check of a smooth function that passes calls backward 8 times; whichever of them is wrong, it is noticed."""
    calls = []

    def backward(x: Array, dy: Array) -> Array:
        calls.append(x)
        return tanh_backward(x, dy) * (3 if len(calls) == number else 1)

    assert not check_gradient(tanh, backward, draw(20))


@DTYPES
def test_the_gradient_of_the_steps_of_a_staircase_is_not_accused(dtype: Any) -> None:
    for seed in range(5):
        x = np.random.default_rng(seed).normal(size=40).astype(dtype)
        result = check_gradient(lambda x: np.round(x, 3), lambda x, dy: np.zeros_like(x), x)
        assert result.verdict is not Verdict.FAILED, str(result)


@DTYPES
def test_a_slope_that_is_not_zero_is_not_excused_as_a_staircase(dtype: Any) -> None:
    for seed in range(5):
        x = draw(40, seed=seed).astype(dtype)
        assert check_gradient(np.sin, lambda x, dy: np.zeros_like(x), x, seed=seed).verdict is Verdict.FAILED


def _system(condition: float, seed: int) -> Array:
    rng = np.random.default_rng(seed)
    left, right = (np.linalg.qr(rng.normal(size=(5, 5)))[0] for _ in range(2))
    return np.asarray(left @ np.diag(np.logspace(0, -np.log10(condition), 5)) @ right)


@pytest.mark.parametrize("condition", [1e2, 1e6, 1e10])
def test_solutions_of_badly_conditioned_systems(condition: float) -> None:
    for seed in range(5):
        m = _system(condition, seed)

        def forward(b: Array, m: Array = m) -> Array:
            return np.linalg.solve(m, b)

        assert check_gradient(forward, lambda b, dy, m=m: np.linalg.solve(m.T, dy), draw(5, seed=seed), seed=seed)
        for wrong in (
            lambda b, dy, m=m: np.linalg.solve(m, dy),
            lambda b, dy, m=m: 1.01 * np.linalg.solve(m.T, dy),
        ):
            assert not check_gradient(forward, wrong, draw(5, seed=seed), seed=seed)


def test_a_factor_of_a_well_conditioned_map_is_no_matter_of_conditioning() -> None:
    m = np.eye(5) + draw(5, 5) / 10
    for seed in range(5):
        right = check_gradient(lambda x: m @ x, lambda x, dy: m.T @ dy, draw(5, seed=seed), seed=seed)
        wrong = check_gradient(lambda x: m @ x, lambda x, dy: (1 + 1e-8) * m.T @ dy, draw(5, seed=seed), seed=seed)
        assert right
        assert not wrong


@DTYPES
@pytest.mark.parametrize("axis", ["input", "output"])
def test_one_huge_entry_hides_no_other(axis: str, dtype: Any) -> None:
    """A derivative of 1e12 beside those of about 1, of an entry of the block or of the output."""
    scale = np.ones(12, dtype=dtype)
    scale[3] = 1e12
    x = draw(12).astype(dtype)

    def forward(x: Array) -> Array:
        return np.tanh(scale * x) if axis == "input" else scale * np.tanh(x)

    def linear(x: Array, dy: Array, factor: float = 1.0) -> Array:
        answer = scale * dy
        answer[5] *= dtype(factor)
        return np.asarray(answer)

    for seed in range(5):
        assert check_gradient(lambda x: scale * x, linear, x, seed=seed)
        wrong = check_gradient(lambda x: scale * x, lambda x, dy: linear(x, dy, 0.5), x, seed=seed)
        assert not wrong, str(wrong)
    if axis == "output":
        right = check_gradient(forward, lambda x, dy: scale * tanh_backward(x, dy), x)
        assert right, str(right)


def test_a_steep_output_changes_nothing_for_the_others() -> None:
    """The root of |x| has no derivative at 0; all others keep their small steps."""
    x = np.append(0.0, draw(9))

    def backward(x: Array, dy: Array, factor: float = 1.0) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            return factor * np.where(x != 0, dy * np.sign(x) / (2 * np.sqrt(np.abs(x))), 0.0)

    for seed in range(5):
        result = check_gradient(lambda x: np.sqrt(np.abs(x)), backward, x, seed=seed)
        assert result.passed
        assert result["x"].tolerance < 1e-8 * result["x"].scale
        assert not check_gradient(lambda x: np.sqrt(np.abs(x)), lambda x, dy: backward(x, dy, 1 + 1e-6), x, seed=seed)


def test_numbers_that_differ_are_printed_so() -> None:
    result = check_gradient(tanh, lambda x, dy: (1 + 1e-8) * tanh_backward(x, dy), draw(5))
    for finding in result.findings:
        assert not finding.expected or finding.expected != finding.found


def test_a_factor_that_holds_for_some_entries_only_is_not_read_as_one_of_all() -> None:
    result = check_gradient(
        lambda x: np.maximum(x, 0),
        lambda x, dy: dy * ((x > 0) + np.ones_like(x)),
        np.array([1.0, -1.0, 2.0, -2.0, 0.7]),
    )
    assert result.verdict is Verdict.FAILED
    assert "every entry" not in result["x"].message


@pytest.mark.parametrize("parts", [7, 32, 129])
def test_a_factor_is_read_as_a_part(parts: int) -> None:
    result = check_gradient(tanh, lambda x, dy: tanh_backward(x, dy) / parts, draw(3, 4))
    assert f"every entry is 1/{parts} times" in result["x"].message


def test_a_failure_costs_about_four_hundred_calls() -> None:
    for wrong in (lambda x, dy: 2 * tanh_backward(x, dy), lambda x, dy: tanh_backward(x, dy) * (1 + 1e-7)):
        assert check_gradient(tanh, wrong, draw(40, 30)).evaluations <= 520
