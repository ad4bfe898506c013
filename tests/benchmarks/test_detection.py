"""check_gradient on the benchmarks' subjects, one seed of what the benchmarks run on many."""

from __future__ import annotations

import numpy as np
import pytest
from bugs import BUGS, RIGHT, Bug, Right
from checkers.backproof_checker import OURS

DTYPES = (np.float64, np.float32)
HARD = {  # where float32 cannot always tell, or most of the outputs have no derivative
    "deep ReLU network, logits",
    "deep ReLU network, loss",
    "L1 penalty",
    "max pooling, ties in most windows",
}


@pytest.mark.parametrize("bug", BUGS.values(), ids=lambda bug: bug.name)
def test_every_bug_is_caught(bug: Bug) -> None:
    assert OURS(bug.make(np.random.default_rng(0)), 0) == "accused"


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("entry", RIGHT.values(), ids=lambda entry: entry.name)
def test_no_correct_subject_is_accused(entry: Right, dtype: type[np.float64 | np.float32]) -> None:
    outcome = OURS(entry.make(np.random.default_rng(0), dtype), 0)
    assert outcome == "accepted" or (outcome == "undecided" and entry.name in HARD)
