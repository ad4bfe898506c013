"""A wrong gradient is missed as rarely as docs/explanation/guarantee.md says.

False alarms of these tests: each comparison has a probability below 1e-10 if the statement holds, and there are 19.
"""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

import numpy as np
import pytest

from ..packaging.house import ROOT

RARE = 1e-10


@pytest.fixture(scope="module")
def guarantee() -> ModuleType:
    spec = importlib.util.spec_from_file_location("guarantee", ROOT / "benchmarks" / "guarantee.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["guarantee"] = module  # its dataclass looks itself up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def known(guarantee: ModuleType) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return guarantee.tolerances()  # type: ignore[no-any-return]  # the module is loaded by its path


def too_many(missed: int, trials: int, bound: float) -> bool:
    """Tell whether so many misses are all but impossible at the bound."""
    from scipy.stats import binom

    return bool(missed > 0 and (bound == 0 or binom.sf(missed - 1, trials, min(1.0, bound)) < RARE))


@pytest.mark.parametrize("entries", [1, 2, 64])
@pytest.mark.parametrize("ratio", [4.0, 16.0, 64.0])
@pytest.mark.parametrize("directions", [1, 2])
def test_misses_stay_below_the_bound(
    guarantee: ModuleType, known: np.ndarray, entries: int, ratio: float, directions: int
) -> None:
    rate = guarantee.simulate(entries, ratio, directions=directions, trials=250, known=known)
    assert not too_many(rate.missed, rate.trials, rate.bound), rate


def test_misses_of_two_equal_entries_are_as_many_as_predicted(guarantee: ModuleType, known: np.ndarray) -> None:
    """The worst case of the bound: the rate lies in the exact binomial interval around its own probability."""
    from scipy.stats import binom

    ratio, trials = 8.0, 800
    rate = guarantee.simulate(2, ratio, directions=1, trials=trials, known=known)
    expected = guarantee.exact_for_two(ratio * float(np.mean(known)), known, 1)
    # The tolerances are sampled, and differences err by a few hundredths of the tolerance.
    low = binom.ppf(RARE / 2, trials, 0.9 * expected)
    high = binom.isf(RARE / 2, trials, 1.1 * expected)
    assert low <= rate.missed <= high, (low, rate.missed, high)
    assert low > 0


def test_a_rate_above_the_bound_would_be_noticed() -> None:
    assert too_many(60, 250, 0.05)
    assert too_many(1, 250, 0.0)
    assert not too_many(15, 250, 0.05)
    assert not too_many(0, 250, 0.0)
