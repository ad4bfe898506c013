"""Steps of our layers and of their counterparts in PyTorch, for `layers_vs_torch.py`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn

from backproof import framework

Step = Callable[[], object]
Builders = tuple[Callable[[], Step], Callable[[], Step]]
"""What makes our step and what makes theirs."""

RNG = np.random.default_rng(0)


def draw(*shape: int) -> Any:
    """Standard normal float32 numbers."""
    return RNG.standard_normal(shape, np.float32)


def to_float32(layer: Any) -> None:
    """Initialize the parameters of a layer, in float32."""
    layer.initialize(framework.Xavier(1), framework.Constant(0.1))
    for name in ("weights", "bias", "output_weights"):
        if hasattr(layer, name):
            setattr(layer, name, getattr(layer, name).astype(np.float32))


def both(layer: Any, make_module: Callable[[], Any], x: Any) -> Builders:
    """Forward and backward of one of our layers and one of PyTorch's modules."""

    def ours() -> Step:
        to_float32(layer)
        error = draw(*layer.forward(x).shape)
        return lambda: (layer.forward(x), layer.backward(error))

    def theirs() -> Step:
        module, tensor = make_module(), torch.from_numpy(x).requires_grad_()
        wanted = [tensor, *module.parameters()]
        error = torch.from_numpy(draw(*module(tensor).shape))
        return lambda: torch.autograd.grad(module(tensor), wanted, error)

    return ours, theirs


