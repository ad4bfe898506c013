"""Hand-written backwards of PyTorch: right ones pass, wrong ones do not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backproof import check_gradient

torch = pytest.importorskip("torch", reason="needs PyTorch")
pytestmark = pytest.mark.peers

X = np.random.default_rng(0).normal(size=(5, 4))


def cube(factor: float) -> Any:
    class Cube(torch.autograd.Function):  # type: ignore[misc, name-defined]  # PyTorch's types are not looked at
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx: Any, dy: Any) -> Any:
            (x,) = ctx.saved_tensors
            return factor * x**2 * dy

    return Cube.apply


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_function_of_ones_own(dtype: str) -> None:
    from backproof.adapters.torch_function import torch_pair

    assert check_gradient(*torch_pair(cube(3.0)), X, dtype=dtype)
    wrong = check_gradient(*torch_pair(cube(2.0)), X, dtype=dtype)
    assert "times what it should be" in wrong["x"].message


def test_named_blocks_and_several_outputs() -> None:
    from backproof.adapters.torch_function import torch_pair

    blocks = {"x": X, "weights": np.random.default_rng(1).normal(size=(4, 3)), "unused": np.ones(2)}

    def two(p: dict[str, Any]) -> Any:
        y = torch.tanh(p["x"] @ p["weights"])
        return y, (y**2).sum()

    def detached(p: dict[str, Any]) -> Any:
        y = torch.tanh(p["x"] @ p["weights"].detach())
        return y, (y**2).sum()

    assert check_gradient(*torch_pair(two), blocks)
    wrong = check_gradient(*torch_pair(detached), blocks)
    assert [finding.block for finding in wrong.findings if finding.verdict == "failed"] == ["weights"]


def test_an_output_without_a_gradient_has_the_gradient_zero() -> None:
    from backproof.adapters.torch_function import torch_pair

    assert check_gradient(*torch_pair(lambda x: torch.ones(3, dtype=x.dtype)), X)
    assert not check_gradient(*torch_pair(lambda x: (2 * x).detach()), X)
