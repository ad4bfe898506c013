"""Trajectories of the optimizers: definitions against recurrences solved in closed form and against plain NumPy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from backproof.checks import definitions
from backproof.checks.numerics.compare import compare
from backproof.specs import AdaGrad, Adam, L1_Regularizer, L2_Regularizer, OptimizerSpec, Sgd, SgdWithMomentum

Array = NDArray[np.float64]
SEEDS = range(10)


def drawn(seed: int, steps: int = 8) -> tuple[Array, list[Array]]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(5, 4)), [
        rng.choice([-1.0, 1.0], size=(5, 4)) * rng.uniform(0.3, 2.0, size=(5, 4)) for _ in range(steps)
    ]


def final(spec: OptimizerSpec, start: Array, gradients: list[Array], **conventions: object) -> tuple[Array, Array]:
    *_, last = definitions.trajectory(spec, start, gradients, **conventions)  # type: ignore[arg-type]  # by name
    return last.value, last.error


def test_sgd_is_a_sum() -> None:
    for seed in SEEDS:
        start, gradients = drawn(seed)
        value, error = final(Sgd(learning_rate=0.3), start, gradients)
        assert np.all(np.abs(value - (start - 0.3 * np.sum(gradients, axis=0))) <= error)
        assert np.all((error > 0) & (error <= 1e-11))


def test_momentum_is_a_weighted_sum() -> None:
    """The weight of gradient j after n steps is lr (1 + m + ... + m^(n-1-j)) = lr (1 - m^(n-j)) / (1 - m)."""
    for seed in SEEDS:
        start, gradients = drawn(seed)
        value, error = final(SgdWithMomentum(learning_rate=0.3, momentum_rate=0.9), start, gradients)
        n = len(gradients)
        weights = [0.3 * (1 - 0.9 ** (n - j)) / (1 - 0.9) for j in range(n)]
        reference = start - sum(weight * gradient for weight, gradient in zip(weights, gradients, strict=True))
        assert np.all(np.abs(value - reference) <= error)
        assert np.all((error > 0) & (error <= 1e-11))


@pytest.mark.parametrize("epsilon", [0.0, 2.2e-16, 1e-8])
def test_adam_of_a_constant_gradient_moves_by_the_learning_rate(epsilon: float) -> None:
    """Both corrected means equal the gradient's, so each step is lr g / (|g| + epsilon)."""
    gradients = [np.array([0.5, -2.0, 1e-3])] * 10
    spec = Adam(learning_rate=0.01, mu=0.9, rho=0.999)
    value, error = final(spec, np.zeros(3), gradients, epsilon=epsilon)
    reference = -10 * 0.01 * gradients[0] / (np.abs(gradients[0]) + epsilon)
    assert np.all(np.abs(value - reference) <= error)
    assert np.all((error > 0) & (error <= 1e-9 * np.abs(reference)))


def naive_adam(
    spec: Adam, start: Array, gradients: list[Array], epsilon: float, penalty: Callable[[Array], Array]
) -> Array:
    weights, first, second = start.copy(), np.zeros_like(start), np.zeros_like(start)
    for k, gradient in enumerate(gradients, start=1):
        first = spec.mu * first + (1 - spec.mu) * gradient
        second = spec.rho * second + (1 - spec.rho) * gradient**2
        correction = np.sqrt(1 - spec.rho**k) / (1 - spec.mu**k)
        step = spec.learning_rate * correction * first / (np.sqrt(second) + epsilon * np.sqrt(1 - spec.rho**k))
        weights = weights - spec.learning_rate * penalty(weights) - step
    return weights


@pytest.mark.parametrize("decays", [(0.9, 0.999), (0.8, 0.9), (0.01, 0.02), (0.0, 0.0)])
@pytest.mark.parametrize("epsilon", [0.0, 1e-8])
def test_adam(decays: tuple[float, float], epsilon: float) -> None:
    spec = Adam(learning_rate=0.01, mu=decays[0], rho=decays[1])
    for seed in SEEDS:
        start, gradients = drawn(seed)
        value, error = final(spec, start, gradients, epsilon=epsilon)
        reference = naive_adam(spec, start, gradients, epsilon, np.zeros_like)
        assert np.all(np.abs(value - reference) <= error)
        assert np.all((error > 0) & (error <= 1e-9))


