"""Domains: which values arguments may take, and what the messages say."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backproof.specs import (
    Adam,
    BatchNormalization,
    Conv,
    CrossEntropyLoss,
    Domain,
    Dropout,
    FullyConnected,
    Instances,
    Integers,
    L1_Regularizer,
    LayerSpec,
    NeuralNetwork,
    Pooling,
    Reals,
    ReLU,
    Sgd,
    SgdWithMomentum,
    Sizes,
    Spec,
)

INFINITE = [math.nan, math.inf, -math.inf]


@pytest.mark.parametrize(
    ("domain", "inside", "outside"),
    [
        (Integers(1), [1, 2, 10**12], [0, -1, 1.0, True, "1", None, 1.5]),
        (Integers(0, 3), [0, 3], [-1, 4, False]),
        (Sizes(1, 2), [(1,), (3, 10**9)], [(), (1, 2, 3), (0,), (1, -1), (1.0,), (True,), [1], 1, None]),
        (Reals(0, 1), [0, 1, 0.5, 0.0], [-1e-300, 1.0000001, "0.5", None, True, 1j, *INFINITE]),
        (Reals(0, 1, open_low=True), [5e-324, 1], [0, 0.0, -0.0]),
        (Reals(0, 1, open_high=True), [0, 1 - 1e-16], [1, 1.0]),
        (Reals(), [-1e308, 0, 1e308], [*INFINITE, "x"]),
        (Instances((ReLU,)), [ReLU()], [None, Dropout(keep=0.5), ReLU, "ReLU"]),
        (Instances((LayerSpec,), optional=True), [None, ReLU()], [Sgd(learning_rate=1.0), ()]),
        (Instances((LayerSpec,), many=True), [(), (ReLU(),), (ReLU(), ReLU())], [[ReLU()], ReLU(), (None,), None]),
    ],
    ids=str,
)
def test_membership(domain: Domain, inside: list[object], outside: list[object]) -> None:
    assert [value for value in inside if value not in domain] == []
    assert [value for value in outside if value in domain] == []


@pytest.mark.parametrize(
    ("domain", "text"),
    [
        (Integers(1), "{1, 2, ...}"),
        (Integers(0, 3), "{0, ..., 3}"),
        (Sizes(1, 2), "tuples of 1 to 2 positive integers"),
        (Sizes(2, 2), "tuples of 2 positive integers"),
        (Reals(0, 1), "[0, 1]"),
        (Reals(0, 1, open_low=True), "(0, 1]"),
        (Reals(0, 1, open_high=True), "[0, 1)"),
        (Reals(0), "[0, inf)"),
        (Reals(), "(-inf, inf)"),
        (Instances((ReLU, Dropout)), "ReLU or Dropout"),
        (Instances((ReLU,), optional=True), "ReLU or None"),
        (Instances((LayerSpec,), many=True), "a tuple of LayerSpec"),
    ],
)
def test_text(domain: Domain, text: str) -> None:
    assert str(domain) == text


@given(st.floats(allow_nan=False), st.floats(allow_nan=False), st.floats())
def test_reals_agree_with_their_inequalities(low: float, high: float, value: float) -> None:
    assert (value in Reals(low, high)) == (math.isfinite(value) and low <= value <= high)
    assert (value in Reals(low, high, open_low=True, open_high=True)) == (math.isfinite(value) and low < value < high)


@pytest.mark.parametrize(
    ("spec", "arguments", "message"),
    [
        (Dropout, {"keep": 0}, "Dropout: keep=0, but should be in (0, 1] (probability with which a unit is kept)"),
        (Dropout, {"keep": 1.5}, "Dropout: keep=1.5, but should be in (0, 1]"),
        (FullyConnected, {"input_size": 3, "output_size": 0}, "FullyConnected: output_size=0, but should be in {1, 2"),
        (FullyConnected, {"input_size": 3.0, "output_size": 1}, "FullyConnected: input_size=3.0, but should be in"),
        (BatchNormalization, {"channels": True}, "BatchNormalization: channels=True, but should be in {1, 2, ...}"),
        (
            Conv,
            {"stride_shape": (1,), "convolution_shape": (3, 5, 5), "num_kernels": 2},
            "Conv: stride_shape=(1,), but should have one number for each axis of convolution_shape=(3, 5, 5)",
        ),
        (
            Pooling,
            {"stride_shape": (1, 1), "pooling_shape": (2,)},
            "Pooling: pooling_shape=(2,), but should be in tuples of 2 positive integers (height and width of a window",
        ),
        (L1_Regularizer, {"alpha": -0.1}, "L1_Regularizer: alpha=-0.1, but should be in [0, inf)"),
        (Sgd, {"learning_rate": 0}, "Sgd: learning_rate=0, but should be in (0, inf) (step size)"),
        (Sgd, {"learning_rate": 1, "regularizer": "L1"}, "regularizer='L1', but should be in RegularizerSpec or None"),
        (SgdWithMomentum, {"learning_rate": 1, "momentum_rate": 1}, "momentum_rate=1, but should be in [0, 1)"),
        (Adam, {"learning_rate": 1, "mu": math.nan}, "Adam: mu=nan, but should be in [0, 1)"),
        (
            NeuralNetwork,
            {"layers": [ReLU()], "loss": CrossEntropyLoss(), "optimizer": Sgd(learning_rate=1)},
            "NeuralNetwork: layers=[ReLU()], but should be in a tuple of LayerSpec (the layers, first to last)",
        ),
    ],
)
def test_message_says_what_was_expected(spec: type[Spec], arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is compared below, literally
        spec(**arguments)
    assert message in str(caught.value)


def test_specs_are_keyword_only_and_frozen() -> None:
    with pytest.raises(TypeError):
        Dropout(0.5)  # type: ignore[call-arg]  # what this is about
    spec = Dropout(keep=0.5)
    with pytest.raises(FrozenInstanceError):
        spec.keep = 0.1  # type: ignore[misc]  # what this is about
    assert spec == Dropout(keep=0.5) != Dropout(keep=0.25)
    assert hash(spec) == hash(Dropout(keep=0.5))


def test_numbers_of_numpy_that_are_no_numbers_of_python_are_refused_or_kept_exactly() -> None:
    assert Dropout(keep=np.float64(0.5)) == Dropout(keep=0.5)
    with pytest.raises(ValueError, match="keep="):
        Dropout(keep=np.float32(0.5))  # type: ignore[arg-type]  # what this is about
