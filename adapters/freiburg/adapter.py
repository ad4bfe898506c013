"""The adapter of a submission whose classes lie in one namespace: a notebook's or a module's."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from ...specs import FullyConnected, LayerSpec, LinearOutput, MultilayerPerceptron, SoftmaxOutput, Spec
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
from .course import COURSE, NEEDS, offered
from .perceptron import FreiburgPerceptron


class FreiburgAdapter:
    """Builds subjects from a submission; executes nothing of it before the first `build`.

    Args:
        execute: gives the submission's names: executed when first asked.
        classes: the names of the classes that the submission defines.
        notes: what a report should say of it.
        files: the submission's files, by what they are.
    """

    def __init__(
        self,
        execute: Callable[[], Mapping[str, Any]],
        classes: Collection[str],
        notes: Sequence[str] = (),
        files: Mapping[str, str] | None = None,
    ) -> None:
        self._execute = execute
        self._names: Mapping[str, Any] | None = None
        self._classes = classes
        self._notes = notes
        self._files = files or {}

    def build(self, spec: Spec) -> Any:
        """A subject of the spec's kind, or None where the submission lacks the component.

        Raises:
            Unsupported: the component lacks something that the configuration needs.
            Exception: whatever the submission raises while it is executed, or its class constructed.
        """
        if any(self._find(name) is None for name in NEEDS.get(spec.name(), ("",))):
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
        """What a report says of the submission, as JSON types; nothing is executed."""
        found = offered(self._classes)
        return {
            "adapter": COURSE.name,
            "course": COURSE.name,
            "edition": "",
            "stage": "",
            "offered": found,
            "missing": [name for name in COURSE.required() if name not in found],
            "conventions": dict(COURSE.conventions),
            "notes": list(self._notes),
            "files": dict(self._files),
        }

    def _find(self, name: str) -> Any:
        if self._names is None:
            self._names = self._execute()
        return self._names.get(name)
