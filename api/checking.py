"""Checking a subject: what the command line, the pytest plugin and `backproof.check` share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .adapters import Course, SubjectNotFound, courses, find_course, fingerprint, resolve
from .checks.law import Level
from .checks.plan import Selection
from .checks.results import Result
from .checks.run import NothingOffered, Options, Run
from .checks.source import DirectSource, WorkerSource
from .specs import all_specs
from .wall import Limits, LoadFailed


class UsageError(ValueError):
    """The request cannot be carried out as given; the text says what to change."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a user asks for.

    Attributes:
        subject: a folder, an adapter module, an import path; None for the built-in framework.
        names: layers, course tests, checks, ids or globs; empty for everything.
        course: the course; empty for the one that the subject's layout tells.
        seed: from which all data is drawn.
        level: core, full or strict.
        required: names of layers, a stage of the course, or `complete`.
        jobs: threads; 0 for as many as cores, at most two.
        seconds: budget of one check.
        direct: run in this process, unprotected.
    """

    subject: str | None = None
    names: tuple[str, ...] = ()
    course: str = ""
    seed: int = 0
    level: str = "full"
    required: tuple[str, ...] = ()
    jobs: int = 0
    seconds: float = 10.0
    direct: bool = False


def check(subject: str | None = None, *names: str, **options: Any) -> Result:
    """Check a subject against the specs and return the result, truthy when conformant.

    Args:
        subject: a folder with a submission, an adapter module (.py) or an import path; None: the built-in framework.
        names: layers (`Dropout`), course tests (`TestDropout`), checks (`gradient.input`), ids or globs.
        options: the other attributes of `Request`, for example `seed`, `level` or `direct`.

    Raises:
        UsageError: a name or an option is not known.
        SubjectNotFound, LoadFailed: the subject cannot be found or loaded.
    """
    with opened(Request(subject=subject, names=names, **options)) as run:
        return run.execute(_ignore)


def _ignore(record: object) -> None:
    del record


@contextmanager
def opened(request: Request) -> Iterator[Run]:
    """A prepared run; the subject's worker ends with the context.

    Raises:
        UsageError, SubjectNotFound, LoadFailed: as `check`.
    """
    target = resolve(request.subject)
    if request.course:
        target["course"] = _course(request.course)
    course = find_course(str(target.get("course") or next(iter(courses()))))
    selection = _selection(request, course)
    options = Options(
        subject=request.subject or "the built-in framework",
        fingerprint=fingerprint(target),
        selection=selection,
        filters=request.names,
        seed=request.seed,
        jobs=request.jobs,
        seconds=request.seconds,
        required=_required(request.required, course),
    )
    source = _source(target, request)
    try:
        yield Run.prepare(source, options)
    except NothingOffered as error:
        raise SubjectNotFound(str(error)) from error
    finally:
        source.close()


def _source(target: dict[str, Any], request: Request) -> WorkerSource | DirectSource:
    if not request.direct:
        return WorkerSource(target, Limits(check_seconds=request.seconds))
    from .adapters import load  # noqa: PLC0415 - the submission's side of the adapters is not needed behind the wall

    try:
        adapter = load(target)
        return DirectSource(adapter.build, adapter.describe())
    except Exception as error:
        raise LoadFailed(f"{request.subject}: {type(error).__name__}: {error}") from error


def _course(name: str) -> str:
    try:
        return find_course(name).name
    except LookupError as error:
        raise UsageError(str(error)) from error


def _selection(request: Request, course: Course) -> Selection:
    """The checks that the names mean."""
    names: list[str] = []
    families: dict[str, frozenset[str] | None] = {}
    for name in request.names:
        if not re.match(r"Test[A-Z]", name):
            names.append(name)
            continue
        try:
            specs, limited = course.filter(name)
        except LookupError as error:
            raise UsageError(str(error)) from error
        if not specs:
            raise UsageError(
                f"{name} is about {', '.join(course.not_covered(name))}, which Backproof does not cover yet"
            )
        for spec in specs:
            known = families.get(spec, frozenset())
            families[spec] = None if limited is None or known is None else known | frozenset(limited)
    try:
        level = Level.of(request.level)
    except KeyError as error:
        raise UsageError(f"level={request.level!r}, but should be core, full or strict") from error
    return Selection(level, tuple(names), families)


def _required(wanted: Sequence[str], course: Course) -> tuple[str, ...]:
    """The specs that must be there: names, a stage of the course, or `complete`."""
    required: list[str] = []
    for what in wanted:
        if what == "complete":
            required += course.required()
        elif what in course.stages:
            required += course.required(what)
        elif what in all_specs():
            required.append(what)
        else:
            known = ", ".join(["complete", *course.stages, *all_specs()])
            raise UsageError(f"--require {what} is not known; there are: {known}")
    return tuple(dict.fromkeys(required))
