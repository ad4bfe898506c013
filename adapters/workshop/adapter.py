"""The adapter of a module or a notebook that defines, or imports, the workshop's classes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from ...specs import MultilayerPerceptron, NetworkUser, Spec, Trainer, all_specs
from ..definitions import Definitions
from ..executing import DefinedModule, execute
from ..standins import stands_in
from .course import CLASSES, COURSE


def recognises(definitions: Definitions) -> bool:
    """Tell whether the definitions are those of the workshop: one of its classes, and PyTorch or the other one."""
    return bool(_classes(definitions)) and any(found.module.split(".")[0] == "torch" for found in definitions.imports)


class WorkshopAdapter:
    """Builds subjects from a submission; executes nothing of it, and imports no PyTorch, before the first `build`.

    Args:
        definitions: what the file defines and imports.
        notes: sentences for the report.
    """

    def __init__(self, definitions: Definitions, notes: Sequence[str] = ()) -> None:
        self._definitions = definitions
        self._notes = notes

    def build(self, spec: Spec) -> Any:
        """A subject of the spec's kind, or None where the submission lacks the component.

        Raises:
            Unsupported: the network cannot have the widths or the depth of the configuration.
            Exception: whatever the submission raises while its class is defined or constructed.
        """
        if spec.name() not in self._offered():
            return None
        made_of = self._module.find(CLASSES[spec.name()])
        if isinstance(spec, MultilayerPerceptron):
            from .torch_network import WorkshopNetwork  # noqa: PLC0415 - PyTorch is optional

            return WorkshopNetwork(spec, made_of)
        if isinstance(spec, Trainer):
            from .torch_trainer import WorkshopTrainer  # noqa: PLC0415 - PyTorch is optional

            return WorkshopTrainer(spec, made_of)
        if isinstance(spec, NetworkUser):
            from .torch_user import WorkshopUser  # noqa: PLC0415 - PyTorch is optional

            return WorkshopUser(spec, made_of, self._trainer())
        return None

    def describe(self) -> dict[str, Any]:
        """What a report says of the submission, as JSON types; read from the file, not executed."""
        notes = [*self._notes, *self._definitions.notes, *_notes(self._definitions)]
        return COURSE.describe(self._offered(), self._definitions.path.name, notes)

    def _trainer(self) -> Any:
        """The class whose files the user of networks reads; None if there is none, or none that works."""
        name = CLASSES["Trainer"]
        return self._module.find(name) if name in _classes(self._definitions) - self._module.failures.keys() else None

    def _offered(self) -> list[str]:
        found = _classes(self._definitions)
        return [name for name in all_specs() if CLASSES.get(name) in found]

    @cached_property
    def _module(self) -> DefinedModule:
        return execute(self._definitions)


def _classes(definitions: Definitions) -> set[str]:
    """The workshop's classes that the file defines, or imports by name."""
    names = {*definitions.classes, *(found.name for found in definitions.imports)}
    return names & set(CLASSES.values())


def _notes(definitions: Definitions) -> Iterator[str]:
    for top in sorted({found.module.partition(".")[0] for found in definitions.imports if not found.level}):
        if stands_in(top):
            yield f"{top} is imported, but no network needs it: it is replaced by a stand-in that does nothing"
    if CLASSES["NetworkUser"] not in _classes(definitions):
        yield "there is no NetworkUser: how the trained network is tested is not checked"
