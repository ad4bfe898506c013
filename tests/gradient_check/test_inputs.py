"""What may be an input and an output, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backproof import check_gradient
from backproof.checks.results import Verdict

from .pairs import Array, affine, affine_backward, affine_blocks, affine_wrong, draw, tanh, tanh_backward


def test_blocks_are_judged_one_by_one() -> None:
    result = check_gradient(affine, affine_backward, affine_blocks())
    assert result.passed
    assert [finding.block for finding in result.findings] == ["x", "weights", "bias"]
    for block in ("x", "weights", "bias"):
        wrong = check_gradient(affine, affine_wrong(block, 0.5), affine_blocks())
        verdicts = {finding.block: finding.verdict for finding in wrong.findings}
        expected = {name: Verdict.FAILED if name == block else Verdict.PASSED for name in verdicts}
        assert verdicts == expected
        assert "1/2 times" in wrong[block].message
    with pytest.raises(KeyError):
        result["gain"]


@pytest.mark.parametrize("x", [0.7, np.float64(0.7), np.array(0.7), np.float32(0.7)])
def test_numbers_are_blocks(x: Any) -> None:
    assert check_gradient(np.sin, lambda x, dy: dy * np.cos(x), x)
    wrong = check_gradient(np.sin, lambda x, dy: -dy * np.cos(x), x)
    assert not wrong
    assert " at entry" not in wrong["x"].message
    assert wrong["x"].evidence["worst"][0]["index"] == []


def test_outputs_may_be_numbers_tuples_lists_and_dicts() -> None:
    x = draw(4, 3)
    assert check_gradient(lambda x: float(np.sum(x**2)), lambda x, dy: 2 * x * dy, x)

    def two(x: Array) -> tuple[Array, float]:
        return np.tanh(x), float(x.sum())

    def two_backward(x: Array, dy: tuple[Array, float]) -> Array:
        return tanh_backward(x, dy[0]) + dy[1]

    assert check_gradient(two, two_backward, x)
    assert not check_gradient(two, lambda x, dy: tanh_backward(x, dy[0]), x)
    assert check_gradient(lambda x: list(two(x)), two_backward, x)

    def named(x: Array) -> dict[str, Any]:
        return {"y": np.tanh(x), 1: x.sum()}

    assert check_gradient(named, lambda x, dy: tanh_backward(x, dy["y"]) + dy[1], x)
    assert not check_gradient(named, lambda x, dy: tanh_backward(x, dy["y"]) - dy[1], x)


def test_the_incoming_gradient_looks_like_the_output() -> None:
    seen: list[Any] = []

    def backward(x: Array, dy: Any) -> Array:
        seen.append(dy)
        return np.zeros_like(x)

    check_gradient(lambda x: (x.sum(), x.astype(np.float32)), backward, draw(2, 3))
    for loss, y in (dy for dy in seen if isinstance(dy, tuple)):  # after a failure dy is tried as the first argument
        assert isinstance(loss, float)
        assert (y.shape, y.dtype) == ((2, 3), np.float32)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)])
def test_empty_arrays_are_accepted(shape: tuple[int, ...]) -> None:
    assert check_gradient(tanh, tanh_backward, np.zeros(shape))
    assert check_gradient(lambda x: float(x.sum()), lambda x, dy: np.full(x.shape, dy), np.zeros(shape))
    assert not check_gradient(tanh, lambda x, dy: np.zeros(4), np.zeros(shape))


def test_memory_order_and_write_protection_do_not_matter() -> None:
    base = draw(8, 6)
    protected = draw(4, 3)
    protected.setflags(write=False)
    for x in (base.T, base[::2, ::-1], np.asfortranarray(base), protected, np.broadcast_to(base[0], (3, 6))):
        before = x.copy()
        assert check_gradient(tanh, tanh_backward, x)
        assert not check_gradient(tanh, lambda x, dy: 1.01 * tanh_backward(x, dy), x)
        assert np.array_equal(x, before)


def test_a_forward_that_writes_into_its_input_does_not_reach_the_callers_array() -> None:
    x = draw(4, 3)
    before = x.copy()

    def forward(x: Array) -> Array:
        x *= 2
        return np.tanh(x)

    assert not check_gradient(forward, tanh_backward, x)
    assert np.array_equal(x, before)


@pytest.mark.parametrize(
    ("x", "error", "text"),
    [
        (np.arange(3), TypeError, "x is of dtype int64, but should be of float64 or float32"),
        (np.array([True]), TypeError, "x is of dtype bool"),
        (np.zeros(3, dtype=np.float16), TypeError, "x is of dtype float16"),
        (np.zeros(3, dtype=complex), TypeError, "x is of dtype complex128"),
        (np.zeros(3, dtype=object), TypeError, "x is of dtype object"),
        (np.ma.masked_array([1.0], [True]), TypeError, "x is a masked array"),
        ([1.0, 2.0], TypeError, "x is a list"),
        ((np.zeros(3), np.zeros(3)), TypeError, "x is a tuple"),
        (3, TypeError, "x is of dtype int64"),
        ("text", TypeError, "x is of dtype <U4"),
        (None, TypeError, "x is of dtype object"),
        ({"w": np.zeros(3), "labels": np.arange(3)}, TypeError, r"x\['labels'\] is of dtype int64"),
        ({1: np.zeros(3)}, TypeError, "a block named 1"),
        ({}, ValueError, "x is an empty dict"),
        (np.array([[1.0, np.nan]]), ValueError, r"x\[0, 1\] = nan"),
        (np.array([np.inf]), ValueError, r"x\[0\] = inf"),
    ],
)
def test_other_inputs_are_refused(x: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        check_gradient(tanh, tanh_backward, x)


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"forward": 3}, TypeError, "forward is int, but should be a function"),
        ({"backward": None}, TypeError, "backward is NoneType"),
        ({"directions": 0}, ValueError, "directions=0"),
        ({"directions": True}, ValueError, "directions=True"),
        ({"directions": 2.0}, ValueError, "directions=2.0"),
        ({"seed": -1}, ValueError, "seed=-1"),
        ({"dtype": "float16"}, TypeError, "dtype=float16"),
        ({"reseed": 0}, TypeError, "reseed is int"),
        ({"fresh": "pair"}, TypeError, "fresh is str"),
        ({"snapshot": dict}, ValueError, "snapshot and restore belong together"),
        ({"complex_step": "yes"}, ValueError, "complex_step='yes'"),
    ],
)
def test_other_options_are_refused(options: dict[str, Any], error: type[Exception], text: str) -> None:
    arguments: dict[str, Any] = {"forward": tanh, "backward": tanh_backward, "x": draw(3), **options}
    with pytest.raises(error, match=text):
        check_gradient(arguments.pop("forward"), arguments.pop("backward"), arguments.pop("x"), **arguments)


def test_float32_arrays_are_judged_in_float32() -> None:
    for seed in range(20):
        x = draw(10, 5, seed=seed).astype(np.float32)
        right = check_gradient(tanh, tanh_backward, x, seed=seed)
        assert right.passed, str(right)
        assert right.precision == "float32"
        assert not check_gradient(tanh, lambda x, dy: dy * (1 - np.tanh(x)), x, seed=seed)
        assert not check_gradient(tanh, lambda x, dy: np.float32(1.02) * tanh_backward(x, dy), x, seed=seed)


def test_a_dtype_makes_the_check_of_the_same_point_sharper() -> None:
    x = draw(10, 5).astype(np.float32)

    def wrong(x: Array, dy: Array) -> Array:
        return (1 + 1e-7) * tanh_backward(x, dy)

    assert check_gradient(tanh, wrong, x)
    sharper = check_gradient(tanh, wrong, x, dtype=np.float64)
    assert not sharper
    assert sharper.precision == "float64"
    assert check_gradient(tanh, tanh_backward, x, dtype="float64")


def test_a_function_that_computes_in_float32_is_judged_in_float32() -> None:
    def forward(x: Array) -> Array:
        return np.tanh(x.astype(np.float32))

    def widened(x: Array) -> Array:
        return forward(x).astype(np.float64)

    for function in (forward, widened):
        result = check_gradient(function, tanh_backward, draw(10, 5))
        assert result.passed, str(result)
        assert result.precision == "float32"
        assert not check_gradient(function, lambda x, dy: 1.1 * tanh_backward(x, dy), draw(10, 5))
