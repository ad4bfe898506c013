"""What must hold before gradients are compared: right functions beside those that break one law."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backproof import GradientResult, check_gradient
from backproof.checks.results import Verdict

from .pairs import Array, Pair, affine, affine_backward, affine_blocks, draw, tanh, tanh_backward

X = draw(6, 4)


def laws(result: GradientResult) -> dict[str, Verdict]:
    """The laws that did not pass."""
    return {finding.law: finding.verdict for finding in result.findings if finding.verdict is not Verdict.PASSED}


class Layer:
    """Stores what forward has seen, as hand-written layers do."""

    def __init__(self) -> None:
        self.y = np.zeros(0)
        self.total: Array | float = 0.0

    def forward(self, x: Array) -> Array:
        self.y = np.tanh(x)
        return self.y

    def backward(self, x: Array, dy: Array) -> Array:
        result: Array = dy * (1 - self.y**2)
        return result


class Once(Layer):
    """Frees what it has stored: backward can be called only once after each forward."""

    def backward(self, x: Array, dy: Array) -> Array:
        result = super().backward(x, dy)
        del self.y
        return result


class Stale(Layer):
    """Keeps what the first forward has seen."""

    def forward(self, x: Array) -> Array:
        y = np.tanh(x)
        self.y = self.y if self.y.size else y
        return y


class Accumulates(Layer):
    def backward(self, x: Array, dy: Array) -> Array:
        self.total = self.total + super().backward(x, dy)
        return np.array(self.total)


@pytest.mark.parametrize("layer", [Layer, Once])
def test_layers_that_store_what_they_need_pass(layer: type[Layer]) -> None:
    subject = layer()
    assert check_gradient(subject.forward, subject.backward, X)


def test_what_an_earlier_forward_has_stored_is_not_right() -> None:
    subject = Stale()
    assert laws(check_gradient(subject.forward, subject.backward, X)) == {"gradient": Verdict.FAILED}


def test_gradients_that_add_up_are_named() -> None:
    subject = Accumulates()
    result = check_gradient(subject.forward, subject.backward, X)
    assert laws(result) == {"contract.accumulation": Verdict.FAILED}
    assert "it adds to the gradient of the call before" in result.findings[0].message


def _writes_into_x(x: Array, dy: Array) -> Array:
    result = tanh_backward(x, dy)
    x[0, 0] = 7
    return result


def _writes_into_dy(x: Array, dy: Array) -> Array:
    dy *= 1 - np.tanh(x) ** 2
    return dy


def _forward_writes_into_x(x: Array) -> Array:
    y = np.tanh(x)
    x[...] = y
    return y


@pytest.mark.parametrize(
    ("forward", "backward", "place"),
    [
        (tanh, _writes_into_x, "backward: x"),
        (tanh, _writes_into_dy, "backward: dy"),
        (_forward_writes_into_x, tanh_backward, "forward: x"),
    ],
)
def test_arguments_are_left_alone(forward: Any, backward: Any, place: str) -> None:
    result = check_gradient(forward, backward, X)
    assert laws(result) == {"contract.arguments": Verdict.FAILED}
    assert f"({place})" in result.findings[0].message
    assert result["x"].verdict is Verdict.PASSED


def test_a_block_that_is_written_into_is_named() -> None:
    def backward(p: dict[str, Array], dy: Array) -> dict[str, Array]:
        gradients = affine_backward(p, dy)
        p["weights"] -= 0.1 * gradients["weights"]
        return gradients

    result = check_gradient(affine, backward, affine_blocks())
    assert laws(result) == {"contract.arguments": Verdict.FAILED}
    assert "backward: x['weights']" in result.findings[0].message


@pytest.mark.parametrize(
    ("backward", "text"),
    [
        (lambda x, dy: None, "the gradient of x is None, but should be an array of shape (6, 4)"),
        (lambda x, dy: dy.sum(axis=0), "the gradient of x has shape (4,), but should have the block's shape (6, 4)"),
        (lambda x, dy: 1.0, "the gradient of x has shape (), but should have"),
        (lambda x, dy: "no", "the gradient of x is str, but should be"),
        (lambda x, dy: 1j * dy, "the gradient of x is an array of complex128"),
        (lambda x, dy: np.where(dy > 0, np.nan, dy), "of 24 entries are not finite"),
        (lambda x, dy: dy / 0.0, "the gradient of x is"),
    ],
)
def test_what_is_no_gradient_is_named(backward: Any, text: str) -> None:
    result = check_gradient(tanh, backward, X)
    assert laws(result) == {"contract.gradients": Verdict.FAILED}
    assert text in result.findings[0].message


@pytest.mark.parametrize(
    ("backward", "text"),
    [
        (lambda p, dy: {"x": p["x"]}, "backward(x, dy) lacks the gradient of weights, bias"),
        (lambda p, dy: affine_backward(p, dy)["x"], "backward(x, dy) is ndarray, but should be a dict with the names"),
        (lambda p, dy: {**affine_backward(p, dy), "bias": None}, "the gradient of bias is None"),
    ],
)
def test_what_is_no_gradient_of_named_blocks_is_named(backward: Any, text: str) -> None:
    result = check_gradient(affine, backward, affine_blocks())
    assert laws(result) == {"contract.gradients": Verdict.FAILED}
    assert text in result.findings[0].message


@pytest.mark.parametrize(
    "misuse",
    [np.ones_like, np.sign, lambda dy: np.where(dy > 0, dy, 0.5), lambda dy: dy**2],
    ids=["ones", "sign", "clipped", "square"],
)
def test_the_incoming_gradient_enters_as_a_factor(misuse: Callable[[Array], Array]) -> None:
    result = check_gradient(tanh, lambda x, dy: tanh_backward(x, misuse(dy)), X)
    assert laws(result) == {"contract.linear": Verdict.FAILED, "gradient": Verdict.FAILED}


def test_cancellation_is_no_lack_of_linearity() -> None:
    """The rows of a softmax add up to 1: the gradient of the sum is 0, computed with rounding."""

    def forward(x: Array) -> Array:
        powers = np.exp(x)
        return (powers / powers.sum(axis=-1, keepdims=True)).sum(axis=-1)

    def backward(x: Array, dy: Array) -> Array:
        y = np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True)
        back = np.broadcast_to(dy[:, None], x.shape)
        return y * (back - (back * y).sum(axis=-1, keepdims=True))

    for seed in range(20):
        assert check_gradient(forward, backward, draw(5, 7, seed=seed), seed=seed)


@pytest.mark.parametrize(
    ("forward", "text"),
    [
        (lambda x: None, "forward(x) is NoneType, but should be a real number or an array of real numbers"),
        (lambda x: "y", "forward(x) is str"),
        (lambda x: (np.tanh(x), None), "forward(x)[1] is NoneType"),
        (lambda x: 1j * x, "forward(x) is an array of complex128"),
        (lambda x: np.array([object()]), "forward(x) is ndarray"),
        (lambda x: x[x > 0.0], "forward returns shape"),
    ],
)
def test_what_is_no_output_is_named(forward: Any, text: str) -> None:
    result = check_gradient(forward, tanh_backward, np.where(X > 0.01, X, 0.001))
    assert result.verdict is Verdict.FAILED
    assert any(text in finding.message for finding in result.findings), str(result)


def _raises(*arguments: Any) -> Array:
    raise ZeroDivisionError("planted")


@pytest.mark.parametrize(
    ("forward", "backward", "text"),
    [
        (_raises, tanh_backward, "forward(x) raises ZeroDivisionError: planted"),
        (tanh, _raises, "backward(x, dy) raises ZeroDivisionError: planted"),
    ],
)
def test_what_raises_is_errored(forward: Any, backward: Any, text: str) -> None:
    result = check_gradient(forward, backward, X)
    assert laws(result) == {"contract.raises": Verdict.ERRORED}
    assert result.findings[0].message == text


def test_what_raises_near_the_point_is_errored_for_the_block() -> None:
    def forward(x: Array) -> Array:
        if not np.array_equal(x, X) and np.abs(x - X).max() < 0.03:
            raise ValueError("planted")
        return np.tanh(x)

    result = check_gradient(forward, tanh_backward, X)
    assert laws(result) == {"gradient": Verdict.ERRORED}
    assert result["x"].message == "forward(x) raises ValueError: planted at a point near x that differs in x"


def test_nan_in_the_output_is_undecided() -> None:
    result = check_gradient(lambda x: np.where(x > 0, x, np.nan), lambda x, dy: dy, X)
    assert laws(result) == {"contract.output": Verdict.UNDECIDED}
    assert not result


# Random numbers and memory.


def dropout(seed: int | None) -> tuple[Pair, Callable[[], None]]:
    state = {"rng": np.random.default_rng(seed), "mask": np.zeros(0)}

    def reseed() -> None:
        state["rng"] = np.random.default_rng(3)

    def forward(x: Array) -> Array:
        state["mask"] = (state["rng"].random(x.shape) < 0.5) / 0.5  # type: ignore[attr-defined]  # a generator
        return x * state["mask"]

    return (forward, lambda x, dy: dy * state["mask"]), reseed


def test_random_masks_need_a_seed() -> None:
    (forward, backward), reseed = dropout(0)
    open_end = check_gradient(forward, backward, X)
    assert laws(open_end) == {"contract.repeatable": Verdict.UNDECIDED}
    assert "pass reseed=" in open_end.findings[0].hint
    assert check_gradient(forward, backward, X, reseed=reseed)
    wrong = check_gradient(forward, lambda x, dy: 0.5 * backward(x, dy), X, reseed=reseed)
    assert "every entry is 1/2 times" in wrong["x"].message


def test_a_mask_that_backward_draws_anew_is_wrong() -> None:
    (forward, _), reseed = dropout(0)
    rng = np.random.default_rng(1)
    result = check_gradient(forward, lambda x, dy: dy * (rng.random(x.shape) < 0.5) / 0.5, X, reseed=reseed)
    assert laws(result) == {"contract.repeatable": Verdict.FAILED}
    assert "it answers the same question differently" in result.findings[0].message


class Memory(Layer):
    """Adds what it has seen in earlier calls, as recurrent layers do."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden: Array | float = 0.0

    def forward(self, x: Array) -> Array:
        self.y = np.tanh(x + self.hidden)
        self.hidden = self.y
        return self.y


