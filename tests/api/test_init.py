"""`backproof init`: adapters for frameworks that nobody here has planned for."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import backproof
from backproof.guessing import component_of, guess
from backproof.inspecting import read_framework

from .running import Ran, run

# Functions are called apply and grad, weights are (outputs, inputs), the bias is a column, dropout is given p to drop.
TENSORLETS = """
import numpy as np


class Affine:
    def __init__(self, n_in, n_out):
        self.W = np.random.normal(size=(n_out, n_in))
        self.b = np.zeros((n_out, 1))

    def apply(self, x):
        self.x = x
        return x @ self.W.T + self.b.T

    def grad(self, dy):
        self.dW = dy.T @ self.x
        self.db = dy.sum(axis=0)[:, None]
        return dy @ self.W


class Rectifier:
    def apply(self, x):
        self.on = x > 0
        return x * self.on

    def grad(self, dy):
        return dy * self.on


class Drop_out:
    def __init__(self, p):
        self.p = p
        self.training = True

    def apply(self, x):
        if not self.training:
            return x
        self.mask = (np.random.uniform(size=x.shape) >= self.p) / (1 - self.p)
        return x * self.mask

    def grad(self, dy):
        return dy * self.mask if self.training else dy


class MSE:
    def apply(self, y_pred, y_true):
        self.diff = y_pred - y_true
        return np.mean(self.diff**2)

    def grad(self):
        return 2 * self.diff / self.diff.size
"""

# A package: __call__ and backprop, dicts of parameters, a learning rate in backprop, a base class, phases by call.
NODES_BASE = """
class Node:
    def __init__(self):
        self.params, self.grads = {}, {}
"""
NODES = """
import numpy as np

from .base import Node


class DenseLayer(Node):
    def __init__(self, units, in_features, rng):
        super().__init__()
        self.params = {"weight": rng.normal(size=(in_features, units)), "bias": np.zeros(units)}

    def __call__(self, x):
        self.cache = x
        return x @ self.params["weight"] + self.params["bias"]

    def backprop(self, grad_output, learning_rate):
        self.grads["weight"] = self.cache.T @ grad_output
        self.grads["bias"] = grad_output.sum(0)
        back = grad_output @ self.params["weight"].T
        for name in self.params:
            self.params[name] = self.params[name] - learning_rate * self.grads[name]
        return back


class TanhLayer(Node):
    def __call__(self, x):
        self.out = np.tanh(x)
        return self.out.copy()

    def backprop(self, grad_output, learning_rate):
        return grad_output * (1 - self.out**2)


class DropoutLayer(Node):
    def __init__(self, probability=0.5):  # to keep
        super().__init__()
        self.probability = probability

    def __call__(self, x, train=True):
        self.mask = (np.random.rand(*x.shape) < self.probability) / self.probability if train else np.ones_like(x)
        return x * self.mask

    def backprop(self, grad_output, learning_rate):
        return grad_output * self.mask
"""

# Nothing is kept: bprop gets input and output, and returns the parameters' gradients.
STATELESS = """
import numpy as np


class Linear:
    def __init__(self, in_dim, out_dim):
        self.weights = np.random.randn(in_dim, out_dim)
        self.biases = np.zeros((1, out_dim))

    def fprop(self, inputs):
        return inputs @ self.weights + self.biases

    def bprop(self, inputs, outputs, grads_wrt_outputs):
        return grads_wrt_outputs @ self.weights.T, inputs.T @ grads_wrt_outputs, grads_wrt_outputs.sum(axis=0)


class SigmoidLayer:
    def fprop(self, inputs):
        return 1 / (1 + np.exp(-np.clip(inputs, -700, 700)))

    def bprop(self, inputs, outputs, grads_wrt_outputs):
        return grads_wrt_outputs * outputs * (1 - outputs)


class Attention:
    pass
