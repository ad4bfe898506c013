"""Recurrent layers of PyTorch: one cell layer and a linear map of its hidden states, for `torch_adapter`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from ..specs import LSTM, RNN, Array, RecurrentSpec, Spec
from .base import LayerAdapter

_CELLS: dict[type[Spec], Any] = {LSTM: nn.LSTM, RNN: nn.RNN}
_GATES = {LSTM: ("input", "forget", "candidate", "output"), RNN: ("hidden",)}  # PyTorch's order

RECURRENT = list(_CELLS)
"""The specs that `TorchRecurrent` implements."""


class TorchRecurrent(LayerAdapter):
    """A cell and a linear map; backward is autograd's.

    PyTorch adds two biases; here the second one is 0 and stays so. The state is detached after each sequence, so that
    gradients end at its beginning.
    """

    spec: RecurrentSpec

    def __init__(self, spec: RecurrentSpec) -> None:
        super().__init__(spec)
        self._cell = _CELLS[type(spec)](spec.input_size, spec.hidden_size).double()
        self._output = nn.Linear(spec.hidden_size, spec.output_size).double()
        nn.init.zeros_(self._cell.bias_hh_l0.requires_grad_(False))
        blocks = np.split(np.arange(len(spec.gates) * spec.hidden_size), len(spec.gates))
        self._columns = np.concatenate([blocks[_GATES[type(spec)].index(gate)] for gate in spec.gates])
        self._optimizer: Any = None
        self._memorize = False
        self._state: Any = None

    def forward(self, x: Array) -> Array:
        self._x = torch.tensor(x, requires_grad=True)
        for module in (self._cell, self._output):
            module.to(self._x.dtype)  # computes in the type of its data
        hidden, state = self._cell(self._x, self._state if self._memorize else None)
        self._state = tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()
        self._y = self._output(hidden)
        result: Array = self._y.detach().numpy().copy()
        return result

    def backward(self, dy: Array) -> Array:
        self._cell.zero_grad()
        self._output.zero_grad()
        self._x.grad = None
        self._y.backward(torch.tensor(dy), retain_graph=True)
        gradient: Any = self._x.grad
        if self._optimizer is not None:
            self._optimizer.step()
        result: Array = gradient.numpy().copy()
        return result

    def parameters(self) -> Mapping[str, Array]:
        return self._in_the_specs_layout(lambda tensor: tensor.detach())

    def gradients(self) -> Mapping[str, Array]:
        return self._in_the_specs_layout(lambda tensor: tensor.grad)

    def assign(self, parameters: Mapping[str, Array]) -> None:
        values = {**self.parameters(), **parameters}
        weights, bias = np.empty_like(values["weights"]), np.empty_like(values["bias"])
        weights[:, self._columns], bias[self._columns] = values["weights"], values["bias"]
        cell = (*np.split(weights.T, [self.spec.input_size], axis=1), bias)
        new = (*cell, values["output_weights"].T, values["output_bias"])
        with torch.no_grad():
            for tensor, value in zip(self._tensors(), new, strict=True):
                tensor.copy_(torch.tensor(value))

    def attach_optimizer(self, learning_rate: float, momentum: float) -> None:
        self._optimizer = torch.optim.SGD(self._tensors(), lr=learning_rate, momentum=momentum)

    def initialize(self, weights_value: float, bias_value: float) -> Mapping[str, Any]:
        for tensor in self._tensors():
            nn.init.constant_(tensor, weights_value if tensor.ndim == 2 else bias_value)
        return {"fans": []}

    def reseed(self, seed: int) -> None:
        torch.manual_seed(seed)

    def memorize(self, on: bool) -> None:
        self._memorize = on

    def _tensors(self) -> tuple[Any, ...]:
        cell, output = self._cell, self._output
        return cell.weight_ih_l0, cell.weight_hh_l0, cell.bias_ih_l0, output.weight, output.bias

    def _in_the_specs_layout(self, read: Any) -> dict[str, Array]:
        of_input, of_hidden, bias, output_weights, output_bias = (read(each).numpy() for each in self._tensors())
        return {
            "weights": np.hstack([of_input, of_hidden]).T[:, self._columns].copy(),
            "bias": bias[self._columns].copy(),
            "output_weights": output_weights.T.copy(),
            "output_bias": output_bias.copy(),
        }
