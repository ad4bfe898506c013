"""Losses and regularizers: definitions against independent formulas."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special

from backproof.checks import definitions
from backproof.checks.definitions.regularizers import L2_FACTORS, L2_NORMS
from backproof.checks.numerics.compare import compare
from backproof.specs import CrossEntropyLoss, L1_Regularizer, L2_Regularizer

Array = NDArray[np.float64]
SEEDS = range(20)


@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize(("batch", "classes"), [(9, 4), (1, 3), (100, 10)])
def test_cross_entropy(reduction: str, batch: int, classes: int) -> None:
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        raw = rng.uniform(0.2, 1.0, size=(batch, classes))
        prediction = raw / raw.sum(axis=-1, keepdims=True)
        target = np.eye(classes)[rng.integers(classes, size=batch)]
        found = definitions.loss(CrossEntropyLoss(), prediction, target, {"loss reduction": reduction})
        terms = special.rel_entr(target, prediction)  # of one-hot targets, whose own entropy is 0
        reference = terms.sum() if reduction == "sum" else terms.sum() / batch
        assert compare(np.asarray(reference), found).within
        assert 0 < found.error <= 1e-9 * abs(reference)
        for epsilon in (2.2e-16, 1e-10):
            shifted = -np.sum(target * np.log(prediction + epsilon)) / (1 if reduction == "sum" else batch)
            assert compare(np.asarray(shifted), found).within


def test_cross_entropy_tells_sum_from_mean_and_epsilons_that_matter() -> None:
    prediction, target = np.full((4, 2), 0.5), np.eye(2)[[0, 1, 0, 1]]
    total = definitions.loss(CrossEntropyLoss(), prediction, target)
    assert float(total.value) == pytest.approx(4 * np.log(2), rel=1e-15)
    assert not compare(np.asarray(np.log(2)), total).within
    assert not compare(np.asarray(-np.sum(target * np.log(prediction + 1e-8))), total).within


def test_certain_predictions_have_loss_zero() -> None:
    target = np.eye(3)
    found = definitions.loss(CrossEntropyLoss(), np.maximum(target, 1e-300), target)
    assert float(found.value) == 0.0
    assert 0 < float(found.error) < 1e-9


@pytest.mark.parametrize("alpha", [0.0, 1e-4, 0.3, 2.0])
@pytest.mark.parametrize("shape", [(4, 5), (3, 2, 4, 5), (7,)])
def test_l1(alpha: float, shape: tuple[int, ...]) -> None:
    spec = L1_Regularizer(alpha=alpha)
    for seed in SEEDS:
        weights = np.random.default_rng(seed).normal(size=shape)
        norm, gradient = definitions.penalty(spec, weights), definitions.penalty_gradient(spec, weights)
        assert compare(np.asarray(alpha * np.linalg.norm(weights.ravel(), 1)), norm).within
        assert 0 < norm.error <= 1e-9 * max(float(norm.value), 1e-9)
        assert np.array_equal(gradient.value, alpha * np.sign(weights))
        assert np.all((gradient.error > 0) & (gradient.error <= 1e-9 * max(alpha, 1e-9)))


def test_l1_at_zero_weights() -> None:
    weights = np.array([0.0, -0.0, 2.0])
    assert definitions.penalty_gradient(L1_Regularizer(alpha=0.5), weights).value.tolist() == [0.0, 0.0, 0.5]


@pytest.mark.parametrize("convention", L2_NORMS)
def test_l2_norms(convention: str) -> None:
    references: dict[str, Callable[[Array], float]] = {
        "alpha sum w²": lambda w: 0.3 * float(np.vdot(w, w)),
        "alpha sqrt(sum w²)": lambda w: 0.3 * float(np.linalg.norm(w)),
        "alpha/2 sum w²": lambda w: 0.15 * float(np.linalg.norm(w)) ** 2,
    }
    for seed in SEEDS:
        weights = np.random.default_rng(seed).normal(size=(4, 5))
        found = definitions.penalty(L2_Regularizer(alpha=0.3), weights, convention)
        assert compare(np.asarray(references[convention](weights)), found).within
        assert 0 < found.error <= 1e-9 * found.value
        others = [reference(weights) for name, reference in references.items() if name != convention]
        assert not any(compare(np.asarray(other), found).within for other in others)


@pytest.mark.parametrize(("convention", "factor"), L2_FACTORS.items())
def test_l2_gradients(convention: str, factor: float) -> None:
    weights = np.random.default_rng(0).normal(size=(3, 2, 4))
    found = definitions.penalty_gradient(L2_Regularizer(alpha=0.3), weights, convention)
    assert compare(factor * 0.3 * weights, found).within
    assert np.all((found.error > 0) & (found.error <= 1e-9 * np.abs(weights)))
    assert not compare((3 - factor) * 0.3 * weights, found).within


def test_conventions_of_the_specs_and_of_the_definitions_are_the_same() -> None:
    options = {convention.name: convention.options for convention in L2_Regularizer.conventions}
    assert set(L2_NORMS) == set(options["L2 norm"])
    assert set(L2_FACTORS) == set(options["L2 gradient"])
