"""The adapter of a notebook or a module with the exercise's classes."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from ...specs import FullyConnected, LayerSpec, LinearOutput, MultilayerPerceptron, SoftmaxOutput, Spec, all_specs
from ..definitions import Definitions
from ..executing import DefinedModule, execute
from ..randomness import FollowedSeed
from ..standins import stands_in
from .components import (
    FUNCTIONS,
    FreiburgActivation,
    FreiburgFullyConnected,
    FreiburgOutput,
    activation,
    divides_by_batch,
    fully_connected,
    input_layer,
)
from .course import COURSE, NEEDS
from .perceptron import FreiburgPerceptron

_SHARED = (
    "the default of FullyConnectedLayer's activation is one object: two layers of one width that are made with it "
    "overwrite each other's last_input; the checks give every layer an activation of its own"
)


def recognises(definitions: Definitions) -> bool:
    """Tell whether the definitions are those of the exercise: nowhere else are its passes called so."""
    layer = definitions.classes.get("FullyConnectedLayer", {})
    return "fprop" in layer and "bprop" in layer


class FreiburgAdapter:
    """Builds subjects from a submission; executes nothing of it before the first `build`.

    Args:
        definitions: what the file defines.
        notes: sentences for the report.
    """

    def __init__(self, definitions: Definitions, notes: Sequence[str] = ()) -> None:
        self._definitions = definitions
        self._notes = notes

    def build(self, spec: Spec) -> Any:
        """A subject of the spec's kind, or None where the submission lacks the component.

        Raises:
            Unsupported: the component lacks something that the configuration needs.
            Exception: whatever the submission raises while its class is defined or constructed.
        """
        if spec.name() not in self._offered():
            return None
        match spec:
            case MultilayerPerceptron():
                return FreiburgPerceptron(spec, self._find)
            case SoftmaxOutput() | LinearOutput():
                return FreiburgOutput(spec, self._find)
            case FullyConnected():
                below = input_layer(self._find, spec.input_size)
                layer = fully_connected(self._find, below, spec.output_size, "linear")
                return FreiburgFullyConnected(spec, layer, divides_by_batch(self._find))
            case LayerSpec():
                return FreiburgActivation(spec, activation(self._find, FUNCTIONS[spec.name()]))
        return None

    def describe(self) -> dict[str, Any]:
        """What a report says of the submission, as JSON types; read from the file, not executed."""
        notes = [*self._notes, *self._definitions.notes, *_notes(self._definitions)]
        return COURSE.describe(self._offered(), self._definitions.path.name, notes)

    def _offered(self) -> list[str]:
        classes = set(self._definitions.classes)
        return [name for name in all_specs() if name in NEEDS and classes.issuperset(NEEDS[name])]

    @cached_property
    def _module(self) -> DefinedModule:
        FollowedSeed(self._definitions.path).install()
        return execute(self._definitions)

    def _find(self, name: str) -> Any:
        return self._module.find(name) if name in self._definitions.classes else None


def _notes(definitions: Definitions) -> Iterator[str]:
    for top in sorted({found.module.partition(".")[0] for found in definitions.imports if not found.level}):
        if stands_in(top):
            yield f"{top} is imported, but no layer needs it: it is replaced by a stand-in that does nothing"
    if _shares_default(definitions):
        yield _SHARED


def _shares_default(definitions: Definitions) -> bool:
    """Tell whether a layer's constructor has an object as the default of an argument."""
    classes = [node for cell in definitions.cells for node in cell.statements if isinstance(node, ast.ClassDef)]
    return any(
        isinstance(default, ast.Call)
        for cls in classes
        if cls.name == "FullyConnectedLayer"
        for method in cls.body
        if isinstance(method, ast.FunctionDef) and method.name == "__init__"
        for default in method.args.defaults
    )
