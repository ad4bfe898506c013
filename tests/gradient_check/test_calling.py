"""The forms of the two functions: several arrays, a cache, dy first; and outputs that are none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backproof import GradientResult, check_gradient
from backproof.checks.results import Verdict

from .pairs import Array, affine, affine_backward, affine_blocks, draw, tanh, tanh_backward

X, W, B = draw(6, 5), draw(5, 4, seed=1), draw(4, seed=2)


def dense(x: Array, w: Array, b: Array) -> Array:
    return x @ w + b


def dense_backward(x: Array, w: Array, b: Array, dy: Array) -> tuple[Array, Array, Array]:
    return dy @ w.T, x.T @ dy, dy.sum(axis=0)


def dense_cached(x: Array, w: Array, b: Array) -> tuple[Array, Any]:
    return x @ w + b, (x, w, b)


def dense_cached_backward(dout: Array, cache: Any) -> tuple[Array, Array, Array]:
    x, w, _ = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def laws(result: GradientResult) -> set[str]:
    return {finding.law for finding in result.findings if finding.verdict is not Verdict.PASSED}


class TestSeveralBlocks:
    def test_a_tuple_of_gradients_in_order(self) -> None:
        result = check_gradient(dense, dense_backward, X, W, B)
        assert result.passed, str(result)
        assert [finding.block for finding in result.findings] == ["x", "w", "b"]

    @pytest.mark.parametrize("place", range(3))
    def test_one_of_them_wrong(self, place: int) -> None:
        def wrong(*arguments: Array) -> list[Array]:
            gradients = list(dense_backward(*arguments))
            gradients[place] = 0.5 * gradients[place]
            return gradients

        result = check_gradient(dense, wrong, X, W, B)
        assert [finding.verdict is Verdict.FAILED for finding in result.findings] == [i == place for i in range(3)]

    def test_too_few_gradients(self) -> None:
        result = check_gradient(dense, lambda x, w, b, dy: dense_backward(x, w, b, dy)[:2], X, W, B)
        assert "returns 2 values, but should return a tuple of 3 gradients: of x, w, b" in str(result)

    def test_without_names(self) -> None:
        def nameless(*blocks: Array) -> Array:
            return dense(*blocks)

        result = check_gradient(nameless, dense_backward, X, W, B)
        assert result.passed
        assert [finding.block for finding in result.findings] == ["x0", "x1", "x2"]


class TestCache:
    def test_by_signature(self) -> None:
        assert check_gradient(dense_cached, dense_cached_backward, X, W, B)

        def wrong(dout: Array, cache: Any) -> tuple[Array, Array, Array]:
            dx, dw, db = dense_cached_backward(dout, cache)
            return dx, dw / len(dout), db

        result = check_gradient(dense_cached, wrong, X, W, B)
        assert "1/6" in result["w"].message

    @pytest.mark.parametrize("names", ["dy, cache", "a, cache", "dy, stored", "dout, stored"])
    @pytest.mark.parametrize(
        "cache", [lambda x: {"x": x}, lambda x: (x, None), lambda x: x], ids=["dict", "tuple", "x"]
    )
    def test_of_one_block(self, names: str, cache: Callable[[Array], Any]) -> None:
        def right(dy: Array, kept: Any) -> Array:
            if isinstance(kept, dict):
                kept = kept["x"]
            elif isinstance(kept, tuple):
                kept, _ = kept
            return dy * (1 - np.tanh(kept) ** 2)

        backward = eval(f"lambda {names}: right({names})", {"right": right})
        assert check_gradient(lambda x: (np.tanh(x), cache(x)), backward, X), names

    def test_a_backward_that_takes_none_is_said(self) -> None:
        result = check_gradient(lambda x: (np.tanh(x), {"x": x}), tanh_backward, X)
        assert result.verdict is Verdict.FAILED
        assert "returns a tuple of ndarray and dict: an output and a cache, it seems" in str(result)

    def test_two_outputs_stay_two_outputs(self) -> None:
        def both(x: Array) -> tuple[Array, Array]:
            return np.tanh(x), np.sin(x)

        assert check_gradient(both, lambda x, dy: tanh_backward(x, dy[0]) + dy[1] * np.cos(x), X)


class TestOrder:
    def test_dy_first_is_one_finding(self) -> None:
        result = check_gradient(tanh, lambda dy, x: tanh_backward(x, dy), X)
        assert laws(result) == {"contract.order"}
        assert "backward takes dy first: backward(dy, x) returns the right gradient" in str(result)

    def test_of_another_shape_and_of_several_blocks(self) -> None:
        result = check_gradient(lambda x: x @ W, lambda dy, x: dy @ W.T, X)
        assert laws(result) == {"contract.order"}
        result = check_gradient(dense, lambda dy, x, w, b: dense_backward(x, w, b, dy), X, W, B)
        assert laws(result) == {"contract.order"}
        result = check_gradient(affine, lambda dy, p: affine_backward(p, dy), affine_blocks())
        assert laws(result) == {"contract.order"}

    def test_a_wrong_gradient_is_not_excused(self) -> None:
        for wrong in (lambda x, dy: 2 * tanh_backward(x, dy), lambda dy, x: 2 * tanh_backward(x, dy)):
            result = check_gradient(tanh, wrong, X)
            assert not result
            assert "contract.order" not in laws(result)


def test_gradients_of_no_block_are_said() -> None:
    def extra(p: dict[str, Array], dy: Array) -> dict[str, Array]:
        return {**affine_backward(p, dy), "gain": np.zeros(3)}

    result = check_gradient(affine, extra, affine_blocks())
    assert result.verdict is Verdict.FAILED
    assert "returns a gradient of 'gain', but x has no block of that name" in str(result)


class Odd:
    def __array__(self, *arguments: Any, **more: Any) -> Any:
        raise RuntimeError("no array of me")


ODD: dict[str, Any] = {
    "ragged": [[1.0], [1.0, 2.0]],
    "ragged arrays": [np.zeros(2), [np.zeros(3)]],
    "nested": (np.zeros(2), (np.zeros(2), np.zeros(2))),
    "object": object(),
    "raises": Odd(),
    "generator": (value for value in (1.0, 2.0)),
    "set": {1.0},
    "dict of dicts": {"y": {"z": np.zeros(2)}},
    "strings": np.array(["a"]),
    "dates": np.array(["2020-01-01"], dtype="datetime64[D]"),
    "None": None,
    "nothing": (),
    "complex": np.zeros(2, dtype=complex),
    "records": np.zeros(2, dtype=[("a", float)]),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_outputs_are_findings_and_never_exceptions(name: str) -> None:
    for forward, backward in ((lambda x: ODD[name], tanh_backward), (tanh, lambda x, dy: ODD[name])):
        result = check_gradient(forward, backward, draw(2))
        assert not result or name == "nothing"


def test_entries_of_minus_infinity_stay_where_they_are() -> None:
    def softmax(x: Array) -> Array:
        powers = np.exp(x - x.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def backward(x: Array, dy: Array) -> Array:
        y = softmax(x)
        return y * (dy - (dy * y).sum(axis=1, keepdims=True))

    for dtype in (np.float64, np.float32):
        for seed in range(5):
            scores = draw(6, 5, seed=seed).astype(dtype)
            scores[0, 1] = scores[3, 4] = -np.inf
            assert check_gradient(softmax, backward, scores, seed=seed)
            assert not check_gradient(softmax, lambda x, dy: softmax(x) * dy, scores, seed=seed)
    with pytest.raises(ValueError, match="should be finite"):
        check_gradient(softmax, backward, np.full((2, 2), -np.inf))


@pytest.mark.parametrize(
    ("x", "advised"),
    [
        (np.zeros(3, np.float16), True),
        (np.arange(3), False),
        (np.array([True]), False),
        (np.array([None]), False),
        (np.zeros(2, complex), False),
        (np.array(["a"]), False),
    ],
    ids=["half", "integers", "mask", "objects", "complex", "text"],
)
def test_a_conversion_is_advised_only_where_it_is_right(x: Array, advised: bool) -> None:
    with pytest.raises(TypeError) as raised:
        check_gradient(tanh, tanh_backward, x)
    assert (".astype(float)" in str(raised.value)) is advised
