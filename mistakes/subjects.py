"""Subjects of the reference framework in which a class takes the place of the framework's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import framework
from ..adapters import builtin
from ..specs import Spec, Unsupported, all_specs
from .choices import choices_of, in_choices
from .models import LeNet, NetworkFile
from .perceptron_models import MultilayerPerceptron, NormalizedPerceptron
from .trainer_models import Trainer
from .user_models import NetworkUser

Parts = Mapping[str, type]

# What belongs to other courses' frameworks: each class is a subject by itself.
_SUBJECTS = {cls.__name__: cls for cls in (MultilayerPerceptron, NormalizedPerceptron, Trainer, NetworkUser)}


def build(spec: Spec, parts: Parts | None = None, choices: Mapping[str, str] | None = None) -> Any:
    """A subject of the spec's kind, made of the framework's components: right, apart from what `parts` replaces.

    Args:
        spec: the configured component.
        parts: classes that take the place of the framework's, by the name of their spec.
        choices: the option of each convention that is not to be as the framework has it, wherever the spec occurs.

    Raises:
        Unsupported: the framework does not have the component, or cannot be made with the option.
    """
    parts = parts or {}
    if spec.name() in _SUBJECTS:
        return parts.get(spec.name(), _SUBJECTS[spec.name()])(spec)
    made = {name: part for each in parts.items() for name, part in _as_built(*each)}
    subject = builtin.build(spec, {**made, **_in_choices(made, choices)} if choices else made)
    if subject is None:
        raise Unsupported(f"the reference framework has no {spec.name()}")
    return subject


def _as_built(name: str, part: type) -> list[tuple[str, Any]]:
    """What the framework has in the place of a class: a class, or a function of a module."""
    if issubclass(part, LeNet):
        return [(name, part().build)]
    if issubclass(part, NetworkFile):
        return [(name, part().save), ("NeuralNetwork", part.network)]
    return [(name, part)]


def _in_choices(parts: Mapping[str, Any], choices: Mapping[str, str]) -> dict[str, Any]:
    """The components that the choices concern, in these choices."""
    chosen = {name: choices_of(name, choices) for name in all_specs()}
    given = {name: parts.get(name, getattr(framework, name, None)) for name, own in chosen.items() if own}
    return {name: in_choices(part, name, chosen[name]) for name, part in given.items()}