@pytest.mark.parametrize(
    "wrong",
    [
        Adam(learning_rate=0.01, mu=0.9, rho=0.99),
        Adam(learning_rate=0.01, mu=0.99, rho=0.999),
        Adam(learning_rate=0.01 * (1 + 1e-7), mu=0.9, rho=0.999),
    ],
    ids=["rho", "mu", "learning rate"],
)
def test_adam_tells_other_arguments_apart(wrong: Adam) -> None:
    start, gradients = drawn(0)
    value, error = final(Adam(learning_rate=0.01, mu=0.9, rho=0.999), start, gradients)
    assert not np.all(np.abs(value - naive_adam(wrong, start, gradients, 0.0, np.zeros_like)) <= error)


@pytest.mark.parametrize("convention", ["alpha w", "2 alpha w"])
def test_l2_decay_acts_outside_of_the_moments(convention: str) -> None:
    factor = {"alpha w": 0.2, "2 alpha w": 0.4}[convention]
    regularizer = L2_Regularizer(alpha=0.2)
    for seed in SEEDS:
        start, gradients = drawn(seed)
        spec = Adam(learning_rate=0.05, mu=0.8, rho=0.9, regularizer=regularizer)
        value, error = final(spec, start, gradients, l2_gradient=convention)
        reference = naive_adam(spec, start, gradients, 0.0, lambda w: factor * w)
        assert np.all(np.abs(value - reference) <= error)
        sgd = Sgd(learning_rate=0.5, regularizer=regularizer)
        value, error = final(sgd, start, gradients, l2_gradient=convention)
        weights = start
        for gradient in gradients:
            weights = (1 - 0.5 * factor) * weights - 0.5 * gradient
        assert np.all(np.abs(value - weights) <= error)


def test_l1_decay_uses_the_old_weights() -> None:
    spec = SgdWithMomentum(learning_rate=0.5, momentum_rate=0.8, regularizer=L1_Regularizer(alpha=0.2))
    for seed in SEEDS:
        start, gradients = drawn(seed)
        weights, velocity = start, np.zeros_like(start)
        for found, gradient in zip(definitions.trajectory(spec, start, gradients), gradients, strict=True):
            velocity = 0.8 * velocity - 0.5 * gradient
            weights = weights - 0.5 * 0.2 * np.sign(weights) + velocity
            assert compare(weights, found).within


@pytest.mark.parametrize(
    ("epsilon", "inside"), [(0.0, False), (1e-8, False), (1e-3, False), (1e-8, True), (1e-3, True)]
)
def test_adagrad_divides_by_the_root_of_all_squares(epsilon: float, inside: bool) -> None:
    for seed in SEEDS:
        start, gradients = drawn(seed)
        spec = AdaGrad(learning_rate=0.3, regularizer=L2_Regularizer(alpha=0.2))
        weights = start
        for k, found in enumerate(definitions.trajectory(spec, start, gradients, epsilon=epsilon, inside=inside), 1):
            squares = np.sum(np.square(gradients[:k]), axis=0)
            root = np.sqrt(squares + epsilon) if inside else np.sqrt(squares) + epsilon
            weights = (1 - 0.3 * 0.2) * weights - 0.3 * gradients[k - 1] / root
            assert compare(weights, found).within
            assert np.all((found.error > 0) & (found.error <= 1e-11))


def test_adagrad_tells_places_of_its_epsilon_apart() -> None:
    start, gradients = drawn(0)
    outside, inside = (
        final(AdaGrad(learning_rate=0.3), start, gradients, epsilon=1e-6, inside=place) for place in (False, True)
    )
    assert np.all(np.abs(outside[0] - inside[0]) > outside[1])


def test_adagrad_rests_where_there_was_no_gradient() -> None:
    gradients = [np.array([0.0, 2.0])] * 2
    for epsilon in (0.0, 1e-8):
        value, _ = final(AdaGrad(learning_rate=0.5), np.ones(2), gradients, epsilon=epsilon)
        assert value[0] == 1.0
        assert value[1] == pytest.approx(0.5 - 0.5 / np.sqrt(2))


def test_every_step_is_given_and_scalars_work() -> None:
    found = list(definitions.trajectory(Sgd(learning_rate=0.5), np.asarray(2.0), [np.asarray(1.0)] * 3))
    assert [float(step.value) for step in found] == [1.5, 1.0, 0.5]


def test_an_optimizer_without_a_definition_says_so() -> None:
    class Unknown(Sgd):
        pass

    class Other(OptimizerSpec):
        @classmethod
        def cases(cls) -> tuple[()]:
            return ()

    assert list(definitions.trajectory(Unknown(learning_rate=1.0), np.zeros(1), [np.ones(1)]))
    with pytest.raises(NotImplementedError, match="there is no definition of Other"):
        list(definitions.trajectory(Other(), np.zeros(1), [np.ones(1)]))
