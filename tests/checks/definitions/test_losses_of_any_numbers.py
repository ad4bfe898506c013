"""Losses of scores and squared errors: definitions against SciPy and plain NumPy, with their bounds and conventions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special

from backproof.checks import definitions
from backproof.checks.definitions.losses import REDUCTIONS, chosen
from backproof.checks.numerics.compare import compare
from backproof.specs import CrossEntropyLoss, L2Loss, LinearOutput, LossSpec, MeanSquaredError
from backproof.specs import SoftMaxCrossEntropyLoss as Fused
from backproof.specs import SoftmaxOutput as Output

Array = NDArray[np.float64]
SEEDS = range(20)
SQUARED: tuple[LossSpec, ...] = (L2Loss(), LinearOutput(), MeanSquaredError())


def batch(seed: int, size: float, shape: tuple[int, int] = (9, 4)) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    return rng.uniform(-size, size, size=shape), np.eye(shape[1])[rng.integers(shape[1], size=shape[0])]


def within(value: Any, found: Any) -> bool:
    return bool(compare(np.asarray(value, dtype=float), found).within)


@pytest.mark.parametrize("size", [1.0, 50.0, 1e4, 1e-8])
@pytest.mark.parametrize("shape", [(9, 4), (1, 6), (100, 10)])
def test_fused_loss_and_gradient(size: float, shape: tuple[int, int]) -> None:
    for seed in SEEDS:
        x, target = batch(seed, size, shape)
        loss = definitions.loss(Fused(), x, target)
        assert within(-np.sum(target * special.log_softmax(x, axis=1)), loss)
        assert 0 < float(loss.error) <= 1e-9 * (1 + size) * len(x)
        gradient = definitions.loss_gradient(Fused(), x, target)
        assert within(special.softmax(x, axis=1) - target, gradient)
        assert gradient.error.max() <= 1e-9 * max(size, 1.0)
        assert np.all(np.asarray(gradient.slack) == 0)


def test_fused_loss_equals_softmax_followed_by_cross_entropy() -> None:
    for seed in SEEDS:
        x, target = batch(seed, 3.0)
        two_steps = definitions.loss(CrossEntropyLoss(), special.softmax(x, axis=1), target)
        one_step = definitions.loss(Fused(), x, target)
        assert abs(float(two_steps.value) - float(one_step.value)) <= float(two_steps.error + one_step.error)


def test_fused_mean_is_a_share_of_the_sum() -> None:
    x, target = batch(0, 2.0)
    mean = {"SoftMaxCrossEntropyLoss reduction": "mean"}
    for definition in (definitions.loss, definitions.loss_gradient):
        total, share = definition(Fused(), x, target), definition(Fused(), x, target, mean)
        np.testing.assert_allclose(9 * share.value, total.value, rtol=1e-14)
        assert not within(total.value, share)
    assert definitions.gradient_scale(Fused(), 9, mean) == 1.0


@pytest.mark.parametrize("factor", [1 + 1e-6, 1 - 1e-6, 0.5, 2.0])
def test_one_entry_of_a_gradient_that_is_off_is_outside_of_the_bound(factor: float) -> None:
    x, target = batch(0, 2.0)
    for spec in (Fused(), *SQUARED):
        gradient = definitions.loss_gradient(spec, x, target)
        wrong = gradient.value.copy()
        wrong[3, 2] *= factor
        assert within(gradient.value, gradient)
        assert not within(wrong, gradient)


# With an epsilon, averaged.


@pytest.mark.parametrize("epsilon", [1e-10, 1e-12])
@pytest.mark.parametrize("size", [1.0, 20.0, 40.0, 1e4])
def test_output_with_an_epsilon(size: float, epsilon: float) -> None:
    conventions = {"SoftmaxOutput epsilon": f"{epsilon:g}"}
    for seed in SEEDS:
        x, target = batch(seed, size)
        p = special.softmax(x, axis=1)
        loss = definitions.loss(Output(), x, target, conventions)
        added, clipped = (-np.mean(np.sum(target * np.log(q), axis=1)) for q in (p + epsilon, np.maximum(p, epsilon)))
        assert within(added, loss)
        assert within(clipped, loss), "the larger one of both is right as well"
        assert size > 1 or not within(added * (1 + 1e-6) + 1e-6, loss)
        gradient = definitions.loss_gradient(Output(), x, target, conventions)
        chosen_p = np.sum(p * target, axis=1, keepdims=True)
        plain = (p - target) / len(x)
        for right in (plain, plain * chosen_p / (chosen_p + epsilon), plain * (chosen_p > epsilon)):
            assert within(right, gradient)
        assert not within(2 * plain, gradient)
        assert not within(plain * len(x), gradient)


def test_output_without_an_epsilon_is_exact() -> None:
    conventions = {"SoftmaxOutput epsilon": "none"}
    x, target = batch(0, 1e4)
    loss = definitions.loss(Output(), x, target, conventions)
    assert within(-np.mean(np.sum(target * special.log_softmax(x, axis=1), axis=1)), loss)
    assert not within(-np.mean(np.sum(target * np.log(special.softmax(x, axis=1) + 1e-10), axis=1)), loss)
    assert np.all(np.asarray(definitions.loss_gradient(Output(), x, target, conventions).slack) == 0)


@pytest.mark.parametrize("spec", [Output(), LinearOutput()], ids=lambda spec: spec.name())
def test_the_gradient_may_be_that_of_the_sum(spec: LossSpec) -> None:
    x, target = batch(0, 2.0)
    summed = {f"{spec.name()} gradient": "of the sum"}
    plain, larger = (definitions.loss_gradient(spec, x, target, known) for known in ({}, summed))
    np.testing.assert_allclose(larger.value, 9 * plain.value, rtol=1e-14)
    assert [definitions.gradient_scale(spec, 9, known) for known in ({}, summed)] == [1.0, 9.0]


# Squared errors.


@pytest.mark.parametrize("shape", [(9, 4), (3, 2, 4, 5), (1, 3), (7, 1)])
def test_squared_errors(shape: tuple[int, ...]) -> None:
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x, target = rng.normal(size=shape), rng.normal(size=shape)
        references = {
            L2Loss(): np.vdot(x - target, x - target),
            MeanSquaredError(): np.mean((x - target) ** 2),
            LinearOutput(): np.vdot(x - target, x - target) / (2 * len(x)),
        }
        for spec, reference in references.items():
            loss = definitions.loss(spec, x, target)
            assert within(reference, loss)
            assert 0 < float(loss.error) <= 1e-9 * float(reference)
            ratio = reference / np.vdot(x - target, x - target)
            assert within(2 * ratio * (x - target), definitions.loss_gradient(spec, x, target))


@pytest.mark.parametrize("spec", [L2Loss(), MeanSquaredError()], ids=lambda spec: spec.name())
def test_reductions_of_the_specs_have_factors(spec: LossSpec) -> None:
    x, target = np.ones((4, 3)), np.zeros((4, 3))
    (convention,) = spec.conventions
    assert set(convention.options) <= set(REDUCTIONS)
    values = []
    for option in convention.options:
        known = {convention.name: option}
        values.append(float(definitions.loss(spec, x, target, known).value))
        gradient = definitions.loss_gradient(spec, x, target, known)
        np.testing.assert_allclose(gradient.value, 2 * values[-1] / x.size, rtol=1e-14)
    assert len(set(values)) == len(values), "a probe tells them apart"
    assert {"L2Loss": 12.0, "MeanSquaredError": 1.0}[spec.name()] == values[0]


def test_equal_prediction_and_target_have_no_loss() -> None:
    x = np.random.default_rng(0).normal(size=(5, 3))
    for spec in SQUARED:
        assert float(definitions.loss(spec, x, x).value) == 0.0
        assert not definitions.loss_gradient(spec, x, x).value.any()


def test_what_has_no_definition_says_so() -> None:
    class Unknown(LossSpec):
        @classmethod
        def cases(cls) -> tuple[()]:
            return ()

    for definition in (definitions.loss, definitions.loss_gradient):
        with pytest.raises(NotImplementedError, match="there is no definition of Unknown"):
            definition(Unknown(), np.ones((1, 2)), np.ones((1, 2)))
    with pytest.raises(LookupError, match="L2Loss has no convention on its epsilon"):
        chosen(L2Loss(), "epsilon", {})
