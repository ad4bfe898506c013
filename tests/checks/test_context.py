"""The context: data that derives from the seed, subjects in a known state, configurations as text."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from backproof.checks.asking import forward
from backproof.checks.context import Context, Shared, spec_text, where_text
from backproof.checks.law import answered
from backproof.checks.settings import Settings
from backproof.mistakes import correct
from backproof.sandbox import Asking, DirectSession
from backproof.specs import (
    Adam,
    Array,
    BatchNormalization,
    Case,
    CrossEntropyLoss,
    Dropout,
    FullyConnected,
    He,
    L1_Regularizer,
    LayerSpec,
    LossSpec,
    NeuralNetwork,
    Phase,
    ReLU,
    Sgd,
    SoftMax,
    Unsupported,
    all_specs,
)

AFFINE = Case(name="affine", spec=FullyConnected(input_size=4, output_size=3), input_shape=(9, 4))


def context(case: Case = AFFINE, *, seed: int = 0, purpose: str = "value.forward") -> Context:
    return Context(case, DirectSession(correct), Settings(seed=seed), purpose)


def test_data_is_the_same_for_the_same_seed_case_and_check() -> None:
    one, two = (given.data(given.rng()) for given in (context(), context()))
    assert np.array_equal(one, two)


@pytest.mark.parametrize(
    "other",
    [
        context(seed=1),
        context(purpose="value.extreme"),
        context(dataclasses.replace(AFFINE, name="another")),
        context(dataclasses.replace(AFFINE, seed=1)),
        context(dataclasses.replace(AFFINE, spec=ReLU())),
    ],
    ids=["seed", "check", "case", "seed of the case", "spec"],
)
def test_data_differs_otherwise(other: Context) -> None:
    assert not np.array_equal(other.data(other.rng()), context().data(context().rng()))


def test_salts_give_other_data() -> None:
    assert not np.array_equal(context().data(context().rng(1)), context().data(context().rng(2)))


def test_ordinary_data_has_a_spread_and_no_zero() -> None:
    for seed in range(20):
        x = context(seed=seed).data(np.random.default_rng(seed), (40, 40))
        assert np.abs(x).min() >= 1e-2
        assert 0.9 < x.std() < 1.1
        assert (x > 0).any()
        assert (x < 0).any()


def test_parameters_are_drawn_for_each_name_away_from_zero() -> None:
    drawn = context().parameters(np.random.default_rng(0))
    assert {name: value.shape for name, value in drawn.items()} == {"weights": (4, 3), "bias": (3,)}
    assert all(np.all((np.abs(value) >= 0.3) & (np.abs(value) <= 1.7)) for value in drawn.values())


def test_incoming_gradients_have_the_shape_of_the_output() -> None:
    dy = context().incoming(np.random.default_rng(0))
    assert dy.shape == (9, 3)
    assert np.all((np.abs(dy) >= 0.5) & (np.abs(dy) <= 1.5))
    assert context().incoming(np.random.default_rng(0), (2, 3)).shape == (2, 3)


def test_losses_get_probabilities_and_one_hot_targets() -> None:
    given = context(Case(name="loss", spec=CrossEntropyLoss(), input_shape=(9, 4)))
    prediction, target = given.data(given.rng()), given.target(given.rng())
    assert prediction.sum(axis=-1) == pytest.approx(np.ones(9))
    assert prediction.min() > 0.05
    assert set(np.unique(target)) == {0.0, 1.0}
    assert np.array_equal(target.sum(axis=-1), np.ones(9))


def test_every_layer_and_loss_gets_data_of_its_shape() -> None:
    for cls in all_specs().values():
        for case in cls.cases():
            if isinstance(case.spec, LayerSpec | LossSpec):
                assert context(case).data(np.random.default_rng(0)).shape == case.input_shape


def test_layers_hold_the_drawn_parameters() -> None:
    given = context()
    layer = given.layer(given.rng())
    drawn = given.parameters(given.rng())
    held = layer.parameters()
    assert all(np.array_equal(held[name], drawn[name]) for name in drawn)


def test_normalising_layers_have_seen_batches_before_the_test_phase() -> None:
    spec = BatchNormalization(channels=4)
    given = context(Case(name="test", spec=spec, input_shape=(6, 4), phase=Phase.TEST))
    layer = given.layer(given.rng())
    assert not layer.transcript
    x = given.data(given.rng())
    assert not np.allclose(layer.forward(x), x)
    methods = [call.method for call in layer.transcript]
    assert methods.count("forward") == 3
    assert methods[-3:] == ["set_phase", "reseed", "forward"]


def test_the_phase_can_be_asked_for() -> None:
    given = context(Case(name="drop", spec=Dropout(keep=0.5), input_shape=(4, 6)))
    x = given.data(given.rng())
    assert np.array_equal(given.layer(given.rng(), phase=Phase.TEST).forward(x), x)
    assert not np.array_equal(given.layer(given.rng()).forward(x), x)


def test_subjects_are_kept_for_their_transcripts() -> None:
    given = context()
    layers = [given.layer(given.rng()) for _ in range(2)]
    assert given.subjects == layers
    assert given.new(ReLU()).spec == ReLU()


def test_what_is_no_layer_has_no_layer_spec() -> None:
    with pytest.raises(TypeError, match="CrossEntropyLoss is no Layer"):
        _ = context(Case(name="loss", spec=CrossEntropyLoss(), input_shape=(9, 4))).layer_spec


def test_specs_read_like_calls() -> None:
    assert spec_text(Dropout(keep=0.25)) == "Dropout(keep=0.25)"
    assert spec_text(ReLU()) == "ReLU()"
    assert spec_text(Sgd(learning_rate=0.5)) == "Sgd(learning_rate=0.5)"
    assert (
        spec_text(Adam(learning_rate=0.5, regularizer=L1_Regularizer(alpha=0.1)))
        == "Adam(learning_rate=0.5, regularizer=L1_Regularizer(alpha=0.1), mu=0.9, rho=0.999)"
    )
    network = NeuralNetwork(layers=(ReLU(), SoftMax()), loss=CrossEntropyLoss(), optimizer=Sgd(learning_rate=1.0))
    assert spec_text(network) == (
        "NeuralNetwork(layers=[ReLU(), SoftMax()], loss=CrossEntropyLoss(), optimizer=Sgd(learning_rate=1.0))"
    )


def test_where_names_shape_phase_and_type() -> None:
    assert where_text(AFFINE) == "FullyConnected(input_size=4, output_size=3), shape (9, 4), train phase, float64"
    assert where_text(Case(name="he", spec=He(), input_shape=(3, 2))) == "He(), shape (3, 2), float64"
    assert where_text(Case(name="scalar", spec=Sgd(learning_rate=0.3))) == "Sgd(learning_rate=0.3), float64"


def one_forward(given: Context) -> Asking[Array]:
    rng = given.rng()
    layer = given.layer(rng)
    y: Array = yield from layer.ask(forward(given.data(rng)))
    return y


def test_what_checks_need_alike_is_asked_for_once() -> None:
    shared: Shared = {}
    first, second = (
        dataclasses.replace(context(purpose=purpose), shared=shared)
        for purpose in ("value.forward", "contract.forward")
    )
    values = [answered(given.once("contract.forward", one_forward)) for given in (first, second)]
    assert values[0] is values[1]
    assert first.subjects == second.subjects
    assert (first.evaluations, second.evaluations) == (1, 0), "it counts for the check that asked first"
    alone = context(purpose="contract.forward")
    assert np.array_equal(values[0], answered(one_forward(alone)))


def test_what_has_raised_is_asked_for_again() -> None:
    given = context(purpose="contract.forward")

    def refused(given: Context) -> Asking[Array]:
        yield from one_forward(given)
        raise Unsupported("not here")

    for times in (1, 2):
        with pytest.raises(Unsupported, match="not here"):
            answered(given.once("contract.forward", refused))
        assert (len(given.subjects), given.evaluations) == (times, times)
