"""What a user asks for, held to what can be carried out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from typing import Any

from .adapters import Course
from .checks.plan.catalogue import all_checks
from .checks.settings import CHOSEN, DEFAULTS, Settings
from .sandbox.launch import usual_workers
from .specs import all_specs

BUILTIN = "builtin"
"""The subject's name for the framework that comes with Backproof; a folder of that name is `./builtin`."""

COMPATS = ("", "numpy")
"""What may be asked of `compat`."""

_LAYERS = {name.lower(): name for name in all_specs()}
_TEST = re.compile(r"test[a-z]", re.IGNORECASE)


class UsageError(ValueError):
    """The request cannot be carried out as given; the text says what to change."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a user asks for.

    Attributes:
        subject: a folder, a notebook, an adapter module, an import path; `builtin` for the built-in framework.
        required: names of layers, a stage of the course, or `complete`.
        direct: run in this process, unprotected.
        compat: `numpy` to give the subject the names that NumPy has removed; empty for NumPy as it is.
        waivers: a file that names tolerated failures; empty for none.
        today: the day by which waivers are judged; None for the current day in UTC.
        settings: what the run goes by, as far as the user chooses it.

    Raises:
        UsageError: two options contradict each other, or one has a value that it cannot have.
    """

    subject: str = BUILTIN
    required: tuple[str, ...] = ()
    direct: bool = False
    compat: str = ""
    waivers: str = ""
    today: date | None = None
    settings: Settings = DEFAULTS

    @classmethod
    def of(cls, **options: Any) -> Request:
        """Return the request of keyword arguments: attributes of this class, and of `Settings` those that one chooses.

        The level is given by its name, the course as `NAME` or `NAME@EDITION`.

        Raises:
            UsageError: as the class, or a number is out of range.
        """
        chosen = {name: options.pop(name) for name in CHOSEN & options.keys()}
        try:
            settings = Settings.chosen(**chosen)
        except ValueError as error:
            raise UsageError(str(error)) from error
        return cls(**options, settings=settings)

    def __post_init__(self) -> None:
        if not self.subject.strip():
            raise UsageError(f"the subject is empty; name a folder, or {BUILTIN} for the built-in framework")
        if self.compat not in COMPATS:
            raise UsageError(f"compat={self.compat!r}, but should be numpy, or empty")
        if self.direct and self.required:
            raise UsageError("a run with --direct is not protected and cannot gate; leave out --require or --direct")


def settings_of(request: Request, course: Course, *, named: bool) -> Settings:
    """Return the settings of a request: what the user's words mean, and what the course says.

    Args:
        request: what is asked for.
        course: by which names are understood.
        named: the user or the subject's layout names the course; what the subject says of itself does not count.

    Raises:
        UsageError: a name means nothing.
    """
    names: list[str] = []
    families: dict[str, frozenset[str] | None] = {}
    for name in request.settings.names:
        specs, limited = meaning(name, course)
        if not specs:
            names.append(_known(name))
        for spec in specs:
            known = families.get(spec, frozenset())
            families[spec] = None if limited is None or known is None else known | frozenset(limited)
    return replace(
        request.settings,
        # What runs in this process draws from the one generator that NumPy has.
        jobs=1 if request.direct else request.settings.jobs or usual_workers(),
        names=tuple(names),
        families=families,
        course=course.name if named else "",
        outside=course.outside if named else (),
        later=later_than(request.required, course),
        deviations=course.deviations if named else (),
    )


def meaning(name: str, course: Course) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
    """The specs that a layer's or a course test's name is about, and the families (None: all); no specs otherwise.

    Raises:
        UsageError: the course has no such test.
    """
    layer = _LAYERS.get(name.lower())
    if layer is not None:
        return (layer,), None
    if not is_test_name(name):
        return (), None
    try:
        specs, limited = course.filter(name)
    except LookupError as error:
        raise UsageError(str(error)) from error
    if not specs:
        raise UsageError(f"{name} is about {', '.join(course.not_covered(name))}, which Backproof does not cover yet")
    return specs, limited


def is_test_name(name: str) -> bool:
    """Tell whether `name` is a course's test (`TestDropout`) rather than a layer, a check or an id."""
    return _TEST.match(name) is not None


def is_name(text: str) -> bool:
    """Tell whether `text` is the name of something to check, and so no subject."""
    return is_test_name(text) or text.lower() in _LAYERS or text in all_checks()


def _known(name: str) -> str:
    """`name` itself, if it is a check, a family, or an id or glob, of which the plan tells whether it fits.

    Raises:
        UsageError: it is none of these.
    """
    families = dict.fromkeys(check.partition(".")[0] for check in all_checks())
    if name in families or name in all_checks() or any(sign in name for sign in "/*?["):
        return name
    known = [*_LAYERS.values(), *families, *all_checks()]
    near = get_close_matches(name.lower(), map(str.lower, known), n=1)
    meant = next((f"did you mean {each}? " for each in known if [each.lower()] == near), "")
    raise UsageError(
        f"nothing is called {name!r}: {meant}there are the layers {', '.join(_LAYERS.values())}, "
        f"the families {', '.join(families)}, and the checks that `backproof list --laws` shows"
    )


def required_by(wanted: Iterable[str], course: Course) -> tuple[str, ...]:
    """The specs that must be there: names, a stage of the course, or `complete`.

    Raises:
        UsageError: one of `wanted` is none of these.
    """
    required: list[str] = []
    for what in wanted:
        if what == "complete":
            required += course.required()
        elif what in course.stages:
            required += course.required(what)
        elif what.lower() in _LAYERS:
            required.append(_LAYERS[what.lower()])
        else:
            known = ", ".join(["complete", *course.stages, *all_specs()])
            raise UsageError(f"--require {what} is not known; there are: {known}")
    return tuple(dict.fromkeys(required))


def later_than(wanted: tuple[str, ...], course: Course) -> frozenset[str]:
    """The components and checks that come after the stage that must be there; none if it is no stage that is wanted."""
    stages = [what for what in wanted if what in course.stages]
    if not stages or "complete" in wanted:
        return frozenset()
    reached = max(stages, key=list(course.stages).index)
    return course.later(reached) - set(required_by(wanted, course))
