"""The source of a class in a cell is that of this very class."""

from __future__ import annotations

import ast
from typing import Any

import backproof
from backproof.adapters.notebook import read_cells
from backproof.class_sources import sources
from backproof.classes import Classes
from backproof.framework import ReLU as BuiltinReLU

from .cells import cell
from .submissions import EXAMPLE

OLD = """
class Dense:
    def forward(self, x):
        return "old"
"""
TUTORIAL = EXAMPLE.parent / "fau_tutorial" / "framework.ipynb"


def defined(source: str, name: str, **names: Any) -> Any:
    """What a cell defines, with what earlier cells have defined."""
    return cell(source, name, **names)["Dense"]


def test_of_two_classes_of_one_name_each_has_its_own_source() -> None:
    old = defined(OLD, "<cell 1>")
    new = defined(OLD.replace("old", "new"), "<cell 2>")
    both = defined(f"{OLD}{OLD.replace('old', 'later')}", "<cell 3>")
    for cls, word in ((old, "old"), (new, "new"), (both, "later")):
        (source,) = sources(cls)
        assert f"'{word}'" in source
        assert source.count("class ") == 1


def test_a_class_may_be_derived_from_an_older_one_of_its_name() -> None:
    old = defined(OLD, "<cell 1>")
    new = defined("class Dense(Dense):\n    def backward(self, dy):\n        return dy\n", "<cell 2>", Dense=old)
    first, second = sources(new)
    assert "forward" in first
    assert "backward" in second
    assert Classes(new).fingerprint != Classes(old).fingerprint


def test_a_class_without_functions_has_at_least_a_name_and_bases() -> None:
    old = defined(OLD, "<cell 1>")
    cls = cell("class Other(Dense):\n    pass\n", "<cell 2>", Dense=old)["Other"]
    assert sources(cls)[-1].splitlines()[0] == "class Other(Dense):"


def test_decorated_and_nested_definitions_are_found() -> None:
    text = """
def same(cls):
    return cls

def outer():
    @same
    class Dense:
        @staticmethod
        def inner():
            return 1
    return Dense

class Dense:
    pass

Dense = outer()
"""
    (source,) = sources(defined(text, "<cell 4>"))
    assert "def inner" in source


def test_a_class_of_a_file_and_one_without_any_source() -> None:
    assert "def backward" in sources(BuiltinReLU)[-1]
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(OLD, names)
    assert sources(names["Dense"]) == ()


def test_layers_of_the_exercises_without_an_optimizer_are_not_asked_for_one() -> None:
    text = """
import numpy as np

class FullyConnected:
    def __init__(self, input_size, output_size):
        self.weights = np.random.rand(input_size + 1, output_size)

    def forward(self, x):
        self.x = np.hstack([x, np.ones((len(x), 1))])
        return self.x @ self.weights

    def backward(self, error):
        self.gradient_weights = self.x.T @ error
        return error @ self.weights[:-1].T
"""
    right = backproof.check(cell(text, "<cell 5>")["FullyConnected"], effort="quick")
    assert right, right.footer.reasons
    assert not any(finding.check.startswith("optimizer.") for finding in right.findings if finding.verdict == "passed")
    forgets = text.replace("np.random.rand(", "1.0 * np.random.rand(").replace(
        "        self.weights =", "        self.optimizer = None\n        self.weights ="
    )
    wrong = backproof.check(cell(forgets, "<cell 6>")["FullyConnected"], effort="quick")
    assert "optimizer.applied" in {finding.check for finding in wrong.findings if finding.failing}


def test_classes_of_the_tutorial_are_taken_for_what_they_are() -> None:
    cells, _ = read_cells(TUTORIAL)
    names: dict[str, Any] = {"tqdm": iter}
    for number, each in enumerate(cells):
        kept = [node for node in each.tree.body if isinstance(node, ast.ClassDef) or "enum" in ast.unparse(node)]
        text = "import numpy as np\n" + "\n".join(map(ast.unparse, kept))
        names |= cell(text, f"<cell {number} of the tutorial>", **names)
    given = ["FullyConnectedLayer", "ConvolutionalLayer", "MaxPoolLayer", "FlattenLayer", "DropOut", "Const", "He"]
    result = backproof.check([names[name] for name in given], effort="quick")
    assert result, result.footer.reasons
    assert {finding.layer for finding in result.findings} == {
        "FullyConnected",
        "Conv",
        "Pooling",
        "Flatten",
        "Dropout",
        "Constant",
        "He",
    }
