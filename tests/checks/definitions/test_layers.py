"""The layers' definitions against formulas of SciPy and NumPy, and the errors that they allow."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special

from backproof.checks import definitions
from backproof.checks.numerics.compare import Estimate, compare
from backproof.specs import (
    Activation,
    BatchNormalization,
    Dropout,
    Flatten,
    FullyConnected,
    Identity,
    LayerSpec,
    ReLU,
    Sigmoid,
    SoftMax,
    TanH,
)

Array = NDArray[np.float64]
SEEDS = range(20)


def of(spec: LayerSpec, x: Array, **parameters: Array) -> Estimate:
    return definitions.forward(spec, x, parameters)


def assert_close(found: Estimate, reference: Array) -> None:
    """The definition's value is right, and its bound leaves room for rounding but not for another formula."""
    assert found.value.shape == found.error.shape == reference.shape
    assert compare(reference, found).within
    assert np.all(found.error > 0)
    assert np.all(found.error <= 1e-9 * np.maximum(np.abs(reference), 1e-3))


@pytest.mark.parametrize(
    ("spec", "reference"),
    [
        (ReLU(), lambda x: np.where(x > 0, x, 0)),
        (Sigmoid(), special.expit),
        (TanH(), lambda x: 2 * special.expit(2 * x) - 1),
        (Identity(), np.positive),
        (Activation(function="linear"), np.positive),
        (Activation(function="relu"), lambda x: np.where(x > 0, x, 0)),
        (Activation(function="sigmoid"), special.expit),
        (Activation(function="tanh"), lambda x: 2 * special.expit(2 * x) - 1),
    ],
)
@pytest.mark.parametrize("shape", [(10, 5), (2, 3, 4, 5), (1, 7)])
def test_activations(spec: LayerSpec, reference: np.ufunc, shape: tuple[int, ...]) -> None:
    for seed in SEEDS:
        x = 3 * np.random.default_rng(seed).normal(size=shape)
        assert_close(of(spec, x), reference(x))


@pytest.mark.parametrize("spec", [ReLU(), Sigmoid(), TanH(), SoftMax()])
def test_extreme_inputs_are_finite(spec: LayerSpec) -> None:
    x = np.array([[-1e4, 1e4, 0.0, -0.0, 750.0, -750.0, 1e-300, -1e-300]])
    found = of(spec, x)
    assert np.isfinite(found.value).all()
    assert np.isfinite(found.error).all()


def test_saturation_values() -> None:
    assert of(Sigmoid(), np.array([-1e4, 1e4, 0.0])).value.tolist() == [0.0, 1.0, 0.5]
    assert of(TanH(), np.array([-1e4, 1e4, 0.0])).value.tolist() == [-1.0, 1.0, 0.0]
    assert of(SoftMax(), np.array([[-1e4, 1e4], [5.0, 5.0]])).value.tolist() == [[0.0, 1.0], [0.5, 0.5]]


@pytest.mark.parametrize("naive", [lambda x: 1 / (1 + np.exp(-x)), lambda x: 0.5 * (1 + np.tanh(x / 2))])
def test_both_usual_ways_to_compute_the_sigmoid_are_within_the_bound(naive: np.ufunc) -> None:
    x = np.linspace(-30, 30, 2001)
    assert compare(naive(x), of(Sigmoid(), x)).within


def test_softmax() -> None:
    for seed in SEEDS:
        x = 5 * np.random.default_rng(seed).normal(size=(9, 4))
        found = of(SoftMax(), x)
        assert_close(found, special.softmax(x, axis=-1))
        assert found.value.sum(axis=-1) == pytest.approx(np.ones(9), rel=1e-14)
        assert compare(np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True), found).within  # without the shift


@pytest.mark.parametrize(("rows", "size", "units"), [(9, 4, 3), (1, 5, 2), (6, 6, 6), (2, 1, 1), (3, 200, 4)])
def test_fully_connected(rows: int, size: int, units: int) -> None:
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x, weights, bias = rng.normal(size=(rows, size)), rng.normal(size=(size, units)), rng.normal(size=units)
        found = of(FullyConnected(input_size=size, output_size=units), x, weights=weights, bias=bias)
        assert_close(found, np.einsum("bi,ij->bj", x, weights) + bias)
        stacked = np.hstack([x, np.ones((rows, 1))]) @ np.vstack([weights, bias])
        assert compare(stacked, found).within


@pytest.mark.parametrize("shape", [(9, 3, 4, 11), (1, 2, 3, 5), (4, 3, 5), (3, 1, 1, 1), (2, 6)])
def test_flatten(shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).normal(size=shape)
    assert np.array_equal(of(Flatten(), x).value, x.reshape(shape[0], -1))
    if max(shape[1:]) > 1 and len(shape) > 2:
        assert not compare(x.reshape(shape[0], -1, order="F"), of(Flatten(), x)).within


@pytest.mark.parametrize("shape", [(10, 4), (4, 3, 5, 2), (5, 1), (4, 4, 4, 4), (2, 3)])
@pytest.mark.parametrize("offset", [0.3, 30.0])
def test_batch_normalization(shape: tuple[int, ...], offset: float) -> None:
    channels = shape[1]
    axes = tuple(axis for axis in range(len(shape)) if axis != 1)
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x = rng.normal(loc=offset, size=shape)
        weights, bias = rng.normal(size=channels), rng.normal(size=channels)
        found = of(BatchNormalization(channels=channels), x, weights=weights, bias=bias)
        column = (1, channels) + (1,) * (len(shape) - 2)
        mean, variance = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
        for epsilon in (0.0, 2.2e-16, 1e-10):
            y = weights.reshape(column) * (x - mean) / np.sqrt(variance + epsilon) + bias.reshape(column)
            assert compare(y, found).within
        squares = (x**2).mean(axis=axes, keepdims=True) - mean**2  # the other formula of the variance
        assert compare(weights.reshape(column) * (x - mean) / np.sqrt(squares) + bias.reshape(column), found).within


def test_batch_normalization_allows_no_other_formula() -> None:
    x = np.random.default_rng(0).normal(size=(10, 4))
    found = of(BatchNormalization(channels=4), x, weights=np.ones(4), bias=np.zeros(4))
    assert np.all(found.error <= 1e-9)
    centred = x - x.mean(axis=0)
    assert not compare(centred / x.std(axis=0, ddof=1), found).within
    assert not compare(centred / np.sqrt(x.var(axis=0) + 1e-8), found).within
    assert not compare(centred / (x.std(axis=0) + 1e-8), found).within


class Unknown(Identity):
    """A layer that nobody has defined."""


def test_a_layer_without_a_definition_says_so() -> None:
    unknown = definitions.forward.dispatch(object)
    with pytest.raises(NotImplementedError, match="there is no definition of Unknown"):
        unknown(Unknown(), np.ones((2, 2)), {})


def test_dropout_at_rest_changes_nothing() -> None:
    x = np.array([[1.0, -2.0]])
    assert compare(x, of(Dropout(keep=0.5), x)).within
    assert not compare(0.5 * x, of(Dropout(keep=0.5), x)).within
