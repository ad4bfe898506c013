"""PyTorch against the definitions of losses, AdaGrad and the activations by name: values and gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backproof.checks import definitions
from backproof.checks.numerics.compare import compare
from backproof.specs import (
    Activation,
    AdaGrad,
    Identity,
    L2Loss,
    LayerSpec,
    LinearOutput,
    LossSpec,
    MeanSquaredError,
    SoftMaxCrossEntropyLoss,
    SoftmaxOutput,
)

torch = pytest.importorskip("torch", reason="needs PyTorch")
pytestmark = pytest.mark.peers

functional = torch.nn.functional
SEEDS = range(20)


def _output(x: Any, target: Any) -> Any:
    return -(target * torch.log(torch.softmax(x, 1) + 1e-10)).sum(1).mean()


LOSSES: dict[str, tuple[LossSpec, dict[str, str], Callable[[Any, Any], Any]]] = {
    "fused, summed": (SoftMaxCrossEntropyLoss(), {}, lambda x, t: functional.cross_entropy(x, t, reduction="sum")),
    "fused, averaged": (
        SoftMaxCrossEntropyLoss(),
        {"SoftMaxCrossEntropyLoss reduction": "mean"},
        functional.cross_entropy,
    ),
    "output": (SoftmaxOutput(), {}, _output),
    "squares, summed": (L2Loss(), {}, lambda x, t: functional.mse_loss(x, t, reduction="sum")),
    "squares, averaged": (MeanSquaredError(), {}, functional.mse_loss),
    "half of the squares": (LinearOutput(), {}, lambda x, t: 0.5 * ((x - t) ** 2).sum(1).mean()),
}


@pytest.mark.parametrize("size", [1.0, 30.0, 1e4])
@pytest.mark.parametrize("name", LOSSES)
def test_loss(name: str, size: float) -> None:
    spec, conventions, reference = LOSSES[name]
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        prediction, target = rng.uniform(-size, size, size=(9, 4)), np.eye(4)[rng.integers(4, size=9)]
        x = torch.tensor(prediction, requires_grad=True)
        loss = reference(x, torch.tensor(target))
        (gradient,) = torch.autograd.grad(loss, x)
        assert compare(loss.detach().numpy(), definitions.loss(spec, prediction, target, conventions)).within
        expected = definitions.loss_gradient(spec, prediction, target, conventions)
        assert compare(gradient.numpy(), expected).within


@pytest.mark.parametrize("epsilon", [1e-10, 1e-3])
def test_adagrad(epsilon: float) -> None:
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        start, gradients = rng.normal(size=(5, 4)), list(rng.normal(size=(8, 5, 4)))
        weights = torch.tensor(start, requires_grad=True)
        optimizer = torch.optim.Adagrad([weights], lr=0.3, eps=epsilon)
        steps = definitions.trajectory(AdaGrad(learning_rate=0.3), start, gradients, epsilon=epsilon)
        for gradient, expected in zip(gradients, steps, strict=True):
            weights.grad = torch.tensor(gradient)
            optimizer.step()
            assert compare(weights.detach().numpy(), expected).within


@pytest.mark.parametrize(
    ("spec", "module"),
    [
        (Identity(), torch.nn.Identity()),
        (Activation(function="linear"), torch.nn.Identity()),
        (Activation(function="relu"), torch.nn.ReLU()),
        (Activation(function="sigmoid"), torch.nn.Sigmoid()),
        (Activation(function="tanh"), torch.nn.Tanh()),
    ],
    ids=str,
)
def test_activation(spec: LayerSpec, module: Any) -> None:
    for seed in SEEDS:
        x = 10.0 * np.random.default_rng(seed).normal(size=(3, 2, 4))
        found = definitions.forward(spec, x, {})
        assert compare(module(torch.tensor(x)).numpy(), found).within
        assert not compare(found.value * (1 + 1e-6) + 1e-6, found).within
