"""The second opinion: given where forward is analytic, and only there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backproof import check_gradient
from backproof.checks.results import Verdict

from .pairs import Array, affine, affine_backward, affine_blocks, affine_wrong, draw, tanh, tanh_backward

X = draw(5, 4)


def verdict(forward: Any, backward: Any, x: Any = X, dtype: Any = None) -> Verdict:
    """Of the complex step alone."""
    result = check_gradient(forward, backward, x, complex_step=True, dtype=dtype)
    return next(finding.verdict for finding in result.findings if finding.law == "complex step")


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_it_agrees_with_a_right_gradient_and_not_with_a_wrong_one(dtype: str) -> None:
    assert verdict(tanh, tanh_backward, dtype=dtype) is Verdict.PASSED
    assert verdict(tanh, lambda x, dy: -tanh_backward(x, dy), dtype=dtype) is Verdict.FAILED


def test_every_block_has_its_own() -> None:
    result = check_gradient(affine, affine_wrong("bias", 2.0), affine_blocks(), complex_step=True)
    found = {finding.block: finding.verdict for finding in result.findings if finding.law == "complex step"}
    assert found == {"x": Verdict.PASSED, "weights": Verdict.PASSED, "bias": Verdict.FAILED}
    assert check_gradient(affine, affine_backward, affine_blocks(), complex_step=True)


def to_numbers(x: Array) -> Array:
    return np.array([float(item) for item in x.ravel()])


@pytest.mark.parametrize(
    ("forward", "backward", "text"),
    [
        (np.abs, lambda x, dy: dy * np.sign(x), "forward returns real numbers for a complex input"),
        (lambda x: np.sqrt(x * np.conj(x)), lambda x, dy: dy * np.sign(x), "forward is not analytic here"),
        (lambda x: x.real + 0 * x, lambda x, dy: dy, "forward is not analytic here"),
        (to_numbers, lambda x, dy: dy.reshape(x.shape), "forward(x) raises ComplexWarning"),
    ],
    ids=["abs", "conjugate", "real part", "float"],
)
def test_where_it_is_not_possible_it_says_nothing_of_the_gradient(forward: Any, backward: Any, text: str) -> None:
    result = check_gradient(forward, backward, X, complex_step=True)
    assert result["x"].verdict is Verdict.PASSED
    assert result.verdict is Verdict.UNDECIDED
    assert text in result.findings[-1].message
    assert check_gradient(forward, backward, X)  # by default it is not asked


def test_after_a_failure_it_is_asked_by_default() -> None:
    def wrong(x: Array, dy: Array) -> Array:
        return 2 * tanh_backward(x, dy)

    said = check_gradient(tanh, wrong, X)["x"].evidence["complex step"]
    assert said == "a complex step of forward agrees with finite differences, and not with backward"
    assert "complex step" not in check_gradient(tanh, wrong, X, complex_step=False)["x"].evidence
    assert "complex step" not in check_gradient(tanh, tanh_backward, X)["x"].evidence


def test_it_is_compared_within_its_own_bound_and_not_within_that_of_differences() -> None:
    """A large constant hides the eighth digit of the derivative from differences; no imaginary part sees it."""

    def far(x: Array) -> Array:
        return np.tanh(x) + 1e6

    for seed in range(20):
        x = np.random.default_rng(seed).normal(size=(5, 4))
        assert verdict(far, tanh_backward, x) is Verdict.PASSED
        assert verdict(far, lambda x, dy: tanh_backward(x, dy) * (1 + 1e-9), x) is Verdict.FAILED
        assert verdict(far, lambda x, dy: tanh_backward(x, dy) * (1 + 1e-9), x, dtype="float32") is Verdict.PASSED


def test_a_badly_conditioned_derivative_is_not_accused() -> None:
    """Of right formulas for one derivative each rounds in its own way, and the complex step in a third one."""

    def steep(x: Array) -> Array:
        return np.cos(1e4 * x)

    def steep_backward(x: Array, dy: Array) -> Array:
        return -1e4 * dy * np.cos(1e4 * x - np.pi / 2)

    for seed in range(20):
        x = np.random.default_rng(seed).normal(size=(5, 4))
        assert verdict(steep, steep_backward, x) is not Verdict.FAILED


def test_entries_of_minus_infinity_are_left_as_they_are() -> None:
    def softmax(x: Array) -> Array:
        powers = np.exp(x - np.max(x.real))
        return np.asarray(powers / powers.sum())

    def softmax_backward(x: Array, dy: Array) -> Array:
        y = softmax(x)
        return y * (dy - np.sum(y * dy))

    assert verdict(softmax, softmax_backward, np.array([0.3, -np.inf, 1.0, -0.4])) is Verdict.PASSED
