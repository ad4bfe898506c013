"""PyTorch as an independent judge of the optimizers: trajectories in float64."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from backproof.framework import AdaGrad, Adam, L2_Regularizer, Optimizer, Sgd, SgdWithMomentum

if TYPE_CHECKING:
    import torch
else:
    torch = pytest.importorskip("torch")

pytestmark = pytest.mark.peers
STEPS, DECAY = 200, 0.05

PAIRS: dict[str, tuple[Callable[[], Optimizer], Callable[[Any], Any]]] = {
    "sgd": (lambda: Sgd(0.01), lambda weights: torch.optim.SGD(weights, 0.01)),
    "momentum": (lambda: SgdWithMomentum(0.01, 0.9), lambda weights: torch.optim.SGD(weights, 0.01, momentum=0.9)),
    "adam": (
        lambda: Adam(0.01, 0.9, 0.999),
        lambda weights: torch.optim.Adam(weights, 0.01, (0.9, 0.999), Adam.epsilon),
    ),
    "adam-other-decays": (
        lambda: Adam(0.1, 0.5, 0.6),
        lambda weights: torch.optim.Adam(weights, 0.1, (0.5, 0.6), Adam.epsilon),
    ),
    "adagrad": (lambda: AdaGrad(0.1), lambda weights: torch.optim.Adagrad(weights, 0.1, eps=AdaGrad.epsilon)),
    "adam-regularized": (
        lambda: regularized(Adam(0.01, 0.9, 0.999)),
        lambda weights: torch.optim.AdamW(weights, 0.01, (0.9, 0.999), Adam.epsilon, weight_decay=DECAY),
    ),
}


def regularized(optimizer: Optimizer) -> Optimizer:
    optimizer.add_regularizer(L2_Regularizer(DECAY))
    return optimizer


@pytest.mark.parametrize("name", PAIRS)
def test_trajectories(name: str, rng: np.random.Generator) -> None:
    make, make_theirs = PAIRS[name]
    optimizer, weights = make(), rng.normal(size=(3, 4))
    tensor = torch.tensor(weights, requires_grad=True)
    theirs = make_theirs([tensor])
    for step in range(STEPS):
        noise = rng.normal(size=weights.shape)
        # Of a quadratic function with noise, each at its own weights: errors would build up.
        tensor.grad = tensor.detach() - 1 + torch.tensor(noise)
        theirs.step()
        weights = optimizer.calculate_update(weights, weights - 1 + noise)
        assert_allclose(weights, tensor.detach().numpy(), rtol=1e-12, atol=1e-12, err_msg=f"step {step}")
