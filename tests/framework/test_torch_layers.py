"""PyTorch as an independent judge of the layers and losses: values and gradients in float64."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from backproof.framework import (
    LSTM,
    RNN,
    BatchNormalization,
    Conv,
    CrossEntropyLoss,
    FullyConnected,
    L2Loss,
    LinearOutput,
    MeanSquaredError,
    Normal,
    Pooling,
    ReLU,
    Sigmoid,
    SoftMax,
    SoftMaxCrossEntropyLoss,
    TanH,
)

if TYPE_CHECKING:
    import torch
else:
    torch = pytest.importorskip("torch")

pytestmark = pytest.mark.peers
Tensor = NDArray[Any]


def agree(found: Any, expected: Any) -> None:
    """To 1e-10, of an element or of the largest one: sums of large numbers may be close to 0."""
    expected = expected.detach().numpy()
    assert found.shape == expected.shape
    assert_allclose(found, expected, rtol=1e-10, atol=1e-10 * np.abs(expected).max(initial=0))


def leaf(tensor: Tensor) -> Any:
    return torch.tensor(tensor, requires_grad=True)


def compare(layer: Any, function: Any, x: Tensor, *parameters: str) -> None:
    """Forward, input error and gradients of a layer, and of a function of the input and the parameters."""
    leaves = [leaf(x), *(leaf(getattr(layer, name)) for name in parameters)]
    expected = function(*leaves)
    output = layer.forward(x)
    agree(output, expected)
    error = np.random.default_rng(9).normal(size=output.shape)
    gradients = torch.autograd.grad(expected, leaves, torch.tensor(error))
    agree(layer.backward(error), gradients[0])
    for name, gradient in zip(parameters, gradients[1:], strict=True):
        agree(getattr(layer, f"gradient_{name}"), gradient)


def same(x: Any, *kernel: int) -> Any:
    """Padding for "same" convolution, the extra cell of an even kernel at the end."""
    return torch.nn.functional.pad(x, [side for size in reversed(kernel) for side in ((size - 1) // 2, size // 2)])


@pytest.mark.parametrize("stride", [(1, 1), (2, 1), (3, 5)])
@pytest.mark.parametrize("kernel", [(3, 3), (1, 1), (2, 4), (5, 2), (7, 6)])
@pytest.mark.parametrize("image", [(8, 11), (5, 3)])
def test_conv(
    stride: tuple[int, int], kernel: tuple[int, int], image: tuple[int, int], rng: np.random.Generator
) -> None:
    layer = Conv(stride, (3, *kernel), 4)
    layer.initialize(Normal(1.0, seed=1), Normal(1.0, seed=2))

    def function(x: Any, weights: Any, bias: Any) -> Any:
        return torch.nn.functional.conv2d(same(x, *kernel), weights, bias, stride)

    compare(layer, function, rng.normal(size=(2, 3, *image)), "weights", "bias")


@pytest.mark.parametrize("stride", [1, 2, 5])
@pytest.mark.parametrize("length", [1, 3, 4, 8])
def test_conv_of_sequences(stride: int, length: int, rng: np.random.Generator) -> None:
    layer = Conv([stride], (3, length), 4)
    layer.initialize(Normal(1.0, seed=1), Normal(1.0, seed=2))

    def function(x: Any, weights: Any, bias: Any) -> Any:
        return torch.nn.functional.conv1d(same(x, length), weights, bias, stride)

    compare(layer, function, rng.normal(size=(2, 3, 13)), "weights", "bias")


@pytest.mark.parametrize("stride", [(1, 1), (2, 2), (3, 1)])
@pytest.mark.parametrize("window", [(2, 2), (1, 1), (3, 2), (4, 5)])
@pytest.mark.parametrize("ties", [False, True])
def test_pooling(stride: tuple[int, int], window: tuple[int, int], ties: bool, rng: np.random.Generator) -> None:
    x = rng.integers(-2, 3, (2, 3, 7, 8)).astype(float) if ties else rng.normal(-2, 1, (2, 3, 7, 8))
    compare(Pooling(stride, window), lambda x: torch.nn.functional.max_pool2d(x, window, stride), x)


def test_fully_connected(rng: np.random.Generator) -> None:
    layer = FullyConnected(5, 3)
    compare(layer, lambda x, weights: x @ weights[:-1] + weights[-1], rng.normal(size=(4, 5)), "weights")


@pytest.mark.parametrize(
    ("layer", "function"),
    [(ReLU(), "relu"), (Sigmoid(), "sigmoid"), (TanH(), "tanh"), (SoftMax(), "softmax")],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_activations(layer: Any, function: str, rng: np.random.Generator) -> None:
    arguments = {"dim": 1} if function == "softmax" else {}
    compare(layer, lambda x: getattr(torch, function)(x, **arguments), rng.normal(0, 3, (6, 5)))


@pytest.mark.parametrize("shape", [(7, 3), (4, 3, 5, 2), (3, 3, 1, 1)])
@pytest.mark.parametrize("testing", [False, True])
def test_batch_normalization(shape: tuple[int, ...], testing: bool, rng: np.random.Generator) -> None:
    layer = BatchNormalization(3)
    layer.weights, layer.bias = rng.normal(size=3), rng.normal(size=3)
    layer.forward(rng.normal(5, 3, shape))
    assert layer.running_mean is not None
    assert layer.running_var is not None
    before = layer.running_var.copy()
    mean, variance = torch.tensor(layer.running_mean), torch.tensor(before)
    layer.testing_phase = testing

    def function(x: Any, weights: Any, bias: Any) -> Any:
        return torch.nn.functional.batch_norm(x, mean, variance, weights, bias, not testing, 0.2, layer.epsilon)

    x = rng.normal(-2, 4, shape)
    compare(layer, function, x, "weights", "bias")
    agree(layer.running_mean, mean)
    rows = x.size // 3
    bias = 1 if testing else (rows - 1) / rows  # PyTorch averages unbiased variances
    agree(layer.running_var, 0.8 * torch.tensor(before) + bias * (variance - 0.8 * torch.tensor(before)))


@pytest.mark.parametrize(("kind", "order"), [(RNN, [0]), (LSTM, [0, 1, 3, 2])])
@pytest.mark.parametrize("memorize", [False, True])
def test_recurrent_layers_over_three_truncated_sequences(
    kind: Any, order: list[int], memorize: bool, rng: np.random.Generator
) -> None:
    inputs, hidden, outputs = 3, 4, 2
    layer = kind(inputs, hidden, outputs)
    layer.initialize(Normal(0.8, seed=1), Normal(0.8, seed=2))
    layer.memorize = memorize
    cell = (torch.nn.RNN if kind is RNN else torch.nn.LSTM)(inputs, hidden, dtype=torch.float64)
    state: Any = None

    def function(x: Any, weights: Any, output_weights: Any) -> Any:
        nonlocal state
        blocks = weights.split(hidden, dim=1)  # PyTorch has the candidates before the output gates
        ordered = torch.hstack([blocks[index] for index in order]).T
        names = "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"
        values = ordered[:, :inputs], ordered[:, inputs:-1], ordered[:, -1], torch.zeros(ordered.shape[0]).double()
        walked, new = torch.func.functional_call(cell, dict(zip(names, values, strict=True)), (x, state))
        if memorize:
            state = tuple(part.detach() for part in new) if kind is LSTM else new.detach()
        return walked @ output_weights[:-1] + output_weights[-1]

    for steps in (6, 1, 5):
        compare(layer, function, rng.normal(size=(steps, inputs)), "weights", "output_weights")


@pytest.mark.parametrize(
    ("loss", "function"),
    [
        (SoftMaxCrossEntropyLoss(), lambda x, y: torch.nn.functional.cross_entropy(x, y, reduction="sum")),
        (CrossEntropyLoss(), lambda x, y: -(y * torch.log(x.abs() + CrossEntropyLoss.epsilon)).sum()),
        (L2Loss(), lambda x, y: torch.nn.functional.mse_loss(x, y, reduction="sum")),
        (MeanSquaredError(), torch.nn.functional.mse_loss),
        (LinearOutput(), lambda x, y: ((x - y) ** 2 / 2).sum(dim=1).mean()),
    ],
    ids=lambda value: "" if callable(value) else type(value).__name__,
)
def test_losses(loss: Any, function: Any, rng: np.random.Generator) -> None:
    x, labels = rng.uniform(0.1, 3, (5, 4)), rng.dirichlet(np.ones(4), 5)
    tensor = leaf(x)
    expected = function(tensor, torch.tensor(labels))
    assert_allclose(loss.forward(x, labels), expected.item(), rtol=1e-12)
    agree(loss.backward(labels), torch.autograd.grad(expected, tensor)[0])
