"""PyTorch as a subject: `backproof check backproof.adapters.torch_adapter`. Needs the extra `torch`.

Modules have the type of the data that they are given.
Epsilons are set as small as the courses ask; regularizers are left out, because PyTorch adds weight decay to
the gradient instead of applying it beside the step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from ..specs import (
    Activation,
    AdaGrad,
    Adam,
    Array,
    BatchNormalization,
    Conv,
    CrossEntropyLoss,
    Dropout,
    Flatten,
    FullyConnected,
    Identity,
    L2Loss,
    LayerSpec,
    LossSpec,
    MeanSquaredError,
    Normal,
    OptimizerSpec,
    Phase,
    Pooling,
    RecurrentSpec,
    ReLU,
    Sgd,
    SgdWithMomentum,
    Sigmoid,
    SoftMax,
    SoftMaxCrossEntropyLoss,
    Spec,
    TanH,
)
from .base import InitializerAdapter, LayerAdapter, LossAdapter, OptimizerAdapter
from .torch_recurrent import RECURRENT, TorchRecurrent

torch.set_num_threads(1)

CONVENTIONS = {"loss reduction": "sum"}


class BatchNorm(nn.BatchNorm1d):
    """Vectors and images in one module; the running statistics start from the first batch, as the courses ask."""

    def _check_input_dim(self, input: Any) -> None:  # noqa: A002, ARG002 - as in the base class
        self.momentum = 1.0 if self.training and not self.num_batches_tracked else 0.2


def _convolution(spec: Conv) -> Any:
    """Zeros around the input first: PyTorch's own padding "same" asks for a stride of 1."""
    channels, *kernel = spec.convolution_shape
    # PyTorch counts the sides from the last axis on; an even kernel gets the odd zero at the end.
    sides = [side for size in reversed(kernel) for side in ((size - 1) // 2, size // 2)]
    images = len(kernel) == 2
    padding: Any = nn.ZeroPad2d(tuple(sides)) if images else nn.ConstantPad1d(tuple(sides), 0.0)
    module = nn.Conv2d if images else nn.Conv1d
    return nn.Sequential(padding, module(channels, spec.num_kernels, tuple(kernel), spec.stride_shape))


_ACTIVATIONS = {"linear": nn.Identity, "relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh}
_LAYERS: dict[type[Spec], Callable[[Any], Any]] = {
    Activation: lambda spec: _ACTIVATIONS[spec.function](),
    Identity: lambda _: nn.Identity(),
    FullyConnected: lambda spec: nn.Linear(spec.input_size, spec.output_size),
    BatchNormalization: lambda spec: BatchNorm(spec.channels, eps=1e-15),
    Conv: _convolution,
    Dropout: lambda spec: nn.Dropout(1 - spec.keep),
    ReLU: lambda _: nn.ReLU(),
    Sigmoid: lambda _: nn.Sigmoid(),
    TanH: lambda _: nn.Tanh(),
    SoftMax: lambda _: nn.Softmax(dim=-1),
    Flatten: lambda _: nn.Flatten(),
    Pooling: lambda spec: nn.MaxPool2d(spec.pooling_shape, spec.stride_shape),
}
_LOSSES: dict[type[Spec], Callable[[Any, Any], Any]] = {
    # In float32 the epsilon is too small to matter, but at 0.
    CrossEntropyLoss: lambda x, target: -(target * torch.log(x + float(np.finfo(float).eps))).sum(),
    L2Loss: lambda x, target: nn.functional.mse_loss(x, target, reduction="sum"),
    MeanSquaredError: nn.functional.mse_loss,
    SoftMaxCrossEntropyLoss: nn.functional.cross_entropy,
}
_OPTIMIZERS: dict[type[Spec], Callable[[Any, Any], Any]] = {
    Sgd: lambda spec, weights: torch.optim.SGD(weights, lr=spec.learning_rate),
    SgdWithMomentum: lambda spec, weights: torch.optim.SGD(weights, spec.learning_rate, momentum=spec.momentum_rate),
    AdaGrad: lambda spec, weights: torch.optim.Adagrad(weights, lr=spec.learning_rate),
    Adam: lambda spec, weights: torch.optim.Adam(weights, lr=spec.learning_rate, betas=(spec.mu, spec.rho)),
}
_KINDS: list[type[Spec]] = [*_LAYERS, *RECURRENT, *_LOSSES, *_OPTIMIZERS, Normal]
OFFERED = [spec.name() for spec in _KINDS]


class TorchLayer(LayerAdapter):
    """A module; backward is autograd's. Weights of a linear map are transposed into the spec's layout."""

    def __init__(self, spec: LayerSpec) -> None:
        super().__init__(spec)
        self._module = _LAYERS[type(spec)](spec).double()
        self._optimizer: Any = None

    def set_phase(self, phase: Phase) -> None:
        self._module.train(Phase(phase) is Phase.TRAIN)

    def forward(self, x: Array) -> Array:
        self._x = torch.tensor(x, requires_grad=True)
        self._module.to(self._x.dtype)
        self._y = self._module(self._x)
        result: Array = self._y.detach().numpy().copy()
        return result

    def backward(self, dy: Array) -> Array:
        self._module.zero_grad()
        self._x.grad = None
        self._y.backward(torch.tensor(dy), retain_graph=True)
        gradient: Any = self._x.grad
        if self._optimizer is not None:
            self._optimizer.step()
        result: Array = gradient.numpy().copy()
        return result

    def _named(self) -> dict[str, Any]:
        found = {name.rpartition(".")[2]: value for name, value in self._module.named_parameters()}
        return {"weights" if name == "weight" else name: value for name, value in found.items()}

    def _turned(self, value: Any) -> Any:
        return value.T if value.ndim == 2 else value

    def parameters(self) -> Mapping[str, Array]:
        return {name: self._turned(value.detach()).numpy().copy() for name, value in self._named().items()}

    def gradients(self) -> Mapping[str, Array]:
        return {name: self._turned(value.grad).numpy().copy() for name, value in self._named().items()}

    def assign(self, parameters: Mapping[str, Array]) -> None:
        with torch.no_grad():
            for name, value in parameters.items():
                self._named()[name].copy_(self._turned(torch.tensor(value)))

    def reseed(self, seed: int) -> None:
        torch.manual_seed(seed)

    def attach_optimizer(self, learning_rate: float, momentum: float) -> None:
        if self.spec.parameters():
            self._optimizer = torch.optim.SGD(self._module.parameters(), lr=learning_rate, momentum=momentum)

    def initialize(self, weights_value: float, bias_value: float) -> Mapping[str, Any]:
        if isinstance(self.spec, FullyConnected | Conv):
            nn.init.constant_(self._named()["weights"], weights_value)
            nn.init.constant_(self._named()["bias"], bias_value)
        return {"fans": []}


class TorchLoss(LossAdapter):
    """A loss function; backward is autograd's."""

    def forward(self, prediction: Array, target: Array) -> float:
        self._prediction = torch.tensor(prediction, requires_grad=True)
        self._loss = _LOSSES[type(self.spec)](self._prediction, torch.tensor(target))
        return float(self._loss)

    def backward(self, target: Array) -> Array:
        del target
        (gradient,) = torch.autograd.grad(self._loss, self._prediction, retain_graph=True)
        result: Array = gradient.numpy().copy()
        return result

    def predict(self, prediction: Array) -> Array:
        result: Array = torch.softmax(torch.tensor(prediction), dim=-1).numpy()
        return result


class TorchOptimizer(OptimizerAdapter):
    """An optimizer of one tensor, made at its first update."""

    _weights: Any = None

    def update(self, weights: Array, gradient: Array) -> Array:
        if self._weights is None:
            self._weights = torch.tensor(_floating(weights), requires_grad=True)
            self._optimizer = _OPTIMIZERS[type(self.spec)](self.spec, [self._weights])
        with torch.no_grad():
            self._weights.copy_(torch.tensor(_floating(weights)))
        self._weights.grad = torch.tensor(_floating(gradient), dtype=self._weights.dtype)
        self._optimizer.step()
        result: Array = self._weights.detach().numpy().copy()
        return result


class TorchInitializer(InitializerAdapter):
    """Normal draws of the global generator."""

    spec: Normal

    def initialize(self, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        del fan_in, fan_out
        drawn = nn.init.normal_(torch.empty(shape, dtype=torch.float64), std=self.spec.stddev)
        result: Array = drawn.numpy()
        return result

    def reseed(self, seed: int) -> None:
        torch.manual_seed(seed)


def _floating(value: Any) -> Array:
    """An array of the value's own type; a number becomes one of float64."""
    array = np.asarray(value)
    return array if array.dtype.kind == "f" else array.astype(float)


def build(spec: Spec) -> Any:
    """The subject of a spec; None where PyTorch has no counterpart."""
    if isinstance(spec, LayerSpec) and type(spec) in _LAYERS:
        return TorchLayer(spec)
    if isinstance(spec, RecurrentSpec) and type(spec) in RECURRENT:
        return TorchRecurrent(spec)
    if isinstance(spec, LossSpec) and type(spec) in _LOSSES:
        return TorchLoss(spec)
    if isinstance(spec, OptimizerSpec) and type(spec) in _OPTIMIZERS and spec.arguments()["regularizer"] is None:
        return TorchOptimizer(spec)
    if isinstance(spec, Normal):
        return TorchInitializer(spec)
    return None
