"""The adapter of a notebook or a module with the tutorial's classes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from ...specs import Spec, all_specs
from ..definitions import Definitions
from ..executing import DefinedModule, execute
from ..randomness import FollowedSeed
from ..standins import stands_in
from .course import COURSE
from .naming import class_names, recognises
from .subjects import build

__all__ = ["TutorialAdapter", "recognises"]

_OUTSIDE = "the tutorial has no convolution of sequences, no momentum and no penalties: checks about these are left out"


class TutorialAdapter:
    """Builds subjects from a submission; executes nothing of it before the first `build`.

    Args:
        definitions: what the file defines.
        notes: sentences for the report.
    """

    def __init__(self, definitions: Definitions, notes: Sequence[str] = ()) -> None:
        self._definitions = definitions
        self._notes = notes
        self._classes = class_names(definitions)

    def build(self, spec: Spec) -> Any:
        """A subject of the spec's kind, or None where the submission lacks the component.

        Raises:
            Unsupported: the course does not have what the configuration needs.
            Exception: whatever the submission raises while its class is defined or constructed.
        """
        return build(spec, self._find)

    def describe(self) -> dict[str, Any]:
        """What a report says of the submission, as JSON types; read from the file, not executed."""
        offered = [name for name in all_specs() if name in self._classes]
        notes = [*self._notes, *self._definitions.notes, *_replaced(self._definitions), _OUTSIDE]
        return COURSE.describe(offered, self._definitions.path.name, notes)

    @cached_property
    def _module(self) -> DefinedModule:
        FollowedSeed(self._definitions.path).install()
        return execute(self._definitions)

    def _find(self, name: str) -> Any:
        return self._module.find(self._classes[name]) if name in self._classes else None


def _replaced(definitions: Definitions) -> Iterator[str]:
    for top in sorted({found.module.partition(".")[0] for found in definitions.imports if not found.level}):
        if stands_in(top):
            yield f"{top} is imported, but no layer needs it: it is replaced by a stand-in that does nothing"
