"""Checking a subject: what the command line, the pytest plugin and `backproof.check` share."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .adapters import Course, SubjectNotFound, courses, find_course, fingerprint, readable, resolve
from .checks.plan.plan import UnknownName
from .checks.run.run import NothingOffered, Options, Run
from .checks.run.source import DirectSource, WorkerSource
from .checks.run.waiver_file import WaiverError, read_waivers
from .checks.run.waivers import Waivers, today_in_utc
from .checks.settings import Settings
from .compat import in_this_process, note, wished
from .display import Shown, sentences
from .reports.commands import IN_PYTHON
from .request import BUILTIN, Request, UsageError, is_name, meaning, required_by, settings_of
from .sandbox import Launched, Limits, LoadFailed, SubjectRaised, WorkerError
from .sandbox.old_numpy import restoring_lines
from .specs import all_specs

if TYPE_CHECKING:
    from .classes import Classes

Subject = str | os.PathLike[str] | type | Sequence[type] | Mapping[str, type] | None


def check(subject: Subject = None, *names: str, **options: Any) -> Shown:
    """Check a subject against the specs and return the result, truthy when conformant.

    Args:
        subject: a folder with a submission, a notebook or module with one, an adapter module (.py) or an import path;
            None: the built-in framework. Or classes of this session, which are checked in this process, unprotected:
            one, a list, or a dict from components' names.
        names: layers (`Dropout`), course tests (`TestDropout`), checks (`gradient.input`), ids or globs.
        options: others that `Request.of` takes, for example `seed`, `level` or `direct`.

    Raises:
        UsageError: a name is not known, or an option has a value that it cannot have.
        SubjectNotFound, LoadFailed: the subject cannot be found or loaded.
    """
    with sentences(UsageError, SubjectNotFound, WorkerError):
        if subject is None or isinstance(subject, str | os.PathLike):
            named, classes = BUILTIN if subject is None else os.fspath(subject), None
        else:
            from .classes import Classes  # noqa: PLC0415 - what is named by a path does not need it

            classes = Classes(subject)
            named, options = f"{IN_PYTHON}{classes.expression}", {**options, "direct": True}
        with opened(Request.of(subject=named, names=names, **options), classes) as run:
            return Shown.of(run.execute(_ignore))


def _ignore(record: object) -> None:
    del record


@contextmanager
def opened(request: Request, classes: Classes | None = None, launched: Launched | None = None) -> Iterator[Run]:
    """A prepared run; the subject's worker ends with the context.

    Args:
        request: what is asked for.
        classes: the subject, if it is classes of this process.
        launched: processes that may be taken for workers.

    Raises:
        UsageError, SubjectNotFound, LoadFailed: as `check`.
    """
    target: dict[str, Any] = {"kind": "classes"}
    if classes is None:
        target, digest = _find(request)
    else:
        digest = classes.fingerprint
    compat = wished(target) if request.compat else {}
    if compat:
        target["compat"] = compat
    wanted = request.settings
    if wanted.course:
        target["course"] = wanted.course
    named = str(target.get("course", ""))
    try:
        course = find_course(named or next(iter(courses())))
    except LookupError as error:
        raise UsageError(str(error)) from error
    if wanted.edition and wanted.edition not in course.editions:
        known = ", ".join(course.editions) or "it has only one"
        raise UsageError(f"{course.title} has no edition {wanted.edition!r}; there are: {known}")
    settings = settings_of(request, course, named=bool(named))
    options = Options(
        subject=request.subject,
        fingerprint=digest,
        filters=wanted.names,
        compat=request.compat,
        notes=(*map(note, compat.values()), *_not_asked(settings.later, request)),
        required=required_by(request.required, course),
        waivers=_waivers(request, target),
    )
    with in_this_process(bool(compat) and (request.direct or classes is not None)):
        source = _source(target, settings, launched, classes, direct=request.direct)
        try:
            yield _prepare(source, settings, options, course)
        finally:
            source.close()


def _find(request: Request) -> tuple[dict[str, Any], str]:
    """The target and the hash of its files."""
    try:
        target = resolve(None if request.subject == BUILTIN else request.subject, request.settings.course)
        return target, fingerprint(target)
    except OSError as error:
        raise SubjectNotFound(f"{error.filename or request.subject} cannot be read: {error.strerror}") from error
    except SubjectNotFound as error:
        if not is_name(request.subject):
            raise
        names = " ".join([request.subject, *request.settings.names])
        raise SubjectNotFound(
            f"there is no file or folder {request.subject}; names come after the subject: "
            f"`backproof check FOLDER {names}`, or `backproof check {BUILTIN} {names}` for the built-in framework"
        ) from error


def _not_asked(later: frozenset[str], request: Request) -> Iterator[str]:
    """A sentence about what is not looked at although it may be there."""
    names = [name for name in all_specs() if name in later]
    if names:
        yield f"not checked, because {' '.join(request.required)} does not ask for what comes later: {', '.join(names)}"


def _waivers(request: Request, target: Mapping[str, Any]) -> Waivers:
    """The waivers of the file that the user names; a file that the subject could have brought is refused."""
    today = request.today or today_in_utc()
    if not request.waivers:
        return Waivers(today=today)
    named = Path(request.waivers).expanduser()
    places = [] if target["kind"] == "classes" else readable(target)
    own = [Path(place).resolve() for place in (*places, *([target["path"]] if target.get("path") else ()))]
    # The place where the file is named counts as well as where a link leads: the subject may hold a link.
    for place in (named.resolve(), named.parent.resolve() / named.name):
        inside = [folder for folder in own if folder.is_dir() and place.is_relative_to(folder)]
        if inside:
            raise UsageError(
                f"--waivers {request.waivers} lies inside of the subject's folder {inside[0]}, and a subject must not "
                "waive its own failures; keep the file elsewhere"
            )
    try:
        return Waivers(entries=read_waivers(str(named)), path=request.waivers, today=today)
    except WaiverError as error:
        raise UsageError(str(error)) from error


def _source(
    target: dict[str, Any], settings: Settings, launched: Launched | None, classes: Classes | None, *, direct: bool
) -> WorkerSource | DirectSource:
    prelude = restoring_lines(target.get("compat", {}).get("numpy", ()))
    if classes is not None:
        return DirectSource(classes.build, classes.describe(), prelude)
    if not direct:
        # Beside this process there are others that are forked from it, which only Linux's libraries survive.
        others = settings.jobs - 1 if sys.platform == "linux" else 0
        return WorkerSource(target, Limits(check_seconds=settings.seconds), others=others, launched=launched)
    from .adapters import load  # noqa: PLC0415 - the submission's side of the adapters is not needed in the sandbox

    try:
        adapter = load(target)
        return DirectSource(adapter.build, adapter.describe(), prelude)
    except (Exception, SystemExit) as error:
        raised = SubjectRaised(type(error).__name__, str(error))
        raise LoadFailed(f"loading the subject raised {raised.explained}") from error


def _prepare(source: WorkerSource | DirectSource, settings: Settings, options: Options, course: Course) -> Run:
    """The run; what the names mean must be there, or be required and so fail."""
    try:
        run = Run.prepare(source, settings, options)
    except NothingOffered as error:
        raise SubjectNotFound(str(error)) from error
    except UnknownName as error:
        raise UsageError(str(error)) from error
    offered = run.header.offered
    missing = set(options.required) - set(offered)
    for name in options.filters:
        specs = set(meaning(name, course)[0])
        if specs and specs <= settings.later:
            raise UsageError(f"{name}: a later stage adds it than the one that is required; leave out --require")
        if specs and not specs & {*offered, *missing}:
            raise UsageError(f"{name}: the subject has no {', '.join(sorted(specs))}; it has: {', '.join(offered)}")
    if not run.plan.selected and not missing:
        raise UsageError(
            f"{' '.join(options.filters)}: level {run.header.level} asks for no such check; try --level strict"
        )
    return run
