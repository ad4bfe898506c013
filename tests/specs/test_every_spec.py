"""Every spec: complete declarations, computable cases, a form on the wire; traits by phase; the registry."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backproof.specs import (
    Activation,
    AdaGrad,
    Adam,
    BatchNormalization,
    Case,
    Choices,
    Conv,
    Dropout,
    Flatten,
    FullyConnected,
    InitializerSpec,
    Instances,
    Integers,
    Kind,
    LayerSpec,
    LossSpec,
    NeuralNetwork,
    Phase,
    Pooling,
    Reals,
    RegularizedOptimizer,
    ReLU,
    Sgd,
    SgdWithMomentum,
    Shape,
    Sizes,
    SoftMax,
    Spec,
    Trait,
    all_specs,
    find_spec,
    spec_from_wire,
    spec_to_wire,
)
from backproof.specs.registry import register

every_spec = pytest.mark.parametrize("spec", all_specs().values(), ids=lambda spec: spec.name())
CASES = [case for spec in all_specs().values() for case in spec.cases()]
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.spec.name()}/{case.name}")


def values_of(domain: object) -> st.SearchStrategy[Any]:
    """Values inside of a domain."""
    if isinstance(domain, Integers):
        return st.integers(domain.low, domain.high if domain.high is not None else 10**6)
    if isinstance(domain, Reals):
        return st.floats(
            domain.low if math.isfinite(domain.low) else None,
            domain.high if math.isfinite(domain.high) else None,
            exclude_min=domain.open_low,
            exclude_max=domain.open_high,
            allow_nan=False,
            allow_infinity=False,
        )
    if isinstance(domain, Choices):
        return st.sampled_from(domain.values)
    if isinstance(domain, Sizes):
        # As many as possible: arguments that belong together, such as kernel and stride, then fit.
        return st.lists(st.integers(1, 10**6), min_size=domain.most, max_size=domain.most).map(tuple)
    assert isinstance(domain, Instances)
    offered = [spec for spec in all_specs().values() if issubclass(spec, domain.kinds)]
    one = st.sampled_from(offered).flatmap(configured)
    if domain.many:
        return st.lists(one, max_size=3).map(tuple)
    return st.none() | one if domain.optional else one


def configured(spec: type[Spec]) -> st.SearchStrategy[Spec]:
    """Instances of a spec, drawn from the domains of its arguments."""
    fields = dataclasses.fields(spec)
    return st.fixed_dictionaries({field.name: values_of(field.metadata["domain"]) for field in fields}).map(
        lambda arguments: spec(**arguments)
    )


# Declarations.


@every_spec
def test_declarations_are_complete(spec: type[Spec]) -> None:
    assert (spec.__doc__ or "").splitlines()[0].endswith(".")
    assert spec.source
    assert spec.definition
    assert isinstance(spec.kind, Kind)
    assert spec.name() == spec.__name__
    for field in dataclasses.fields(spec):
        assert field.kw_only
        assert field.metadata["about"]
        assert str(field.metadata["domain"])


@every_spec
def test_conventions_are_complete(spec: type[Spec]) -> None:
    names = [convention.name for convention in spec.conventions]
    assert len(set(names)) == len(names)
    for convention in spec.conventions:
        assert convention.options
        assert len(set(convention.options)) == len(convention.options)
        assert convention.about


def test_no_two_specs_share_a_convention() -> None:
    names = [convention.name for spec in all_specs().values() for convention in spec.conventions]
    assert len(set(names)) == len(names)


@every_spec
@settings(max_examples=15, deadline=None, derandomize=True)
@given(data=st.data())
def test_wire_round_trip(spec: type[Spec], data: st.DataObject) -> None:
    instance = data.draw(configured(spec))
    wire = json.loads(json.dumps(spec_to_wire(instance), allow_nan=False))
    assert spec_from_wire(wire) == instance
    assert set(wire) == {"spec", "arguments"}


def test_wire_form() -> None:
    assert spec_to_wire(Dropout(keep=0.25)) == {"spec": "Dropout", "arguments": {"keep": 0.25}}


@pytest.mark.parametrize(
    ("wire", "error"),
    [
        ({"spec": "Teleporter", "arguments": {}}, LookupError),
        ({"spec": "Dropout", "arguments": {"keep": 2}}, ValueError),
        ({"spec": "Dropout", "arguments": {}}, TypeError),
        ({"spec": "Dropout", "arguments": {"keep": 0.5, "more": 1}}, TypeError),
        (
            {"spec": "Sgd", "arguments": {"learning_rate": 1, "regularizer": spec_to_wire(ReLU())}},
            ValueError,
        ),
    ],
)
def test_what_is_no_spec_is_refused(wire: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        spec_from_wire(wire)


# Cases.


@every_spec
def test_case_names_are_unique_and_readable(spec: type[Spec]) -> None:
    names = [case.name for case in spec.cases()]
    assert names
    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", name)] == []


@every_case
def test_case_is_of_its_spec_and_sane(case: Case) -> None:
    assert case in type(case.spec).cases()
    assert all(type(size) is int and size >= 1 for size in case.input_shape)
    assert np.dtype(case.dtype).kind == "f"
    if isinstance(case.spec, InitializerSpec):
        assert min(case.fans) >= 1
    if isinstance(case.spec, LossSpec):
        assert len(case.input_shape) == 2 or Trait.CATEGORICAL not in case.spec.traits


@every_case
def test_output_shape_is_computable(case: Case) -> None:
    if not isinstance(case.spec, LayerSpec):
        return
    for more in (0, 3):
        shape = (case.input_shape[0] + more, *case.input_shape[1:])
        result = case.spec.output_shape(shape)
        assert result[0] == shape[0]
        assert all(type(size) is int and size >= 1 for size in result)


@every_case
def test_network_layers_fit_together(case: Case) -> None:
    if not isinstance(case.spec, NeuralNetwork):
        return
    shape: Shape = case.input_shape
    for layer in case.spec.layers:
        if isinstance(layer, FullyConnected):
            assert shape[-1] == layer.input_size
        if isinstance(layer, BatchNormalization):
            assert shape[1] == layer.channels
        shape = layer.output_shape(shape)
    assert isinstance(case.spec.layers[-1], SoftMax)
    assert len(shape) == 2


@pytest.mark.parametrize(
    ("spec", "given_shape", "expected"),
    [
        (FullyConnected(input_size=4, output_size=3), (9, 4), (9, 3)),
        (Flatten(), (9, 3, 4, 11), (9, 132)),
        (Flatten(), (2, 5), (2, 5)),
        (ReLU(), (2, 3, 4), (2, 3, 4)),
        (Dropout(keep=0.5), (7,), (7,)),
        (BatchNormalization(channels=3), (2, 3, 5, 5), (2, 3, 5, 5)),
        (SoftMax(), (2, 3), (2, 3)),
        (Conv(stride_shape=(1, 1), convolution_shape=(3, 2, 4), num_kernels=5), (2, 3, 6, 7), (2, 5, 6, 7)),
        (Conv(stride_shape=(3, 2), convolution_shape=(3, 5, 5), num_kernels=4), (3, 3, 11, 15), (3, 4, 4, 8)),
        (Conv(stride_shape=(2,), convolution_shape=(3, 3), num_kernels=4), (2, 3, 15), (2, 4, 8)),
        (Pooling(stride_shape=(2, 1), pooling_shape=(2, 2)), (2, 2, 4, 7), (2, 2, 2, 6)),
        (Pooling(stride_shape=(3, 2), pooling_shape=(2, 2)), (2, 2, 4, 7), (2, 2, 1, 3)),
    ],
)
def test_output_shape(spec: LayerSpec, given_shape: Shape, expected: Shape) -> None:
    assert spec.output_shape(given_shape) == expected


def test_parameters_have_the_layout_of_the_spec() -> None:
    parameters = FullyConnected(input_size=4, output_size=3).parameters()
    assert {name: parameter.shape for name, parameter in parameters.items()} == {"weights": (4, 3), "bias": (3,)}
    assert {(parameter.fan_in, parameter.fan_out) for parameter in parameters.values()} == {(4, 3)}
    fixed = BatchNormalization(channels=2).parameters()
    assert {name: (parameter.shape, parameter.initial) for name, parameter in fixed.items()} == {
        "weights": ((2,), 1.0),
        "bias": ((2,), 0.0),
    }
    assert ReLU().parameters() == {}
    kernels = Conv(stride_shape=(1, 1), convolution_shape=(3, 5, 7), num_kernels=4).parameters()
    assert {name: parameter.shape for name, parameter in kernels.items()} == {"weights": (4, 3, 5, 7), "bias": (4,)}
    assert {(parameter.fan_in, parameter.fan_out) for parameter in kernels.values()} == {(105, 140)}


# Traits by phase.


@pytest.mark.parametrize("phase", Phase)
@every_case
def test_a_trait_of_a_phase_is_a_trait_of_the_spec(case: Case, phase: Phase) -> None:
    if isinstance(case.spec, LayerSpec):
        assert {trait for trait in Trait if case.spec.has(trait, phase)} <= case.spec.traits


@every_spec
def test_traits_differ_between_the_phases_only_if_declared(spec: type[Spec]) -> None:
    for case in spec.cases():
        if isinstance(case.spec, LayerSpec) and Trait.PHASE_DEPENDENT not in case.spec.traits:
            layer = case.spec.equivalent()
            assert all(
                case.spec.has(trait, Phase.TRAIN) == case.spec.has(trait, Phase.TEST) == (trait in layer.traits)
                for trait in Trait
            )


def test_dropout_draws_in_training_only() -> None:
    assert Dropout(keep=0.5).has(Trait.RANDOM_MASK, Phase.TRAIN)
    assert not Dropout(keep=0.5).has(Trait.RANDOM_MASK, Phase.TEST)
    assert not Dropout(keep=1.0).has(Trait.RANDOM_MASK, Phase.TRAIN), "where all is kept nothing is drawn"
    assert Dropout(keep=1.0).has(Trait.ELEMENTWISE, Phase.TRAIN)


def test_an_activation_has_the_traits_of_the_layer_that_it_names() -> None:
    named = {case.name: case.spec for case in Activation.cases() if isinstance(case.spec, Activation)}
    assert set(named) == {"linear", "relu", "sigmoid", "tanh"}
    assert named["relu"].equivalent() == ReLU()
    assert named["relu"].has(Trait.HOMOGENEOUS, Phase.TRAIN)
    assert not named["tanh"].has(Trait.HOMOGENEOUS, Phase.TRAIN)
    assert not named["relu"].has(Trait.POINT_SYMMETRIC, Phase.TEST)
    assert Activation.traits == frozenset().union(*(spec.equivalent().traits for spec in named.values()))


def test_what_losses_are_given_follows_from_their_traits() -> None:
    losses = {name: spec.traits for name, spec in all_specs().items() if spec.kind is Kind.LOSS}
    categorical = {name for name, traits in losses.items() if Trait.CATEGORICAL in traits}
    assert categorical == {"CrossEntropyLoss", "SoftMaxCrossEntropyLoss", "SoftmaxOutput"}
    assert {name for name, traits in losses.items() if Trait.OF_PROBABILITIES in traits} == {"CrossEntropyLoss"}
    scores = {name for name, traits in losses.items() if Trait.SHIFT_INVARIANT in traits}
    assert scores == categorical - {"CrossEntropyLoss"}
    assert {name for name, traits in losses.items() if Trait.OF_DIFFERENCE in traits} == losses.keys() - categorical


def test_batch_normalisation_couples_the_samples_in_training_only() -> None:
    spec = BatchNormalization(channels=2)
    assert [spec.has(Trait.BATCH_STATISTICS, phase) for phase in (Phase.TRAIN, Phase.TEST)] == [True, False]
    assert [spec.has(Trait.BATCH_INDEPENDENT, phase) for phase in (Phase.TRAIN, Phase.TEST)] == [False, True]
    assert all(spec.has(Trait.DIFFERENTIABLE, phase) for phase in Phase)


def test_every_phase_dependent_layer_is_looked_at_in_both_phases() -> None:
    for spec in all_specs().values():
        if Trait.PHASE_DEPENDENT in spec.traits:
            assert {case.phase for case in spec.cases()} == set(Phase)


@every_case
def test_layers_whose_windows_slide_say_how(case: Case) -> None:
    if isinstance(case.spec, LayerSpec):
        windows = case.spec.windows()
        assert bool(windows) == (Trait.TRANSLATION_EQUIVARIANT in case.spec.traits)
        assert not windows or len(windows) == len(case.input_shape) - 2


# The registry.


def test_order_is_by_kind_then_by_name() -> None:
    kinds = list(Kind)
    keys = [(kinds.index(spec.kind), name) for name, spec in all_specs().items()]
    assert keys == sorted(keys)
    assert {spec.kind for spec in all_specs().values()} == set(Kind)


def test_the_registry_hands_out_copies() -> None:
    all_specs().clear()
    assert "ReLU" in all_specs()


@pytest.mark.parametrize("name", ["Dropout", "dropout", "DROPOUT"])
def test_find_spec_ignores_case(name: str) -> None:
    assert find_spec(name) is Dropout


@pytest.mark.parametrize("name", ["Dropuot", "", "Drop", "Dropout "])
def test_unknown_spec_is_named_with_what_there_is(name: str) -> None:
    with pytest.raises(LookupError, match=r"there are: .*Dropout") as caught:
        find_spec(name)
    assert f"there is no spec {name!r}" in str(caught.value)


def test_a_name_can_be_taken_once() -> None:
    with pytest.raises(ValueError, match="two specs are called ReLU"):
        register(ReLU)


# Optimizers with a regularizer.


@pytest.mark.parametrize("spec", [Sgd, SgdWithMomentum, AdaGrad, Adam])
def test_optimizers_take_a_regularizer(spec: type[RegularizedOptimizer]) -> None:
    assert issubclass(spec, RegularizedOptimizer)
    regularizers = [case.spec.arguments()["regularizer"] for case in spec.cases()]
    kinds = {type(regularizer).__name__ for regularizer in regularizers if regularizer}
    assert kinds == {"L1_Regularizer", "L2_Regularizer"}
    assert None in regularizers
    plain = spec(**{**spec.cases()[-1].spec.arguments(), "regularizer": None})
    assert spec_from_wire(spec_to_wire(plain)) == plain


def test_the_base_of_the_optimizers_is_no_component() -> None:
    assert "RegularizedOptimizer" not in all_specs()
    with pytest.raises(TypeError, match="abstract"):
        RegularizedOptimizer(learning_rate=1.0)  # type: ignore[abstract]  # what this is about
