"""What laws ask of a spec by its kind: the numbers that belong to traits, penalties, distributions, shapes."""

from __future__ import annotations

import math

import pytest

from backproof.specs import (
    Activation,
    Adam,
    Case,
    Constant,
    Distribution,
    Dropout,
    FullyConnected,
    Gaussian,
    He,
    InitializerSpec,
    L1_Regularizer,
    L2_Regularizer,
    LayerSpec,
    NetworkSpec,
    Normal,
    PointMass,
    ReLU,
    Sgd,
    SoftMax,
    Trait,
    Uniform,
    UniformRandom,
    Xavier,
    all_specs,
)

CASES = [case for spec in all_specs().values() for case in spec.cases()]


@pytest.mark.parametrize("case", [case for case in CASES if isinstance(case.spec, LayerSpec)], ids=str)
def test_a_layer_has_a_probability_to_keep_if_it_has_a_mask(case: Case) -> None:
    assert isinstance(case.spec, LayerSpec)
    assert (case.spec.keep_probability() is not None) is (Trait.RANDOM_MASK in case.spec.traits)


def test_the_probability_is_that_of_the_configuration() -> None:
    assert Dropout(keep=0.25).keep_probability() == 0.25
    assert Dropout(keep=1.0).keep_probability() == 1.0
    assert ReLU().keep_probability() is None


def test_only_a_layer_that_chooses_stands_for_another() -> None:
    assert Activation(function="relu").equivalent() == ReLU()
    assert SoftMax().equivalent() == SoftMax()


def test_penalties_of_optimizers() -> None:
    penalty = L2_Regularizer(alpha=0.25)
    regularized = Adam(learning_rate=0.1, mu=0.5, regularizer=penalty)
    assert regularized.penalty() == penalty
    assert regularized.without_penalty() == Adam(learning_rate=0.1, mu=0.5)
    assert Sgd(learning_rate=0.1).penalty() is None
    assert Sgd(learning_rate=0.1).without_penalty() == Sgd(learning_rate=0.1)
    assert L1_Regularizer(alpha=0.5).largest_gradient_at_zero() == 0.5


@pytest.mark.parametrize(
    ("spec", "distribution"),
    [
        (Constant(value=-2.5), PointMass(value=-2.5)),
        (UniformRandom(), Uniform(low=0.0, high=1.0)),
        (Normal(stddev=0.3), Gaussian(deviation=0.3)),
        (Xavier(), Gaussian(deviation=math.sqrt(2 / (6 + 12)))),
        (He(), Gaussian(deviation=math.sqrt(2 / 6))),
    ],
)
def test_distributions_of_initializers(spec: InitializerSpec, distribution: Distribution) -> None:
    assert spec.distribution(6, 12) == distribution
    assert spec.draws() is not isinstance(distribution, PointMass)


def test_every_initializer_is_among_them() -> None:
    initializers = {name for name, spec in all_specs().items() if issubclass(spec, InitializerSpec)}
    assert initializers == {"Constant", "UniformRandom", "Normal", "Xavier", "He"}


def test_the_shape_of_a_prediction_is_that_of_the_last_layer() -> None:
    for case in CASES:
        if isinstance(case.spec, NetworkSpec):
            dense = [layer for layer in case.spec.layers if isinstance(layer, FullyConnected)]
            assert case.spec.output_shape(case.input_shape) == (case.input_shape[0], dense[-1].output_size)