def conv(  # noqa: PLR0917 - a row of the table gives them in this order
    batch: int, channels: int, size: int, kernels: int, kernel: int, stride: int = 1
) -> Builders:
    """Square images and kernels."""
    layer = framework.Conv(stride, (channels, kernel, kernel), kernels)
    make_module = partial(nn.Conv2d, channels, kernels, kernel, stride, kernel // 2)
    return both(layer, make_module, draw(batch, channels, size, size))


def conv_1d(batch: int, channels: int, length: int, kernels: int, kernel: int) -> Builders:
    """Sequences."""
    layer = framework.Conv(1, (channels, kernel), kernels)
    make_module = partial(nn.Conv1d, channels, kernels, kernel, 1, kernel // 2)
    return both(layer, make_module, draw(batch, channels, length))


def pooling(batch: int, channels: int, size: int, window: int, stride: int) -> Builders:
    """Square images and windows."""
    x = draw(batch, channels, size, size)
    return both(framework.Pooling(stride, window), partial(nn.MaxPool2d, window, stride), x)


def fully_connected(batch: int, inputs: int, outputs: int) -> Builders:
    """A product of matrices."""
    return both(framework.FullyConnected(inputs, outputs), partial(nn.Linear, inputs, outputs), draw(batch, inputs))


def batch_normalization(*shape: int) -> Builders:
    """Vectors or images, in training."""
    kind = nn.BatchNorm1d if len(shape) == 2 else nn.BatchNorm2d
    return both(framework.BatchNormalization(shape[1]), partial(kind, shape[1]), draw(*shape))


def without_parameters(name: str, *shape: int) -> Builders:
    """Activations, softmax and dropout."""
    layer = framework.Dropout(0.5) if name == "Dropout" else getattr(framework, name)()
    modules = {"TanH": nn.Tanh, "SoftMax": partial(nn.Softmax, 1), "Dropout": partial(nn.Dropout, 0.5)}
    return both(layer, modules.get(name) or getattr(nn, name), draw(*shape))


class Recurrent(nn.Module):
    """PyTorch's recurrent layer, with the affine output that ours has."""

    def __init__(self, name: str, inputs: int, hidden: int) -> None:
        super().__init__()
        self.cell = getattr(nn, name)(inputs, hidden)
        self.output = nn.Linear(hidden, inputs)

    def forward(self, x: Any) -> Any:
        """Map a sequence to a sequence."""
        return self.output(self.cell(x)[0])


def recurrent(name: str, steps: int, inputs: int, hidden: int) -> Builders:
    """One sequence, with as many outputs as inputs."""
    layer = getattr(framework, name)(inputs, hidden, inputs)
    return both(layer, partial(Recurrent, name, inputs, hidden), draw(steps, inputs))


def softmax_cross_entropy(batch: int, classes: int) -> Builders:
    """Softmax and cross-entropy in one."""
    x, labels = draw(batch, classes), np.eye(classes, dtype=np.float32)[RNG.integers(classes, size=batch)]
    loss, module = framework.SoftMaxCrossEntropyLoss(), nn.CrossEntropyLoss(reduction="sum")
    tensor, target = torch.from_numpy(x).requires_grad_(), torch.from_numpy(labels)
    return (
        lambda: lambda: (loss.forward(x, labels), loss.backward(labels)),
        lambda: lambda: torch.autograd.grad(module(tensor, target), tensor),
    )


def adam(parameters: int) -> Builders:
    """One update of a vector."""
    weights, gradient, optimizer = draw(parameters), draw(parameters), framework.Adam(1e-3, 0.9, 0.999)

    def theirs() -> Step:
        tensor = torch.from_numpy(weights.copy()).requires_grad_()
        tensor.grad = torch.from_numpy(gradient)
        return torch.optim.Adam([tensor]).step

    return lambda: lambda: optimizer.calculate_update(weights, gradient), theirs


def lenet(batch: int, kernels: int) -> Builders:
    """A training step on images of 28 x 28: forward, loss, backward, update by Adam."""
    x, labels = draw(batch, 1, 28, 28), np.eye(10, dtype=np.float32)[RNG.integers(10, size=batch)]

    def ours() -> Step:
        f, loss = framework, framework.SoftMaxCrossEntropyLoss()
        layers: list[Any] = [
            f.Conv(1, (1, 5, 5), 6), f.ReLU(), f.Pooling(2, 2), f.Conv(1, (6, 5, 5), kernels), f.ReLU(),
            f.Pooling(2, 2), f.Flatten(), f.FullyConnected(49 * kernels, 120), f.ReLU(), f.FullyConnected(120, 84),
            f.ReLU(), f.FullyConnected(84, 10),
        ]  # fmt: skip
        for layer in layers:
            to_float32(layer)
            layer.optimizer = f.Adam(5e-4, 0.9, 0.999)

        def step() -> object:
            tensor = x
            for layer in layers:
                tensor = layer.forward(tensor)
            loss.forward(tensor, labels)
            error = loss.backward(labels)
            for layer in reversed(layers):
                error = layer.backward(error)
            return error

        return step

    def theirs() -> Step:
        module = nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, kernels, 5, padding=2), nn.ReLU(),
            nn.MaxPool2d(2), nn.Flatten(), nn.Linear(49 * kernels, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
            nn.Linear(84, 10),
        )  # fmt: skip
        optimizer, loss = torch.optim.Adam(module.parameters(), 5e-4), nn.CrossEntropyLoss(reduction="sum")
        tensor, target = torch.from_numpy(x), torch.from_numpy(labels)

        def step() -> object:
            optimizer.zero_grad()
            loss(module(tensor), target).backward()
            return optimizer.step()

        return step

    return ours, theirs


SHAPES = (32, 120), (32, 6, 28, 28), (32, 64, 32, 32)
SEQUENCES = (20, 8, 16), (100, 32, 64), (200, 128, 256)
ROWS: list[tuple[str, Callable[..., Builders], tuple[Any, ...]]] = [
    ("LeNet step, 32 images, 16 kernels", lenet, (32, 16)),
    ("LeNet step, 32 images, 10 kernels", lenet, (32, 10)),
    ("Conv 32x1x28x28, 6 of 5x5", conv, (32, 1, 28, 6, 5)),
    ("Conv 32x6x14x14, 16 of 5x5", conv, (32, 6, 14, 16, 5)),
    ("Conv 32x16x32x32, 32 of 3x3", conv, (32, 16, 32, 32, 3)),
    ("Conv 32x64x32x32, 64 of 3x3", conv, (32, 64, 32, 64, 3)),
    ("Conv 32x128x4x4, 128 of 3x3", conv, (32, 128, 4, 128, 3)),
    ("Conv 16x3x64x64, 16 of 7x7, stride 2", conv, (16, 3, 64, 16, 7, 2)),
    ("Conv 32x8x100, 16 of 5", conv_1d, (32, 8, 100, 16, 5)),
    ("Conv 32x32x400, 32 of 9", conv_1d, (32, 32, 400, 32, 9)),
    ("Conv 8x64x4000, 64 of 9", conv_1d, (8, 64, 4000, 64, 9)),
    ("Pooling 32x6x28x28, 2x2", pooling, (32, 6, 28, 2, 2)),
    ("Pooling 32x16x14x14, 2x2", pooling, (32, 16, 14, 2, 2)),
    ("Pooling 32x64x32x32, 3x3, stride 2", pooling, (32, 64, 32, 3, 2)),
    ("FullyConnected 32x84 to 10", fully_connected, (32, 84, 10)),
    ("FullyConnected 32x784 to 120", fully_connected, (32, 784, 120)),
    ("FullyConnected 128x1024 to 1024", fully_connected, (128, 1024, 1024)),
    *((f"BatchNormalization {'x'.join(map(str, shape))}", batch_normalization, shape) for shape in SHAPES),
    *(
        (f"{name} {'x'.join(map(str, shape))}", without_parameters, (name, *shape))
        for name in ("ReLU", "Sigmoid", "TanH", "Dropout")
        for shape in SHAPES
    ),
    *((f"SoftMax 32x{classes}", without_parameters, ("SoftMax", 32, classes)) for classes in (10, 100, 10_000)),
    *((f"SoftMaxCrossEntropyLoss 32x{classes}", softmax_cross_entropy, (32, classes)) for classes in (10, 100, 10_000)),
    *(
        (f"{name} {sizes[0]} steps, {sizes[1]} inputs, {sizes[2]} hidden", recurrent, (name, *sizes))
        for name in ("RNN", "LSTM")
        for sizes in SEQUENCES
    ),
    *((f"Adam {parameters}", adam, (parameters,)) for parameters in (100, 10_000, 1_000_000)),
]
