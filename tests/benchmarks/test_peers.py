"""Each checker behind the benchmarks' call is connected: it accepts what is right and accuses what is plainly wrong."""

from __future__ import annotations

import numpy as np
import pytest
from bugs import BUGS
from checkers import Checker, available
from checkers.directional import CHAINER
from checkers.jacobians import TENSORFLOW
from checkers.loops import LOOPS_LAX, LOOPS_STRICT
from checkers.scipy_checker import SCIPY_ALL, SCIPY_RANDOM

HERE = (SCIPY_ALL, SCIPY_RANDOM, TENSORFLOW, LOOPS_STRICT, LOOPS_LAX, CHAINER)
PLAIN = ("sign reversed", "affine: gradient of W averaged", "convolution: kernels turned", "L2: factor 2 missing")
LIBRARIES = ("torch, slow", "torch, fast", "jax", "autograd")


@pytest.mark.parametrize("checker", HERE, ids=lambda checker: checker.name)
@pytest.mark.parametrize("name", PLAIN)
def test_a_checker_that_is_written_here_tells_right_from_wrong(checker: Checker, name: str) -> None:
    bug = BUGS[name]
    assert checker(bug.make(np.random.default_rng(1)), 1) == "accused"
    assert checker(bug.right.make(np.random.default_rng(1)), 1) == "accepted"


@pytest.mark.peers
@pytest.mark.parametrize("name", LIBRARIES)
@pytest.mark.parametrize("bug_name", PLAIN)
def test_a_library_tells_right_from_wrong(name: str, bug_name: str) -> None:
    checker = available().get(name)
    if checker is None:
        pytest.skip(f"{name} is not installed")
    bug = BUGS[bug_name]
    assert checker(bug.make(np.random.default_rng(1)), 1) == "accused"
    assert checker(bug.right.make(np.random.default_rng(1)), 1) == "accepted"
