"""The table of kinked and cancelling functions: right ones are never accused, wrong siblings never pass."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from bugs.cancelling import CANCELLING
from bugs.family import Function
from bugs.kinked import KINKED

from backproof import check_gradient
from backproof.checks.results import Verdict

FUNCTIONS = {function.name: function for function in [*KINKED, *CANCELLING]}
DTYPES = (np.float64, np.float32)
SEEDS = range(2)


def point(function: Function, seed: int, dtype: type[np.floating[Any]]) -> Any:
    return function.draw(np.random.default_rng(seed)).astype(dtype)


def test_there_are_enough_of_both_kinds() -> None:
    assert len(FUNCTIONS) == len(KINKED) + len(CANCELLING) >= 55
    assert all(function.siblings for function in FUNCTIONS.values())


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_right_gradient_is_not_accused(name: str, dtype: type[np.floating[Any]]) -> None:
    function = FUNCTIONS[name]
    for seed in SEEDS:
        x = point(function, seed, dtype)
        assert np.asarray(function.forward(x)).dtype == dtype
        result = check_gradient(function.forward, function.backward, x, seed=seed)
        assert result.verdict in {Verdict.PASSED, Verdict.UNDECIDED}, str(result)


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_wrong_sibling_does_not_pass(name: str, dtype: type[np.floating[Any]]) -> None:
    function = FUNCTIONS[name]
    x = point(function, 0, dtype)
    for wrong, backward in function.siblings.items():
        result = check_gradient(function.forward, backward, x, complex_step=False)
        assert not result.passed, f"{wrong}\n{result}"
