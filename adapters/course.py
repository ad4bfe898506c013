"""Course: a named set of required specs, test names and declared conventions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..specs import Deviation, all_specs

Selection = tuple[tuple[str, ...], tuple[str, ...] | None]
"""Spec names and, if a test is about a part of the laws only, families of checks."""


@dataclass(frozen=True, kw_only=True)
class Course:
    """What a course asks for, in components' names; those without a spec are known, but not covered yet.

    Attributes:
        name: as on the command line.
        title: for a person.
        stages: the components that each stage adds, by the stage's name, first stage first.
        optional: components that never make a submission incomplete.
        tests: what each of the course's test names is about: components and families (None: all).
        conventions: the choices that the course's text makes, by the names that specs use.
        editions: the names of its editions, oldest first; empty if they do not differ.
        deviations: where it demands what is mathematically wrong.
        outside: globs over the ids of findings about what the course does not have, which are not asked for.
        asked_from: checks of what components get in a later stage than the one that adds them, by check.
    """

    name: str
    title: str
    stages: Mapping[str, tuple[str, ...]]
    optional: tuple[str, ...] = ()
    tests: Mapping[str, Selection]
    conventions: Mapping[str, str]
    editions: tuple[str, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    outside: tuple[str, ...] = ()
    asked_from: Mapping[str, str] = field(default_factory=dict)

    def required(self, stage: str = "") -> tuple[str, ...]:
        """The specs that a complete submission of the stage has, those of earlier stages included.

        Args:
            stage: its name; empty for the last one.

        Raises:
            LookupError: there is no such stage.
        """
        names = list(self.stages)
        if stage and stage not in names:
            raise LookupError(f"{self.title} has no stage {stage!r}; there are: {', '.join(names)}")
        reached = names[: names.index(stage) + 1] if stage else names
        return tuple(name for each in reached for name in self.stages[each] if name in all_specs())

    def describe(self, offered: Sequence[str], file: str, notes: Iterable[str]) -> dict[str, Any]:
        """What the adapter of a submission in one file says of it, as JSON types.

        Args:
            offered: the components that are there.
            file: its name.
            notes: sentences for the report.
        """
        return {
            "adapter": self.name,
            "course": self.name,
            "edition": "",
            "stage": "",
            "offered": list(offered),
            "missing": [name for name in self.required() if name not in offered],
            "conventions": dict(self.conventions),
            "notes": list(notes),
            "files": dict.fromkeys(offered, file),
        }

    def later(self, stage: str) -> frozenset[str]:
        """The components and the checks that are not asked for yet at a stage; the optional ones come last."""
        names = list(self.stages)
        following = names[names.index(stage) + 1 :]
        components = {each for name in following for each in self.stages[name]}
        components |= set(self.optional) if following else set()
        return frozenset(components | {check for check, name in self.asked_from.items() if name in following})

    def filter(self, name: str) -> Selection:
        """The specs that the test called `name` is about; none if they are not covered yet (see `not_covered`).

        Upper and lower case do not matter. A method's name after the class (`TestDropout.test_x`) is ignored: the
        laws are not those of the course's suite.

        Raises:
            LookupError: the course has no such test.
        """
        components, families = self._test(name)
        return tuple(component for component in components if component in all_specs()), families

    def not_covered(self, name: str) -> tuple[str, ...]:
        """The components of the test called `name` that have no spec yet.

        Raises:
            LookupError: the course has no such test.
        """
        return tuple(component for component in self._test(name)[0] if component not in all_specs())

    def _test(self, name: str) -> Selection:
        wanted = name.partition(".")[0].lower()
        for known, selection in self.tests.items():
            if known.lower() == wanted:
                return selection
        raise LookupError(f"{self.title} has no test {name!r}; there are: {', '.join(self.tests)}")
