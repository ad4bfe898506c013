"""The reference framework as a subject: it speaks the class API."""

from __future__ import annotations

from typing import Any

from .. import framework
from ..framework import network
from ..framework.models import lenet
from ..specs import Kind, Spec, all_specs
from .class_api.facts import CONVENTIONS, FUNCTIONS
from .class_api.subjects import build

# Training by epochs and training loops belong to other courses' frameworks.
_OTHERS = {Kind.PERCEPTRON, Kind.TRAINER, Kind.EVALUATOR}


class BuiltinAdapter:
    """Builds subjects from the classes of the reference framework."""

    def build(self, spec: Spec) -> Any:
        """A subject of the spec's kind, or None where the framework does not have the component."""
        return build(spec, _find)

    def describe(self) -> dict[str, Any]:
        """What a report says of the subject, as JSON types."""
        offered = [name for name in all_specs() if _find(name) is not None]
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


def _find(name: str) -> Any:
    if name in FUNCTIONS:
        return getattr(lenet if name == "LeNet" else network, FUNCTIONS[name])
    return getattr(framework, name, None)
