"""Every function of the catalogue: its right gradient passes, a wrong one does not."""

from __future__ import annotations

import numpy as np
import pytest

from backproof import check_gradient
from backproof.checks.results import Verdict

from ..checks.numerics.functions import KINKED_ELSEWHERE, KINKED_ENTRIES, KINKED_MIXTURES, SMOOTH, Array, Function

DECIDED = {**SMOOTH, **KINKED_ELSEWHERE, **KINKED_ENTRIES}
# Their gradients are 0, or 0 for all that the arithmetic can tell: multiples of them are right as well.
FLAT = {
    *("batch norm of 2 samples", "batch norm of 2 samples far from 0", "squares that vanish", "a constant"),
    *("row sums of softmax", "square at 0", "no entries", "saturated tanh", "saturated softmax", "rounded down"),
    "narrow clip",
}
SEEDS = range(4)


def point(function: Function, seed: int) -> Array:
    return function.draw(np.random.default_rng([seed, 7]))


@pytest.mark.parametrize("name", DECIDED)
def test_a_right_gradient_passes(name: str) -> None:
    function = DECIDED[name]
    for seed in SEEDS:
        result = check_gradient(function.forward, function.backward, point(function, seed), seed=seed)
        assert result.passed, str(result)
        assert bool(result)


@pytest.mark.parametrize("name", sorted(set(DECIDED) - FLAT))
@pytest.mark.parametrize("factor", [-1.0, 2.0, 0.0])
def test_a_multiple_of_the_gradient_fails(name: str, factor: float) -> None:
    function = DECIDED[name]
    for seed in SEEDS:
        result = check_gradient(
            function.forward, lambda x, v: factor * function.backward(x, v), point(function, seed), seed=seed
        )
        assert result.verdict is Verdict.FAILED, str(result)
        assert not result


@pytest.mark.parametrize("name", sorted(FLAT))
def test_an_added_constant_fails_where_the_gradient_is_zero(name: str) -> None:
    function = DECIDED[name]
    x = point(function, 0)
    if x.size == 0:
        return
    size = float(np.abs(function.forward(x)).max()) / float(np.abs(x).max() or 1.0) or 1.0

    def backward(x: Array, v: Array) -> Array:
        return function.backward(x, v) + size * float(v.sum())

    assert not check_gradient(function.forward, backward, x)


@pytest.mark.parametrize("name", KINKED_MIXTURES)
def test_where_kinks_mix_a_right_gradient_is_never_accused(name: str) -> None:
    function = KINKED_MIXTURES[name]
    for seed in SEEDS:
        result = check_gradient(function.forward, function.backward, point(function, seed), seed=seed)
        assert result.verdict in {Verdict.PASSED, Verdict.UNDECIDED}
        assert result.passed or "not smooth" in result["x"].message


@pytest.mark.parametrize(("slope", "passes"), [(0.0, True), (0.5, True), (1.0, True), (1.5, False), (-0.3, False)])
def test_at_a_kink_the_generalised_gradient_is_right(slope: float, passes: bool) -> None:
    x = np.array([-1.0, 0.0, 2.0, 0.0])

    def backward(x: Array, dy: Array) -> Array:
        return dy * np.select([x > 0, x < 0], [1.0, 0.0], slope)

    result = check_gradient(lambda x: np.maximum(x, 0), backward, x)
    assert result.passed is passes
    assert result["x"].masked == (pytest.approx(0.5) if passes else result["x"].masked)


@pytest.mark.parametrize("scale", [1e-150, 1e-8, 1.0, 1e8, 1e150])
def test_the_scale_of_input_and_output_does_not_matter(scale: float) -> None:
    x = scale * np.random.default_rng(0).normal(size=(4, 5))

    def forward(x: Array) -> Array:
        return np.tanh(x / scale)

    def backward(x: Array, dy: Array) -> Array:
        return dy * (1 - np.tanh(x / scale) ** 2) / scale

    assert check_gradient(forward, backward, x)
    assert not check_gradient(forward, lambda x, dy: 1.001 * backward(x, dy), x)
    assert check_gradient(lambda x: scale * np.sin(x), lambda x, dy: scale * dy * np.cos(x), x / scale)
    assert not check_gradient(lambda x: scale * np.sin(x), lambda x, dy: -scale * dy * np.cos(x), x / scale)


def test_small_entries_do_not_drown_beside_large_ones() -> None:
    weights = np.array([1.0, 1e-8, 1.0])
    x = np.random.default_rng(0).normal(size=(6, 3))
    assert check_gradient(lambda x: x @ weights, lambda x, dy: np.outer(dy, weights), x)
    wrong = weights * np.array([1.0, -1.0, 1.0])
    assert not check_gradient(lambda x: x @ weights, lambda x, dy: np.outer(dy, wrong), x)


def test_the_seed_fixes_the_result_and_other_seeds_draw_other_directions() -> None:
    function = SMOOTH["tanh"]
    x = point(function, 0)
    first, again, other = (check_gradient(function.forward, function.backward, x, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first["x"].measured != other["x"].measured


@pytest.mark.parametrize("directions", [1, 2, 5])
def test_the_number_of_directions_is_the_callers(directions: int) -> None:
    function = SMOOTH["linear"]
    x = point(function, 0)
    result = check_gradient(function.forward, function.backward, x, directions=directions)
    assert result.passed
    assert result["x"].directions == directions
    assert result.evaluations == 29 + (directions - 2) * 8  # a ladder of 6 and 2 calls of backward for each