class WrongMemory(Memory):
    def backward(self, x: Array, dy: Array) -> Array:
        return -super().backward(x, dy)


@pytest.mark.parametrize(("layer", "passes"), [(Memory, True), (WrongMemory, False)])
def test_memory_is_made_anew_or_restored(layer: type[Memory], passes: bool) -> None:
    subject = layer()
    assert laws(check_gradient(subject.forward, subject.backward, X)) == {"contract.repeatable": Verdict.UNDECIDED}

    def fresh() -> Pair:
        new = layer()
        return new.forward, new.backward

    assert check_gradient(None, None, X, fresh=fresh).passed is passes
    assert check_gradient(*fresh(), X, fresh=fresh).passed is passes

    def restore(hidden: Array | float) -> None:
        subject.hidden = hidden

    result = check_gradient(
        subject.forward, subject.backward, X, snapshot=lambda: subject.hidden, restore=restore, name="memory"
    )
    assert result.passed is passes
    assert result.name == "memory"


def test_a_state_that_does_not_suffice_is_said() -> None:
    rng = np.random.default_rng(0)
    result = check_gradient(lambda x: x + rng.normal(size=x.shape), lambda x, dy: dy, X, reseed=lambda: None)
    assert "it is brought to the same state before each call, but that does not suffice" in result.findings[0].message
