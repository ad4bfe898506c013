"""FullyConnected: however weights and bias are stored, the subject shows W (in, out) and b (out,)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backproof.specs import FullyConnected

from .submissions import changed, load, unit_rows, write

PATH = "Layers/FullyConnected.py"

CLASS = """
import numpy as np
class FullyConnected:
    def __init__(self, a, b):
        self.optimizer = None
        self.{weights} = np.random.rand({shape})
        {bias}
    def forward(self, x):
        self.x = x.copy()
        return {forward}
    def backward(self, e):
        {gradients}
        result = {backward}
        if self.optimizer is not None:
            {update}
        return result
"""
WITH_ONES = "np.hstack([self.x, np.ones((len(x), 1))])"
E_ONES = "np.hstack([self.x, np.ones((len(self.x), 1))])"


def stacked(shape: str, forward: str, gradient: str, backward: str) -> str:
    return CLASS.format(
        weights="weights",
        shape=shape,
        bias="pass",
        forward=forward,
        gradients=f"self.gradient_weights = {gradient}",
        backward=backward,
        update="self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)",
    )


def separate(shape: str, bias: str, transpose: str = "") -> str:
    return CLASS.format(
        weights="weights",
        shape=shape,
        bias=f"self.bias = np.random.rand({bias}); self.bias_optimizer = None",
        forward=f"x @ self.weights{transpose} + self.bias.ravel()",
        gradients=f"self.gradient_weights = (self.x.T @ e){transpose}; "
        "self.gradient_bias = e.sum(axis=0).reshape(self.bias.shape)",
        backward=f"e @ self.weights{'' if transpose else '.T'}",
        update="self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights); "
        "self.bias = self.bias_optimizer.calculate_update(self.bias, self.gradient_bias)",
    )


STORAGES = {
    "bias in the last row": stacked(
        "a + 1, b", f"{WITH_ONES} @ self.weights", f"{E_ONES}.T @ e", "e @ self.weights[:-1].T"
    ),
    "bias in the first row": stacked(
        "a + 1, b", "x @ self.weights[1:] + self.weights[0]",
        "np.vstack([e.sum(axis=0), self.x.T @ e])", "e @ self.weights[1:].T",
    ),
    "bias in the last column": stacked(
        "b, a + 1", f"{WITH_ONES} @ self.weights.T", f"e.T @ {E_ONES}", "e @ self.weights[:, :-1]"
    ),
    "bias in the first column": stacked(
        "b, a + 1", "x @ self.weights[:, 1:].T + self.weights[:, 0]",
        "np.vstack([e.sum(axis=0), self.x.T @ e]).T", "e @ self.weights[:, 1:]",
    ),
    "separate (out,)": separate("a, b", "b"),
    "separate (1, out)": separate("a, b", "1, b"),
    "separate, transposed": separate("b, a", "b, 1", ".T"),
}  # fmt: skip


@pytest.mark.parametrize("sizes", [(4, 3), (2, 3), (3, 3), (1, 1), (5, 1)])
@pytest.mark.parametrize("storage", STORAGES)
def test_every_storage_reads_the_same(tmp_path: Path, storage: str, sizes: tuple[int, int]) -> None:
    subject = load(write(tmp_path, {PATH: STORAGES[storage]})).build(
        FullyConnected(input_size=sizes[0], output_size=sizes[1])
    )
    generator = np.random.default_rng(5)
    values = {"weights": generator.normal(size=sizes), "bias": generator.normal(size=sizes[1])}
    subject.assign(values)
    assert {name: value.tolist() for name, value in subject.parameters().items()} == {
        name: value.tolist() for name, value in values.items()
    }
    x, dy = generator.normal(size=(6, sizes[0])), generator.normal(size=(6, sizes[1]))
    np.testing.assert_allclose(subject.forward(x), x @ values["weights"] + values["bias"], rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(subject.backward(dy), dy @ values["weights"].T, rtol=1e-12, atol=1e-13)
    gradients = subject.gradients()
    np.testing.assert_allclose(gradients["weights"], x.T @ dy, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(gradients["bias"], dy.sum(axis=0), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("storage", STORAGES)
def test_the_attached_optimizer_updates_with_momentum(tmp_path: Path, storage: str) -> None:
    subject = load(write(tmp_path, {PATH: STORAGES[storage]})).build(FullyConnected(input_size=4, output_size=3))
    generator = np.random.default_rng(6)
    subject.attach_optimizer(0.1, 0.5)
    x = generator.normal(size=(5, 4))
    expected, velocity = dict(subject.parameters()), {"weights": 0.0, "bias": 0.0}
    for _ in range(3):
        subject.forward(x)
        subject.backward(generator.normal(size=(5, 3)))
        for name, gradient in subject.gradients().items():
            velocity[name] = 0.5 * velocity[name] - 0.1 * gradient
            expected[name] = expected[name] + velocity[name]
    for name, value in subject.parameters().items():
        np.testing.assert_allclose(value, expected[name], rtol=1e-12)


def test_one_parameter_may_be_assigned(tmp_path: Path) -> None:
    subject = load(write(tmp_path, {PATH: STORAGES["bias in the last row"]})).build(
        FullyConnected(input_size=2, output_size=2)
    )
    before = subject.parameters()
    subject.assign({"bias": np.array([5.0, 6.0])})
    assert subject.parameters()["bias"].tolist() == [5, 6]
    assert (subject.parameters()["weights"] == before["weights"]).all()


def test_results_are_copies(tmp_path: Path) -> None:
    subject = load(write(tmp_path, {PATH: STORAGES["separate (out,)"]})).build(
        FullyConnected(input_size=2, output_size=2)
    )
    given = {"weights": np.ones((2, 2)), "bias": np.ones(2)}
    subject.assign(given)
    for value in (*given.values(), *subject.parameters().values()):
        value.fill(7)
    assert subject.forward(unit_rows(2)).max() == 2
    subject.backward(np.ones((3, 2)))
    for value in subject.gradients().values():
        value.fill(7)
    assert subject.gradients()["bias"].tolist() == [3, 3]


def test_forward_and_backward_hand_arrays_straight_through(tmp_path: Path) -> None:
    code = STORAGES["separate (out,)"].replace("self.x = x.copy()", "self.x = x; x += 1; self.y = x[:, :2]")
    code = code.replace("return x @ self.weights + self.bias.ravel()", "return self.y")
    subject = load(write(tmp_path, {PATH: code})).build(FullyConnected(input_size=2, output_size=2))
    x = np.zeros((3, 2))
    assert subject.forward(x) is subject.layer.y
    assert x.tolist() == [[1, 1]] * 3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return np.dot(self.extended_input, self.weights)", "return np.dot(input_tensor, self.weights[:-1])"),
        ("return np.dot(self.extended_input, self.weights)", "return 2 * np.dot(self.extended_input, self.weights)"),
        ("return np.dot(self.extended_input, self.weights)", "raise KeyError('broken')"),
    ],
)
def test_a_wrong_forward_still_has_the_course_s_storage(tmp_path: Path, old: str, new: str) -> None:
    adapter = load(write(tmp_path, changed((PATH, old, new))))
    subject = adapter.build(FullyConnected(input_size=4, output_size=3))
    assert (subject.parameters()["bias"] == subject.layer.weights[-1]).all()


@pytest.mark.parametrize(
    ("changes", "method", "text"),
    [
        (("self.gradient_weights = np.dot", "self.gradient = np.dot"), "gradients",
         r"FullyConnected\.gradient_weights is missing after backward"),
        (("np.dot(self.extended_input.T, error_tensor)", "error_tensor"), "gradients",
         r"FullyConnected\.gradient_weights has the shape \(3, 3\), but should have \(5, 3\)"),
        (("self.weights = np", "self.matrix = np"), "parameters", r"FullyConnected\.weights is missing"),
        (("(input_size + 1, output_size)", "(input_size + 2, output_size)"), "parameters",
         r"FullyConnected\.weights has the shape \(6, 3\), but should have \(5, 3\) or \(3, 5\) with the bias inside"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(tmp_path: Path, changes: tuple[str, str], method: str, text: str) -> None:
    subject = load(write(tmp_path, changed((PATH, *changes)))).build(FullyConnected(input_size=4, output_size=3))
    if method == "gradients":
        subject.forward(np.ones((3, 4)))
        subject.backward(np.ones((3, 3)))
    with pytest.raises((AttributeError, ValueError), match=text):
        getattr(subject, method)()


def test_a_wrong_layout_is_told_before_forward_is_blamed(tmp_path: Path) -> None:
    """Building succeeds: only what needs the storage fails."""
    adapter = load(write(tmp_path, changed((PATH, "(input_size + 1, output_size)", "(input_size, 1)"))))
    assert adapter.build(FullyConnected(input_size=4, output_size=3)) is not None


def test_initialize_is_recorded(tmp_path: Path) -> None:
    subject = load(write(tmp_path, changed())).build(FullyConnected(input_size=4, output_size=3))
    assert subject.initialize(2.0, 5.0) == {"fans": [[4, 3]]}
    parameters = subject.parameters()
    assert (parameters["weights"] == 2).all()
    assert (parameters["bias"] == 5).all()


def test_inferring_the_storage_leaves_the_random_state_alone(tmp_path: Path) -> None:
    adapter = load(write(tmp_path, changed()))

    def first_weights(spec: Any) -> Any:
        np.random.seed(3)  # noqa: NPY002 - the submission draws from it
        return adapter.build(spec).parameters()["weights"]

    first = first_weights(FullyConnected(input_size=4, output_size=3))
    np.random.seed(3)  # noqa: NPY002 - as above
    assert (first == np.random.uniform(0, 1, (5, 3))[:-1]).all()  # noqa: NPY002 - as above


def test_a_wide_layer_costs_little_memory(tmp_path: Path) -> None:
    subject = load(write(tmp_path, changed())).build(FullyConnected(input_size=100_000, output_size=1))
    assert subject.parameters()["weights"].shape == (100_000, 1)
