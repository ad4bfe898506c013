"""FNN: the submission's network, differentiated by PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from ...specs import Array, LinearOutput, MultilayerPerceptron, NormalizedPerceptron, Unsupported
from ..base import PerceptronAdapter
from ..signatures import most_arguments

torch.set_num_threads(1)

_ACTIVATIONS = {"linear": nn.Identity, "relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh}


class WorkshopNetwork(PerceptronAdapter):
    """A network of the workshop, in the train phase and in float64; its output is scores.

    The loss is put on top: a mean cross-entropy of the softmax, or half of the squared error, a mean over the batch.
    It has no epochs of its own, NetworkTrainer has.

    Args:
        spec: the configured component.
        made_of: the submission's class.

    Raises:
        NotImplementedError: the network has no parameters, as handed out.
        Unsupported: it has other layers than the configuration.
    """

    spec: MultilayerPerceptron

    def __init__(self, spec: MultilayerPerceptron, made_of: Any) -> None:
        super().__init__(spec)
        inputs, *hidden, classes = spec.widths
        if len(set(hidden)) != 1 or len(hidden) != 2:
            raise Unsupported("the workshop's network has two hidden layers of the same width")
        arguments: list[Any] = [inputs, hidden[0], classes, _ACTIVATIONS[spec.function]]
        if isinstance(spec, NormalizedPerceptron):
            if most_arguments(made_of) < 5:
                raise Unsupported("FNN takes no argument use_batch_norm")
            arguments.append(True)
        self.network = made_of(*arguments).double()
        modules = list(self.network.modules())
        if not list(self.network.parameters()):
            raise NotImplementedError("FNN has no parameters: it is not implemented yet")
        self._linear = [each for each in modules if isinstance(each, nn.Linear)]
        self._normal = [each for each in modules if isinstance(each, nn.BatchNorm1d)]
        for each in self._normal:
            each.eps = 1e-15  # PyTorch's own choice, 1e-5, is not the submission's
        self.network.train()

    def loss(self, inputs: Array, targets: Array) -> float:
        """The loss of a batch."""
        with torch.no_grad():
            return float(self._loss(torch.tensor(inputs), targets))

    def predict(self, inputs: Array) -> Array:
        """The softmax of the scores, or the outputs."""
        with torch.no_grad():
            scores = self._scores(torch.tensor(inputs))
            result: Array = (scores if self._regresses() else torch.softmax(scores, dim=1)).numpy().copy()
        return result

    def differentiate(self, inputs: Array, targets: Array) -> Mapping[str, Array]:
        """The gradients by name."""
        self._differentiated(inputs, targets)
        return self._named(lambda tensor: tensor.grad)

    def input_gradient(self, inputs: Array, targets: Array) -> Array:
        """The gradient of the loss at the input."""
        result: Array = self._differentiated(inputs, targets).grad.numpy().copy()
        return result

    def parameters(self) -> Mapping[str, Array]:
        """Copies of the parameters by name."""
        return self._named(lambda tensor: tensor.detach())

    def assign(self, parameters: Mapping[str, Array]) -> None:
        """Set the parameters named."""
        tensors = self._tensors()
        with torch.no_grad():
            for name, value in parameters.items():
                if name not in tensors:
                    raise AttributeError(f"FNN has no parameter for {name}; it has {', '.join(tensors)}")
                own = tensors[name]
                given = torch.tensor(value.T if value.ndim == 2 else value)
                if own.shape != given.shape:
                    raise ValueError(f"{name} has shape {tuple(own.shape)}, but should have {tuple(given.shape)}")
                own.copy_(given)

    def reseed(self, seed: int) -> None:
        """Seed PyTorch's generator."""
        torch.manual_seed(seed)

    def _regresses(self) -> bool:
        return isinstance(self.spec.loss, LinearOutput)

    def _scores(self, inputs: Any) -> Any:
        scores = self.network(inputs.double())
        if scores is None:
            raise NotImplementedError("FNN.forward returns None: it is not implemented yet")
        return scores

    def _loss(self, inputs: Any, targets: Array) -> Any:
        scores, wanted = self._scores(inputs), torch.tensor(targets).double()
        if self._regresses():
            return 0.5 * ((scores - wanted) ** 2).sum() / len(wanted)
        return nn.functional.cross_entropy(scores, wanted)

    def _differentiated(self, inputs: Array, targets: Array) -> Any:
        x = torch.tensor(inputs).double().requires_grad_()
        self.network.zero_grad()
        self._loss(x, targets).backward()
        return x

    def _tensors(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for index, linear in enumerate(self._linear):
            found |= {f"{index}.weights": linear.weight} | (
                {} if linear.bias is None else {f"{index}.bias": linear.bias}
            )
        for index, normal in enumerate(self._normal):
            found |= {f"{index}.scale": normal.weight, f"{index}.shift": normal.bias}
        return found

    def _named(self, read: Callable[[Any], Any]) -> dict[str, Array]:
        names = self.spec.parameters()
        found = {}
        for name, tensor in self._tensors().items():
            value = read(tensor)
            if name in names and value is not None:
                found[name] = np.array((value.T if value.ndim == 2 else value).numpy())
        return found
