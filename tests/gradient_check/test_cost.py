"""What a check costs: calls of forward, and modules that are imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

from backproof import check_gradient

from .pairs import Array, affine, affine_backward, draw, tanh, tanh_backward


@pytest.mark.parametrize("size", [10, 1000, 100_000])
def test_calls_do_not_grow_with_the_number_of_entries(size: int) -> None:
    assert check_gradient(tanh, tanh_backward, draw(size)).evaluations <= 60


@pytest.mark.parametrize("batch", [4, 32])
def test_calls_for_an_affine_map(batch: int) -> None:
    """8 for the contract; for each of 3 blocks 5 for value and noise, 12 for two ladders, 4 before backward."""
    blocks = {"x": draw(batch, 50), "weights": draw(50, 10), "bias": draw(10)}
    result = check_gradient(affine, affine_backward, blocks)
    assert result.evaluations == 8 + 3 * (5 + 12 + 4)
    assert result["weights"].evaluations == 5 + 12 + 4


def test_calls_for_a_recurrent_layer() -> None:
    """An LSTM with its output layer: three blocks, one of them the input."""
    from backproof.framework.layers import LSTM

    layer = LSTM(input_size=4, hidden_size=6, output_size=3)
    names = ("weights", "output_weights")
    blocks = {"x": draw(7, 4)} | {name: draw(*getattr(layer, name).shape) / 3 for name in names}

    def forward(p: dict[str, Array]) -> Array:
        for name in names:
            setattr(layer, name, p[name])
        return layer.forward(p["x"])

    def backward(p: dict[str, Array], dy: Array) -> dict[str, Array]:
        back = layer.backward(dy)
        return {"x": back, **{name: getattr(layer, f"gradient_{name}") for name in names}}

    for seed in range(5):
        result = check_gradient(forward, backward, blocks, seed=seed)
        assert result.passed, str(result)
        assert result.evaluations <= 100


def test_what_is_imported_is_light() -> None:
    code = "import sys; from backproof import check_gradient; print(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True, timeout=60)
    loaded = {module.partition(".")[0] for module in done.stdout.split()}
    assert "numpy" in loaded
    assert loaded & {"hypothesis", "scipy", "jinja2", "rich", "pytest"} == set()
