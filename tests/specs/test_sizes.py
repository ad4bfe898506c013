"""Sizes: cases that are made from numbers, and named by them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backproof.specs import (
    BatchNormalization,
    Choices,
    Dropout,
    FullyConnected,
    Integers,
    LayerSpec,
    Phase,
    ReLU,
    Spec,
    all_specs,
)

SIZED = [spec for spec in all_specs().values() if spec.sizes]
every_sized = pytest.mark.parametrize("spec", SIZED, ids=lambda spec: spec.name())


def values(allowed: Integers | Choices) -> st.SearchStrategy[Any]:
    return (
        st.sampled_from(allowed.values)
        if isinstance(allowed, Choices)
        else st.integers(allowed.low, 2 * (allowed.high or 0))
    )


def sizes_of(spec: type[Spec]) -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of([st.fixed_dictionaries({name: values(form[name]) for name in form}) for form in spec.sizes])


def test_every_layer_and_loss_declares_sizes() -> None:
    assert [spec.name() for spec in all_specs().values() if spec.kind in {"layer", "loss"} and not spec.sizes] == []


@every_sized
@settings(max_examples=30, deadline=None, derandomize=True)
@given(data=st.data())
def test_a_case_is_found_again_by_its_name(spec: type[Spec], data: st.DataObject) -> None:
    sizes = data.draw(sizes_of(spec))
    case = spec.case(**sizes)
    assert spec.case_called(case.name) == case
    assert case.sizes == sizes
    assert all(size >= 1 for size in case.input_shape)
    if isinstance(case.spec, LayerSpec):
        assert min(case.spec.output_shape(case.input_shape)) >= 1


@every_sized
def test_forms_are_told_apart_by_their_names(spec: type[Spec]) -> None:
    assert len({tuple(form) for form in spec.sizes}) == len(spec.sizes)
    assert all(allowed.high is not None for form in spec.sizes for allowed in form.values() if hasattr(allowed, "high"))


def test_a_name_says_the_sizes() -> None:
    case = FullyConnected.case(outputs=1, batch=1, inputs=2)
    assert case.name == "batch=1,inputs=2,outputs=1"
    assert (case.spec, case.input_shape) == (FullyConnected(input_size=2, output_size=1), (1, 2))
    dropout = Dropout.case(batch=1, features=3, keep=0.25, phase="test")
    assert dropout.name == "batch=1,features=3,keep=0.25,phase=test"
    assert (dropout.spec, dropout.phase) == (Dropout(keep=0.25), Phase.TEST)


def test_a_given_name_is_kept() -> None:
    case = ReLU.case("vector", batch=10, features=5)
    assert (case.name, case.sizes) == ("vector", {"batch": 10, "features": 5})


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        (FullyConnected, ""),
        (FullyConnected, "4-to-3"),
        (FullyConnected, "batch=1"),
        (FullyConnected, "inputs=2,batch=1,outputs=1"),
        (FullyConnected, "batch=0,inputs=2,outputs=1"),
        (FullyConnected, "batch=-1,inputs=2,outputs=1"),
        (FullyConnected, "batch=01,inputs=2,outputs=1"),
        (FullyConnected, "batch=x,inputs=2,outputs=1"),
        (FullyConnected, "batch=99999999,inputs=2,outputs=1"),
        (Dropout, "batch=1,features=1,keep=0.3,phase=train"),
        (Dropout, "batch=1,features=1,keep=0.5,phase=tea"),
        (BatchNormalization, "batch=1,channels=1,phase=train"),
    ],
)
def test_what_names_no_case_is_none(spec: type[Spec], name: str) -> None:
    assert spec.case_called(name) is None


def test_wrong_sizes_are_refused_with_what_there_is() -> None:
    with pytest.raises(ValueError, match="the sizes are batch, but should be batch, inputs, outputs"):
        FullyConnected.case(batch=1)
    with pytest.raises(ValueError, match=r"inputs=0, but should be in \{1, \.\.\., 8\}"):
        FullyConnected.case(batch=1, inputs=0, outputs=1)
