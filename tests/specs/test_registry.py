"""Every spec by name, and the wire: what goes out comes back equal, what is forged is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backproof.specs import (
    Activation,
    AdaGrad,
    Adam,
    BatchNormalization,
    Constant,
    Conv,
    CrossEntropyLoss,
    Dropout,
    Flatten,
    FullyConnected,
    He,
    Identity,
    Kind,
    L1_Regularizer,
    L2_Regularizer,
    L2Loss,
    LinearOutput,
    MeanSquaredError,
    NeuralNetwork,
    Normal,
    Pooling,
    ReLU,
    Sgd,
    SgdWithMomentum,
    Sigmoid,
    SoftMax,
    SoftMaxCrossEntropyLoss,
    SoftmaxOutput,
    Spec,
    TanH,
    UniformRandom,
    Xavier,
    all_specs,
    find_spec,
    spec_from_wire,
    spec_to_wire,
)
from backproof.specs.registry import register

sizes = st.integers(1, 10**6)
unit = st.floats(0, 1, exclude_min=True)
pairs, triples = st.tuples(sizes, sizes), st.tuples(sizes, sizes, sizes)
decays = st.floats(0, 1, exclude_max=True)
rates = st.floats(0, 1e6, exclude_min=True)
alphas = st.floats(0, 1e6)
regularizers = st.none() | st.builds(L1_Regularizer, alpha=alphas) | st.builds(L2_Regularizer, alpha=alphas)
layers = st.one_of(
    st.builds(FullyConnected, input_size=sizes, output_size=sizes),
    st.builds(BatchNormalization, channels=sizes),
    st.builds(Conv, stride_shape=pairs, convolution_shape=triples, num_kernels=sizes),
    st.builds(Conv, stride_shape=st.tuples(sizes), convolution_shape=pairs, num_kernels=sizes),
    st.builds(Pooling, stride_shape=pairs, pooling_shape=pairs),
    st.builds(Dropout, keep=unit),
    st.builds(Activation, function=st.sampled_from(["linear", "relu", "sigmoid", "tanh"])),
    *(st.builds(cls) for cls in (Flatten, Identity, ReLU, Sigmoid, SoftMax, TanH)),
)
optimizers = st.one_of(
    st.builds(Sgd, learning_rate=rates, regularizer=regularizers),
    st.builds(AdaGrad, learning_rate=rates, regularizer=regularizers),
    st.builds(SgdWithMomentum, learning_rate=rates, momentum_rate=decays, regularizer=regularizers),
    st.builds(Adam, learning_rate=rates, mu=decays, rho=decays, regularizer=regularizers),
)
losses = st.one_of(
    *map(
        st.builds,
        (CrossEntropyLoss, L2Loss, LinearOutput, MeanSquaredError, SoftMaxCrossEntropyLoss, SoftmaxOutput),
    )
)
specs = st.one_of(
    losses,
    layers,
    optimizers,
    regularizers.filter(bool),
    st.builds(Constant, value=st.floats(allow_nan=False, allow_infinity=False)),
    st.builds(Normal, stddev=rates),
    *(st.builds(cls) for cls in (UniformRandom, Xavier, He)),
    st.builds(
        NeuralNetwork,
        layers=st.lists(layers, max_size=4).map(tuple),
        loss=losses,
        optimizer=optimizers,
    ),
)


@settings(max_examples=200, derandomize=True)
@given(specs)
def test_the_wire_brings_every_spec_back(spec: Any) -> None:
    sent = json.loads(json.dumps(spec_to_wire(spec), allow_nan=False))
    back = spec_from_wire(sent)
    assert back == spec
    assert type(back) is type(spec)
    assert hash(back) == hash(spec)


def test_every_case_of_every_spec_crosses_the_wire() -> None:
    for cls in all_specs().values():
        for case in cls.cases():
            assert spec_from_wire(json.loads(json.dumps(spec_to_wire(case.spec)))) == case.spec


def test_the_form_on_the_wire() -> None:
    assert spec_to_wire(Sgd(learning_rate=0.5, regularizer=L1_Regularizer(alpha=0.1))) == {
        "spec": "Sgd",
        "arguments": {"learning_rate": 0.5, "regularizer": {"spec": "L1_Regularizer", "arguments": {"alpha": 0.1}}},
    }


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        ({"spec": "Dropout", "arguments": {"keep": 7}}, ValueError, "keep=7, but should be in"),
        ({"spec": "Teleport", "arguments": {}}, LookupError, "there is no spec 'Teleport'; there are: "),
        ({"spec": "Dropout", "arguments": {"drop": 0.5}}, TypeError, "drop"),
        ({"spec": "Dropout", "arguments": {}}, TypeError, "keep"),
        ({"spec": "Sgd", "arguments": {"learning_rate": 1, "regularizer": [1]}}, ValueError, "regularizer=\\(1,\\)"),
        ({"arguments": {}}, KeyError, "spec"),
    ],
)
def test_what_is_forged_is_refused(data: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        spec_from_wire(data)


def test_specs_come_by_kind_and_then_by_name() -> None:
    found = [(list(Kind).index(cls.kind), name) for name, cls in all_specs().items()]
    assert found == sorted(found)
    assert {cls.kind for cls in all_specs().values()} == set(Kind)
    assert list(all_specs())[:3] == ["Activation", "BatchNormalization", "Conv"]
    assert list(all_specs())[-3:] == ["NetworkFile", "Trainer", "NetworkUser"]


def test_names_are_those_of_the_classes_and_differ_in_more_than_case() -> None:
    assert all(name == cls.name() == cls.__name__ for name, cls in all_specs().items())
    assert len({name.lower() for name in all_specs()}) == len(all_specs())


@pytest.mark.parametrize("name", ["Dropout", "dropout", "DROPOUT"])
def test_a_spec_is_found_in_any_case(name: str) -> None:
    assert find_spec(name) is Dropout


def test_an_unknown_spec_is_named_with_those_that_there_are() -> None:
    with pytest.raises(LookupError, match=r"there is no spec 'Droput'; did you mean Dropout\? there are: .*Dropout"):
        find_spec("Droput")


def test_a_name_can_be_taken_once() -> None:
    with pytest.raises(ValueError, match="two specs are called Dropout"):
        register(type("Dropout", (Spec,), {}))
    assert all_specs()["Dropout"] is Dropout


def test_the_registry_cannot_be_changed_through_its_copy() -> None:
    all_specs().clear()
    assert all_specs()
