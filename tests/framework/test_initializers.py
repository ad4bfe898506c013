"""The distributions of first weights."""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import stats

from backproof.framework import Constant, He, Normal, UniformRandom, Xavier

SHAPE, FAN_IN, FAN_OUT = (100, 200), 30, 500  # the fans differ, and are not those of the shape
DISTRIBUTIONS = {
    UniformRandom: stats.uniform(),
    Xavier: stats.norm(0, np.sqrt(2 / (FAN_IN + FAN_OUT))),
    He: stats.norm(0, np.sqrt(2 / FAN_IN)),
}
for_random = pytest.mark.parametrize("kind", DISTRIBUTIONS)


@for_random
def test_distribution(kind: Any) -> None:
    weights = kind(seed=5).initialize(SHAPE, FAN_IN, FAN_OUT)
    assert weights.shape == SHAPE
    assert weights.dtype == np.float64
    assert stats.kstest(weights.ravel(), DISTRIBUTIONS[kind].cdf).pvalue > 0.01
    assert abs(stats.pearsonr(weights[:, :-1].ravel(), weights[:, 1:].ravel()).statistic) < 0.03


def test_normal_has_the_given_deviation() -> None:
    weights = Normal(0.01, seed=5).initialize(SHAPE, FAN_IN, FAN_OUT)
    assert stats.kstest(weights.ravel(), stats.norm(0, 0.01).cdf).pvalue > 0.01
    assert stats.kstest(weights.ravel(), stats.norm(0, 0.011).cdf).pvalue < 1e-4
    assert not np.array_equal(Normal(1.0).initialize(SHAPE, 1, 1), Normal(1.0).initialize(SHAPE, 1, 1))
    assert_array_equal(Normal(0).initialize(3, 1, 1), np.zeros(3))


def test_distribution_notices_a_wrong_fan() -> None:
    for wrong in ((FAN_OUT, FAN_IN), (FAN_IN + 5, FAN_OUT)):
        weights = He(seed=5).initialize(SHAPE, *wrong)
        assert stats.kstest(weights.ravel(), DISTRIBUTIONS[He].cdf).pvalue < 1e-4


@for_random
def test_draws_are_fresh_and_reproducible(kind: Any) -> None:
    initializer, replaced = kind(seed=5), kind()
    replaced.rng = np.random.default_rng(5)
    first = initializer.initialize(SHAPE, FAN_IN, FAN_OUT)
    assert_array_equal(first, kind(seed=5).initialize(SHAPE, FAN_IN, FAN_OUT))
    assert_array_equal(first, replaced.initialize(SHAPE, FAN_IN, FAN_OUT))
    assert not np.array_equal(first, initializer.initialize(SHAPE, FAN_IN, FAN_OUT))
    assert not np.array_equal(kind().initialize(SHAPE, FAN_IN, FAN_OUT), kind().initialize(SHAPE, FAN_IN, FAN_OUT))


@pytest.mark.parametrize("initializer", [Constant(0.5), Normal(0.5), UniformRandom(), Xavier(), He()])
def test_shapes_of_any_kind_are_accepted(initializer: Any) -> None:
    for shape in (6, [2, 3], (2, 3), np.array([2, 3]), (np.int64(4), 3, 2, 1)):
        assert initializer.initialize(shape, np.int64(3), 2).shape == (np.empty(shape).shape)


def test_constant() -> None:
    assert_array_equal(Constant().initialize((2, 3), 2, 3), [[0.1] * 3] * 2)
    assert_array_equal(Constant(-3).initialize(2, 1, 1), [-3.0, -3.0])
    assert Constant(-3).initialize(2, 1, 1).dtype == np.float64


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^value=nan, but should be in \(-inf, inf\)$"):
        Constant(float("nan"))
    with pytest.raises(ValueError, match=r"^stddev=-1, but should be in \[0, inf\)$"):
        Normal(-1)
    with pytest.raises(ValueError, match=r"^fan_in=0, but should be in \(0, inf\)$"):
        He().initialize((2, 2), 0, 1)
    with pytest.raises(ValueError, match=r"^fan_out=-1, but should be in \(0, inf\)$"):
        Xavier().initialize((2, 2), 1, -1)
