"""Fused softmax and cross-entropy, and squared errors, in numbers."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax

from backproof.framework import (
    CrossEntropyLoss,
    L2Loss,
    LinearOutput,
    Loss,
    MeanSquaredError,
    SoftMax,
    SoftMaxCrossEntropyLoss,
    SoftmaxOutput,
)

Tensor = NDArray[Any]
Gradient = Callable[[Callable[[], float], Tensor], Tensor]
OF_SCORES: list[type[Loss]] = [SoftMaxCrossEntropyLoss, SoftmaxOutput]
SQUARED: list[type[Loss]] = [L2Loss, LinearOutput, MeanSquaredError]
for_all = pytest.mark.parametrize("kind", [*OF_SCORES, *SQUARED])
LABELS = np.eye(3)[[0, 2, 1, 1]]


def test_softmax_cross_entropy_by_hand() -> None:
    loss, scores = SoftMaxCrossEntropyLoss(), np.log([[1.0, 2.0, 3.0], [2.0, 2.0, 4.0]])
    labels = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    assert_allclose(loss.forward(scores, labels), math.log(2) + math.log(4), rtol=1e-14)  # summed, not averaged
    assert_allclose(loss.backward(labels), [[1 / 6, 1 / 3, -1 / 2], [-3 / 4, 1 / 4, 1 / 2]], rtol=1e-14)
    assert_allclose(loss.predict(scores), [[1 / 6, 1 / 3, 1 / 2], [1 / 4, 1 / 4, 1 / 2]], rtol=1e-14)


def test_softmax_cross_entropy_is_exact_for_scores_of_any_size(rng: np.random.Generator) -> None:
    loss = SoftMaxCrossEntropyLoss()
    for scale in (1e-8, 1.0, 30.0, 1e4, 1e300):
        scores = rng.normal(0, scale, (4, 3))
        expected = -float(np.sum(log_softmax(scores, axis=1)[LABELS == 1]))
        assert_allclose(loss.forward(scores, LABELS), expected, rtol=1e-14)
        assert_allclose(loss.backward(LABELS), softmax(scores, axis=1) - LABELS, rtol=1e-13, atol=1e-300)
    assert loss.forward(100 * LABELS, LABELS) < 1e-40
    assert_allclose(loss.forward(-100 * LABELS, LABELS), 4 * (100 + math.log(2)), rtol=1e-14)


@pytest.mark.parametrize("impossible", [-np.inf, -np.finfo(float).max])
def test_classes_without_label_may_be_impossible(impossible: float) -> None:
    loss, labels = SoftMaxCrossEntropyLoss(), np.array([[0.0, 1.0, 0.0]])
    assert_allclose(loss.forward(np.array([[impossible, 1e308, 1e308]]), labels), math.log(2), rtol=1e-14)
    assert_allclose(loss.backward(labels), [[0.0, -0.5, 0.5]], rtol=1e-14)


def test_fused_and_separate_losses_agree(rng: np.random.Generator) -> None:
    scores, layer, loss, fused = rng.normal(size=(4, 3)), SoftMax(), CrossEntropyLoss(), SoftMaxCrossEntropyLoss()
    assert_allclose(fused.forward(scores, LABELS), loss.forward(layer.forward(scores), LABELS), rtol=1e-13)
    assert_allclose(fused.backward(LABELS), layer.backward(loss.backward(LABELS)), rtol=1e-12, atol=1e-14)


def test_softmax_output_by_hand() -> None:
    loss, scores = SoftmaxOutput(), np.log([[1.0, 3.0], [1.0, 1.0]])
    labels = np.array([[1.0, 0.0], [0.0, 1.0]])
    expected = -(math.log(0.25 + 1e-10) + math.log(0.5 + 1e-10)) / 2
    assert_allclose(loss.forward(scores, labels), expected, rtol=1e-15)
    assert_allclose(loss.backward(labels), [[-0.375, 0.375], [0.25, -0.25]], rtol=1e-14)
    assert_allclose(loss.predict(scores), [[0.25, 0.75], [0.5, 0.5]], rtol=1e-14)
    assert_allclose(loss.forward(np.array([[0.0, 1e4]]), labels[:1]), 10 * math.log(10), rtol=1e-14)


def test_squared_errors_by_hand() -> None:
    predictions, labels = np.array([[1.0, 5.0], [0.0, -2.0]]), np.array([[3.0, 5.0], [1.0, 0.0]])
    difference = np.array([[-2.0, 0.0], [-1.0, -2.0]])
    for loss, expected, factor in ((L2Loss(), 9.0, 2.0), (LinearOutput(), 2.25, 0.5), (MeanSquaredError(), 2.25, 0.5)):
        assert loss.forward(predictions, labels) == expected
        assert_array_equal(loss.backward(labels), factor * difference)
        assert_array_equal(loss.predict(predictions), predictions)
    images = np.zeros((2, 3, 4))
    assert LinearOutput().forward(images + 1, images) == 6.0  # half of 12 features
    assert MeanSquaredError().forward(images + 2, images) == 4.0


@for_all
def test_backward_is_the_derivative(kind: type[Loss], rng: np.random.Generator, numerical_gradient: Gradient) -> None:
    loss, predictions, labels = kind(), rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    if kind is SoftmaxOutput:  # its derivative leaves out an epsilon of 1e-10
        labels = LABELS
    loss.forward(predictions, labels)
    found = loss.backward(labels)
    expected = numerical_gradient(lambda: loss.forward(predictions, labels), predictions)
    assert_allclose(found, expected, rtol=1e-8, atol=1e-9 if kind is SoftmaxOutput else 1e-11)


@for_all
def test_arguments_stay_and_may_be_overwritten(kind: type[Loss], rng: np.random.Generator) -> None:
    loss, predictions, labels = kind(), rng.normal(size=(4, 3)), LABELS.copy()
    loss.forward(predictions, labels)
    expected = loss.backward(labels)
    before = predictions.copy()
    predicted = loss.predict(predictions)
    assert not np.shares_memory(predicted, predictions)
    assert type(loss.forward(predictions, labels)) is float
    assert_array_equal(predictions, before)
    predictions[...] = np.nan
    first = loss.backward(labels)
    assert not np.shares_memory(first, labels)
    first[...] = np.nan
    assert_array_equal(loss.backward(labels), expected)
    assert_array_equal(labels, LABELS)


@for_all
def test_predict_leaves_the_latest_forward_alone(kind: type[Loss], rng: np.random.Generator) -> None:
    loss, predictions = kind(), rng.normal(size=(4, 3))
    loss.forward(predictions, LABELS)
    expected = loss.backward(LABELS)
    loss.predict(rng.normal(size=(4, 3)))
    assert_array_equal(loss.backward(LABELS), expected)


@for_all
def test_float32_stays_float32(kind: type[Loss]) -> None:
    loss, labels = kind(), LABELS.astype(np.float32)
    loss.forward(1 - labels, labels)
    assert loss.backward(labels).dtype == loss.predict(labels).dtype == np.float32


@for_all
def test_wrong_use_is_refused(kind: type[Loss]) -> None:
    loss, name = kind(), kind.__name__
    with pytest.raises(RuntimeError, match=rf"^{name}\.backward was called before forward; call forward\(prediction"):
        loss.backward(LABELS)
    expected = rf"^{name}\.forward: label_tensor\.shape=\(1, 3\), but should be \(4, 3\)$"
    with pytest.raises(ValueError, match=expected):
        loss.forward(LABELS, LABELS[:1])
    loss.forward(LABELS, LABELS)
    with pytest.raises(ValueError, match=rf"^{name}\.backward: label_tensor\.shape=\(3,\), but should be \(4, 3\)$"):
        loss.backward(LABELS[0])


@for_all
def test_sums_of_nothing_are_zero_and_means_are_refused(kind: type[Loss]) -> None:
    nothing = np.empty((0, 3))
    if kind in (L2Loss, SoftMaxCrossEntropyLoss):
        assert kind().forward(nothing, nothing) == 0
    else:
        with pytest.raises(ValueError, match=rf"^{kind.__name__}\.forward: prediction_tensor is empty, but a mean"):
            kind().forward(nothing, nothing)


def test_scores_are_rows() -> None:
    for kind in OF_SCORES:
        with pytest.raises(ValueError, match=r"prediction_tensor\.shape=\(3,\), but should be \(batch, classes\)$"):
            kind().forward(np.ones(3), np.ones(3))