"""

FRAMEWORKS = {
    "apply and grad": ({"tensorlets.py": TENSORLETS}, ["FullyConnected", "ReLU", "Dropout", "MeanSquaredError"]),
    "call and backprop": (
        {"nodes/__init__.py": "", "nodes/base.py": NODES_BASE, "nodes/layers.py": NODES},
        ["FullyConnected", "TanH", "Dropout"],
    ),
    "fprop and bprop": ({"nn.py": STATELESS}, ["FullyConnected", "Sigmoid"]),
}


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def begun(folder: Path, files: dict[str, str]) -> tuple[Ran, Path]:
    place = write(folder, files) / next(iter(files)).partition("/")[0]
    return run("init", place), folder / "backproof_adapter.py"


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_a_framework_with_other_names_is_checked_without_a_line_by_hand(tmp_path: Path, name: str) -> None:
    files, components = FRAMEWORKS[name]
    ran, adapter = begun(tmp_path, files)
    assert ran.status == 0, ran.out + ran.err
    assert f"{len(components)} components" in ran.out
    result = backproof.check(adapter, effort="quick")
    assert result, result.footer.reasons
    assert sorted({finding.layer for finding in result.findings}) == sorted(components)


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_the_module_is_short_and_reads_well(tmp_path: Path, name: str) -> None:
    _, adapter = begun(tmp_path, FRAMEWORKS[name][0])
    text = adapter.read_text()
    ast.parse(text)
    lines = [line for line in text.splitlines() if line.strip()]
    assert 20 <= len(lines) <= 56
    assert max(map(len, lines)) <= 120
    assert "# How each component is made." in text


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("apply and grad", "dy.sum(axis=0)[:, None]", "dy.mean(axis=0)[:, None]"),
        ("call and backprop", "(1 - self.out**2)", "(1 - self.out)"),
        ("fprop and bprop", "* outputs * (1 - outputs)", "* inputs * (1 - inputs)"),
    ],
)
def test_the_adapter_shows_a_mistake_and_init_says_so(tmp_path: Path, name: str, old: str, new: str) -> None:
    files = {path: text.replace(old, new) for path, text in FRAMEWORKS[name][0].items()}
    assert files != FRAMEWORKS[name][0]
    ran, adapter = begun(tmp_path, files)
    assert ran.status == 1
    assert "checks fail, first gradient." in ran.out
    assert not backproof.check(adapter, effort="quick")


def test_what_cannot_be_found_is_said_here_and_in_the_module(tmp_path: Path) -> None:
    files = {
        "mine.py": TENSORLETS.replace("self.dW", "self.first").replace(
            "self, n_in, n_out", "self, n_in, n_out, topology"
        )
    }
    ran, adapter = begun(tmp_path, files)
    assert ran.status == 1
    for sentence in (
        "missing: where the gradient of weights is kept",
        "missing: what to pass as topology of the constructor",
    ):
        assert sentence in ran.out
        assert sentence in adapter.read_text()
    relu = next(line for line in ran.out.splitlines() if "mine.Rectifier" in line)
    assert relu.endswith("none fails")


def test_classes_that_are_not_recognised_are_left_to_the_person(tmp_path: Path) -> None:
    ran, _ = begun(tmp_path, FRAMEWORKS["fprop and bprop"][0])
    assert "left to you: Attention" in ran.out


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    write(tmp_path, {"nn.py": STATELESS, "backproof_adapter.py": "mine"})
    ran = run("init", tmp_path)
    assert ran.status == 2
    assert "is not overwritten" in ran.err
    assert (tmp_path / "backproof_adapter.py").read_text() == "mine"


def test_the_parent_executes_nothing(tmp_path: Path) -> None:
    trap = f"\n\nopen({str(tmp_path / 'trace')!r}, 'w').close()\nraise SystemExit('executed')\n"
    ran, adapter = begun(tmp_path, {"nn.py": STATELESS + trap})
    assert ran.status == 1
    assert "It cannot be loaded yet" in ran.out
    assert adapter.is_file()
    assert not (tmp_path / "trace").exists()  # the smoke check's process may not write either


def test_files_that_cannot_be_read_are_noted(tmp_path: Path) -> None:
    write(tmp_path, {"nn.py": STATELESS, "broken.py": "class ReLU:\n    def forward(\n"})
    ran = run("init", tmp_path)
    assert ran.status == 0, ran.out
    assert "note: broken.py cannot be read" in ran.out


@pytest.mark.parametrize(
    ("files", "text"),
    [
        ({"a.py": "x = 1\n"}, "found no class"),
        ({"a.py": "class Attention:\n    pass\n"}, "found the classes Attention"),
    ],
)
def test_a_folder_without_components(tmp_path: Path, files: dict[str, str], text: str) -> None:
    ran = run("init", write(tmp_path, files))
    assert (ran.status, text in ran.err) == (3, True)
    assert not (tmp_path / "backproof_adapter.py").exists()


def test_a_place_that_is_not_there(tmp_path: Path) -> None:
    assert run("init", tmp_path / "nowhere").status == 3


@pytest.mark.parametrize(
    ("name", "component"),
    [
        ("Dense", "FullyConnected"),
        ("LinearLayer", "FullyConnected"),
        ("ReLU_Activation", "ReLU"),
        ("BatchNorm1d", "BatchNormalization"),
        ("Attention", ""),
        ("Layer", ""),
    ],
)
def test_components_are_known_by_their_names(name: str, component: str) -> None:
    assert component_of(name) == component


@pytest.mark.parametrize(
    ("source", "forward", "backward"),
    [
        ("def forward(self, x): pass\n def backward(self, dy): pass", "self.own.forward(x)", "self.own.backward(dy)"),
        (
            "def f_prop(self, X): pass\n def b_prop(self, X, g): pass",
            "self.own.f_prop(x)",
            "self.own.b_prop(self.x, dy)",
        ),
        ("def run(self, x, testing): pass\n def grad(self, e, lr): pass", None, "self.own.grad(dy, 0.0)"),
        ("def forward_pass(self, a): pass\n def backward_pass(self, e): pass", None, "self.own.backward_pass(dy)"),
        ("def call(self, x): pass\n def gradient(self, *, upstream): pass", None, None),
    ],
)
def test_passes_are_found_and_called(tmp_path: Path, source: str, forward: str | None, backward: str | None) -> None:
    (tmp_path / "m.py").write_text(f"class ReLU:\n {source}\n")
    found = guess(read_framework(tmp_path).classes[0])
    assert found is not None
    assert forward is None or found.forward == forward
    assert backward is None or found.backward == backward
