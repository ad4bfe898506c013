"""Dropout in numbers."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import stats

from backproof.framework import Dropout


@pytest.mark.parametrize("probability", [0.25, 0.5, 0.9])
@pytest.mark.parametrize("shape", [(400, 100), (10, 10, 20, 20)])
def test_elements_are_kept_independently_with_the_given_probability(probability: float, shape: tuple[int, ...]) -> None:
    output = Dropout(probability, seed=3).forward(np.ones(shape))
    assert set(np.unique(output)) == {0.0, 1 / probability}
    kept = output > 0
    assert stats.binomtest(int(kept.sum()), kept.size, probability).pvalue > 1e-4
    for axis in range(kept.ndim):  # neighbours agree as often as independent elements do
        agree = np.diff(kept.astype(int), axis=axis) == 0
        rate = probability**2 + (1 - probability) ** 2
        assert abs(agree.mean() - rate) < 5 / np.sqrt(agree.size)


def test_masks_are_fresh_and_backward_shares_them() -> None:
    layer, ones = Dropout(0.5, seed=3), np.ones((30, 40))
    first = layer.forward(ones)
    assert_array_equal(layer.backward(ones), first)
    assert_array_equal(layer.backward(3 * ones), 3 * first)
    second = layer.forward(ones)
    assert not np.array_equal(first, second)
    assert_array_equal(layer.backward(ones), second)


def test_seed_and_rng_determine_the_masks() -> None:
    ones = np.ones((30, 40))
    assert_array_equal(Dropout(0.5, seed=3).forward(ones), Dropout(0.5, seed=3).forward(ones))
    assert not np.array_equal(Dropout(0.5).forward(ones), Dropout(0.5).forward(ones))
    layer = Dropout(0.5)
    layer.rng = np.random.default_rng(3)
    assert_array_equal(layer.forward(ones), Dropout(0.5, seed=3).forward(ones))


def test_testing_and_keeping_everything_are_identities(rng: np.random.Generator) -> None:
    testing, keeping, tensor = Dropout(0.3), Dropout(1), rng.normal(size=(5, 2, 3))
    testing.testing_phase = True
    for layer in (testing, keeping):
        assert_array_equal(layer.forward(tensor), tensor)
        assert_array_equal(layer.backward(tensor), tensor)
    testing.testing_phase = False
    assert (testing.forward(np.ones(1000)) == 0).any()


@pytest.mark.parametrize("probability", [0, 1.5, -0.1, float("nan"), True, "a"])
def test_probability_is_checked(probability: float) -> None:
    with pytest.raises(ValueError, match=rf"^probability={probability!r}, but should be in \(0, 1\]$"):
        Dropout(probability)
