"""torch.autograd.gradcheck, slow and fast."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import torch
from bugs import Subject

from .checker import Checker, Outcome, accused_if


class _Pair(torch.autograd.Function):
    """A subject as PyTorch's tutorial wraps NumPy code: arrays and tensors share their memory."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, subject: Subject) -> torch.Tensor:
        ctx.subject = subject
        ctx.save_for_backward(x.detach())
        return torch.as_tensor(np.asarray(subject.forward(x.detach().numpy())))

    @staticmethod
    def backward(ctx: Any, dy: torch.Tensor) -> Any:
        (x,) = ctx.saved_tensors
        return torch.as_tensor(ctx.subject.backward(x.numpy(), dy.numpy())), None


def run(fast: bool, subject: Subject, seed: int) -> Outcome:
    """It raises where it disagrees."""
    torch.manual_seed(seed)
    x = torch.tensor(subject.x, requires_grad=True)
    right = torch.autograd.gradcheck(lambda point: _Pair.apply(point, subject), (x,), fast_mode=fast)
    return accused_if(not right)


SETTINGS = "eps 1e-6, atol 1e-5, rtol 1e-3, nondet_tol 0"
TORCH_SLOW = Checker(name="torch, slow", run=partial(run, False), settings=SETTINGS, needs="torch", element_wise=True)
TORCH_FAST = Checker(name="torch, fast", run=partial(run, True), settings=SETTINGS, needs="torch")
