"""The reference framework as a subject: it speaks the class API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from .. import framework
from ..framework import network
from ..framework.models import lenet
from ..specs import Array, Dropout, FullyConnected, Kind, LayerSpec, RecurrentSpec, Spec, all_specs
from .class_api import subjects
from .class_api.attributes import array_of
from .class_api.facts import CONVENTIONS, FUNCTIONS
from .class_api.fully_connected import CourseFullyConnected, Storage
from .class_api.layers import CourseLayer
from .class_api.recurrent import CourseRecurrent
from .class_api.recurrent_layout import CellStorage, OutputStorage, RecurrentLayout
from .class_api.slots import Slot

Parts = Mapping[str, Any]
"""What takes the place of the framework's classes, and functions, by the name of the spec."""

# Training by epochs and training loops belong to other courses' frameworks.
_OTHERS = {Kind.PERCEPTRON, Kind.TRAINER, Kind.EVALUATOR}
_STACKED = Storage(transposed=False, bias="last")  # each bias is the last row of its weights


class BuiltinAdapter:
    """Builds subjects from the classes of the reference framework."""

    def build(self, spec: Spec) -> Any:
        """A subject of the spec's kind, or None where the framework does not have the component."""
        return build(spec, {})

    def describe(self) -> dict[str, Any]:
        """What a report says of the subject, as JSON types."""
        offered = [name for name in all_specs() if _find(name, {}) is not None]
        return {
            "adapter": "builtin",
            "course": "",
            "edition": "",
            "stage": "",
            "offered": offered,
            "missing": [name for name, spec in all_specs().items() if name not in offered and spec.kind not in _OTHERS],
            "conventions": dict(CONVENTIONS),
            "notes": [],
            "files": {},
        }


def build(spec: Spec, parts: Parts) -> Any:
    """A subject of the spec's kind, made of the framework but for what `parts` replaces; None where it has no such."""
    return subjects.build(spec, partial(_find, parts=parts), _layer)


def _find(name: str, parts: Parts) -> Any:
    if name in parts:
        found = parts[name]
    elif name in FUNCTIONS:
        found = getattr(lenet if name == "LeNet" else network, FUNCTIONS[name])
    else:
        found = getattr(framework, name, None)
    draws = isinstance(found, type) and issubclass(found, framework.Dropout | framework.RandomInitializer)
    return _drawing_globally(found) if draws else found


def _drawing_globally(cls: Any) -> Callable[..., Any]:
    def make(*arguments: Any) -> Any:
        made = cls(*arguments)
        made.rng = _GlobalDraws()
        return made

    return make


class _GlobalDraws:
    """Draws from NumPy's global generator: what is seeded alike draws alike, as most submissions use that one."""

    def __getattr__(self, name: str) -> Any:
        return getattr(np.random, name)


def _layer(spec: LayerSpec, make: partial[Any]) -> CourseLayer:
    """How the framework stores parameters is known, so that nothing has to be inferred from what forward computes."""
    if isinstance(spec, FullyConnected):
        return CourseFullyConnected(spec, make, _STACKED)
    if isinstance(spec, RecurrentSpec):
        return _Recurrent(spec, make, _recurrent_layout(spec))
    if isinstance(spec, Dropout):
        return _Dropout(spec, make(), make.args)
    return subjects.to_layer(spec, make)


def _recurrent_layout(spec: RecurrentSpec) -> RecurrentLayout:
    weights = Slot(((("attribute", "output_weights"),),), (spec.hidden_size + 1, spec.output_size))
    cell = CellStorage(rows=("x", "h", "1"), transposed=False)
    return RecurrentLayout(cell=cell, output=OutputStorage(storage=_STACKED, weights=weights))


class _Dropout(CourseLayer):
    """A layer in another choice than the framework's says so, in its attribute `choices`."""

    def declared(self) -> Mapping[str, Any]:
        return {**super().declared(), **getattr(self.layer, "choices", {})}


class _Recurrent(CourseRecurrent):
    """The framework has an attribute for the gradient of the output layer: no second backward is needed to see it."""

    _GRADIENT = "gradient_output_weights"

    def observe(self) -> None:
        """Nothing to do."""

    def stored(self) -> dict[str, str]:
        gradient = f"$self.{self._GRADIENT}"
        said = {key: text for key, text in super().stored().items() if not key.startswith("before gradient output")}
        for name, text in zip(("weights", "bias"), _STACKED.split_text(gradient, ""), strict=True):
            said |= {f"gradient output_{name}": text, f"block gradient output_{name}": gradient}
        return said

    def _remember(self, layer: Any, dy: Array) -> None:
        """Nothing to do."""

    def _output_gradients(self) -> dict[str, Array]:
        weights, bias = _STACKED.split(array_of(self.layer, (self._GRADIENT,), " after backward"), None)
        return {"output_weights": weights, "output_bias": bias}
