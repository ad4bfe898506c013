"""Laws select by trait and kind: they name no concrete spec, and ask for no field of one by its name as text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.resources import files

import pytest

from backproof import specs
from backproof.specs import Spec

BASES = {Spec, *Spec.__subclasses__()}
CONCRETE = {
    name
    for name, value in vars(specs).items()
    if isinstance(value, type) and issubclass(value, Spec) and value not in BASES
}
BY_TEXT = {"getattr", "hasattr", "vars", "arguments"}


def faults(source: str) -> Iterator[str]:
    """What in a law's source speaks of a concrete spec, or of a field by text."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.alias(name=name) | ast.Name(id=name) | ast.Attribute(attr=name) if name in CONCRETE:
                yield f"{name} is a concrete spec: ask for a trait, or for a method of its kind's base class"
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in BY_TEXT:
                yield f"{ast.unparse(node)} asks for a field by text: declare a method on the kind's base class"


def sources() -> list[tuple[str, str]]:
    folder = files("backproof.checks.laws")
    return [(each.name, each.read_text("utf-8")) for each in folder.iterdir() if each.name.endswith(".py")]


@pytest.mark.parametrize(("name", "source"), [pytest.param(*each, id=each[0]) for each in sources()])
def test_no_law_names_a_concrete_spec(name: str, source: str) -> None:
    assert list(faults(source)) == [], name


def test_every_law_was_read() -> None:
    assert {"phase_mask.py", "optimizer.py", "initializer.py", "trainer.py"} <= {name for name, _ in sources()}
    assert {"Dropout", "Trainer", "NetworkUser", "NeuralNetwork", "RegularizedOptimizer", "LeNet"} <= CONCRETE
    assert (
        not {"LayerSpec", "TrainerSpec", "EvaluatorSpec", "NetworkSpec", "PerceptronSpec", "CheckpointSpec"} & CONCRETE
    )


@pytest.mark.parametrize(
    "source",
    [
        "from ...specs import Dropout",
        "from ...specs import Case, Constant as C",
        "from ... import specs\nspecs.UniformRandom",
        "isinstance(case.spec, NeuralNetwork)",
        "match case.spec:\n    case Trainer():\n        pass",
        'getattr(case.spec, "keep", 1.0)',
        'hasattr(layer, "output_size")',
        'case.spec.arguments()["regularizer"]',
    ],
)
def test_what_is_wrong_is_named(source: str) -> None:
    assert len(list(faults(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "from ...specs import Case, LayerSpec, Trait",
        "isinstance(case.spec, OptimizerSpec) and case.spec.penalty()",
        'names = ("NeuralNetwork",)',
    ],
)
def test_what_is_right_is_accepted(source: str) -> None:
    assert list(faults(source)) == []
