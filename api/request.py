"""What a user asks for, held to what can be carried out."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from .adapters import Course
from .checks.catalogue import all_checks
from .checks.effort import EFFORTS, STANDARD
from .checks.law import Level
from .checks.numerics.precision import PRECISIONS
from .checks.plan import Selection
from .specs import all_specs
from .wall.launch import usual_lanes

BUILTIN = "builtin"
"""The subject's name for the framework that comes with Backproof; a folder of that name is `./builtin`."""

COMPATS = ("", "numpy")
"""What may be asked of `compat`."""

_LARGEST_SEED = 2**32 - 1  # of NumPy's global generator, from which submissions draw
_LAYERS = {name.lower(): name for name in all_specs()}
_TEST = re.compile(r"test[a-z]", re.IGNORECASE)


class UsageError(ValueError):
    """The request cannot be carried out as given; the text says what to change."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a user asks for.

    Attributes:
        subject: a folder, a notebook, an adapter module, an import path; `builtin` for the built-in framework.
        names: layers, course tests, checks, ids or globs; empty for everything.
        course: the course, `NAME` or `NAME@EDITION`; empty for what the subject's layout tells.
        seed: from which all data is drawn.
        effort: quick, standard or thorough.
        level: core, full or strict.
        required: names of layers, a stage of the course, or `complete`.
        jobs: processes that judge side by side (threads, where the system is not Linux); 0 for as many as cores, at
            most two.
        seconds: budget of one check.
        direct: run in this process, unprotected.
        dtype: the type of all data, float64 or float32.
        compat: `numpy` to give the subject the names that NumPy has removed; empty for NumPy as it is.
        waivers: a file that names tolerated failures; empty for none.
        today: the day by which waivers are judged; None for the current day in UTC.

    Raises:
        UsageError: a number is out of range, or two options contradict each other.
    """

    subject: str = BUILTIN
    names: tuple[str, ...] = ()
    course: str = ""
    seed: int = 0
    effort: str = STANDARD
    level: str = "full"
    required: tuple[str, ...] = ()
    jobs: int = 0
    seconds: float = 10.0
    direct: bool = False
    dtype: str = "float64"
    compat: str = ""
    waivers: str = ""
    today: date | None = None

    @property
    def lanes(self) -> int:
        """How many judge side by side."""
        # What runs in this process draws from the one generator that NumPy has.
        return 1 if self.direct else self.jobs or usual_lanes()

    def __post_init__(self) -> None:
        if not self.subject.strip():
            raise UsageError(f"the subject is empty; name a folder, or {BUILTIN} for the built-in framework")
        if not all(name.strip() for name in self.names):
            raise UsageError("a name is empty; leave it out to check everything")
        if type(self.seed) is not int or not 0 <= self.seed <= _LARGEST_SEED:
            raise UsageError(f"seed={self.seed}, but should be an integer from 0 to {_LARGEST_SEED}")
        if self.effort not in EFFORTS:
            raise UsageError(f"effort={self.effort!r}, but should be {', '.join(EFFORTS)}")
        if type(self.jobs) is not int or self.jobs < 0:
            raise UsageError(f"jobs={self.jobs}, but should be a number of processes, or 0 for one per core")
        if not (math.isfinite(self.seconds) and self.seconds > 0):
            raise UsageError(f"timeout={self.seconds:g}, but should be more than 0 seconds")
        if self.dtype not in PRECISIONS:
            raise UsageError(f"dtype={self.dtype!r}, but should be {' or '.join(PRECISIONS)}")
        if self.compat not in COMPATS:
            raise UsageError(f"compat={self.compat!r}, but should be numpy, or empty")
        if self.direct and self.required:
            raise UsageError("a run with --direct is not protected and cannot gate; leave out --require or --direct")


def selection_of(request: Request, course: Course) -> Selection:
    """The checks that the names mean.

    Raises:
        UsageError: a name means nothing, or there is no such level.
    """
    names: list[str] = []
    families: dict[str, frozenset[str] | None] = {}
    for name in request.names:
        specs, limited = meaning(name, course)
        if not specs:
            names.append(_known(name))
        for spec in specs:
            known = families.get(spec, frozenset())
            families[spec] = None if limited is None or known is None else known | frozenset(limited)
    try:
        level = Level.of(request.level)
    except KeyError as error:
        raise UsageError(f"level={request.level!r}, but should be core, full or strict") from error
    return Selection(level, tuple(names), families, dtype=request.dtype, effort=request.effort)


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
