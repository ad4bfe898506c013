"""Classes of a notebook under a real Jupyter kernel: what the cells show."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.notebook

LAYER = """
class FullyConnectedLayer:
    def __init__(self, input_size, output_size):
        self.weights = np.random.rand(input_size, output_size)
        self.bias = np.zeros(output_size)

    def forward(self, x):
        self.x = x
        return x @ self.weights + self.bias

    def backward(self, error):
        self.gradient_weights = self.x.T @ error
        self.gradient_bias = error.sum(axis=0)
        return error @ self.weights.T
"""
IMPORTS = "import numpy as np\nimport backproof\n"
CHECK = "backproof.check(FullyConnectedLayer)"
BASE = """
class Remembering:
    def forward(self, x):
        self.x = x
        return self.value(x)
"""
DERIVED = """
class ReLU(Remembering):
    def value(self, x):
        return np.maximum(x, 0)

    def backward(self, error):
        return error * (self.x > 0)
"""
ENDLESS = """
class Sigmoid(Remembering):
    def value(self, x):
        while True:
            pass

    def backward(self, error):
        return error
"""

NEGATED = """
class Dense(Dense):
    def backprop(self, error):
        super().backprop(error)
        return -error @ self.W.T
"""


def executed(folder: Path, *sources: str, timeout: int = 120) -> list[list[Any]]:
    """What the cells of a notebook put out, executed in a kernel; one that takes longer is interrupted."""
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    client = nbclient.NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=timeout,
        interrupt_on_timeout=True,
        allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    return [list(each.outputs) for each in notebook.cells]


def shown(outputs: list[Any]) -> str:
    """The text of the one report that a cell shows, and nothing else."""
    assert [each.output_type for each in outputs] == ["execute_result"], outputs
    html = outputs[0].data["text/html"]
    assert "<Result of python:" in outputs[0].data["text/plain"]
    return unescape(re.sub(r"<[^>]*>", " ", html))


def sentence(outputs: list[Any]) -> str:
    """The one line that an exception shows."""
    assert [each.output_type for each in outputs] == ["error"], outputs
    (line,) = outputs[0].traceback
    assert "\n" not in line
    return str(line)


def test_a_cell_shows_the_verdict_on_the_class_as_it_is_now(tmp_path: Path) -> None:
    wrong = LAYER.replace("error.sum", "error.mean")
    _, first, _, second, _, third = executed(tmp_path, IMPORTS + wrong, CHECK, LAYER, CHECK, wrong, CHECK)
    for outputs in (first, third):
        assert "✗ nonconformant" in shown(outputs)
        assert "every entry is 1/batch times what it should be" in shown(outputs)
    assert "✓ conformant" in shown(second)


def test_classes_with_other_names_and_magics_beside_them(tmp_path: Path) -> None:
    source = f"%config Completer.use_jedi = False\n{IMPORTS}{LAYER}"
    for old, new in (
        ("gradient_weights", "dW"),
        ("gradient_bias", "db"),
        ("weights", "W"),
        ("bias", "b"),
        ("forward", "__call__"),
        ("backward", "backprop"),
        ("FullyConnectedLayer", "Dense"),
    ):
        source = source.replace(old, new)
    _, right, _, wrong = executed(
        tmp_path,
        source,
        "backproof.check(Dense)",
        NEGATED,
        "backproof.check(Dense)",
    )
    assert "✓ conformant" in shown(right)
    assert "every entry has the wrong sign" in shown(wrong)


def test_a_class_that_inherits_from_one_of_another_cell(tmp_path: Path) -> None:
    *_, right, _, wrong = executed(
        tmp_path,
        IMPORTS + BASE,
        DERIVED,
        "backproof.check(ReLU)",
        DERIVED.replace("error * (self.x > 0)", "error"),
        "backproof.check(ReLU)",
    )
    assert "✓ conformant" in shown(right)
    assert "✗ nonconformant" in shown(wrong)


def test_what_the_class_raises_is_in_the_report(tmp_path: Path) -> None:
    sources = [DERIVED.replace("np.maximum(x, 0)", text) for text in ("1 / 0", "exit(3)", "missing_name")]
    cells = [cell for source in sources for cell in (source, "backproof.check(ReLU)")]
    outputs = executed(tmp_path, IMPORTS + BASE, *cells)[2::2]
    for each, word in zip(outputs, ("ZeroDivisionError", "ReLU", "NameError"), strict=True):
        assert "✗ nonconformant" in shown(each)
        assert word in shown(each)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("backproof.check(3)", "3 is neither a path nor a class"),
        ("backproof.check(Remembering)", "say so with a dict"),
        ("backproof.check('nowhere')", "there is no file or folder nowhere"),
        ("backproof.check(ReLU, 'Nonsense')", "nothing is called 'Nonsense'"),
        ("backproof.check(ReLU, effort='much')", "much"),
    ],
)
def test_a_wrong_call_is_answered_with_a_sentence(tmp_path: Path, call: str, text: str) -> None:
    *_, last = executed(tmp_path, IMPORTS + BASE + DERIVED, call)
    assert text in sentence(last)


def test_an_interruption_is_a_sentence_and_the_kernel_goes_on(tmp_path: Path) -> None:
    _, endless, after = executed(
        tmp_path, IMPORTS + BASE + DERIVED + ENDLESS, "backproof.check(Sigmoid)", "backproof.check(ReLU)", timeout=20
    )
    assert "interrupted" in sentence(endless)
    assert "✓ conformant" in shown(after)
