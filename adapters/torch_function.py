"""A PyTorch function as a pair of NumPy functions, for `backproof.check_gradient`. Needs the extra `torch`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

NumPyPair = tuple[Callable[[Any], Any], Callable[[Any, Any], Any]]


def torch_pair(function: Callable[..., Any]) -> NumPyPair:
    """`forward(x)` and `backward(x, dy)` over NumPy arrays, where backward is what autograd computes.

    Args:
        function: maps a tensor to a tensor, or to a tuple of tensors: a module, a lambda, the `apply` of a
            `torch.autograd.Function`. If x is a dict of arrays, it is given a dict of tensors.

    Returns:
        The two functions. A block on which the output does not depend has the gradient 0.
    """

    def forward(x: Any) -> Any:
        with torch.no_grad():
            return _arrays(function(_tensors(x, grad=False)))

    def backward(x: Any, dy: Any) -> Any:
        tensors = _tensors(x, grad=True)
        leaves = list(tensors.values()) if isinstance(tensors, dict) else [tensors]
        outputs = function(tensors)
        several = isinstance(outputs, tuple | list)
        pairs = zip(outputs, dy, strict=True) if several else [(outputs, dy)]
        # Outputs that do not depend on x have no gradient; autograd refuses them.
        used = [(output, torch.as_tensor(item)) for output, item in pairs if output.requires_grad]
        found = (
            torch.autograd.grad([output for output, _ in used], leaves, [item for _, item in used], allow_unused=True)
            if used
            else [None] * len(leaves)
        )
        filled = [
            (torch.zeros_like(leaf) if item is None else item).numpy() for leaf, item in zip(leaves, found, strict=True)
        ]
        return dict(zip(tensors, filled, strict=True)) if isinstance(tensors, dict) else filled[0]

    return forward, backward


def _tensors(x: Any, *, grad: bool) -> Any:
    if isinstance(x, Mapping):
        return {name: _tensors(value, grad=grad) for name, value in x.items()}
    return torch.as_tensor(x).clone().requires_grad_(grad)


def _arrays(y: Any) -> Any:
    if isinstance(y, tuple | list):
        return tuple(item.numpy() for item in y)
    return y.numpy()
